#include "actors/metrics_parts.hpp"

namespace wsgw::actors {

using prometheus::MetricType;

void add_redis_metrics(exposition& out, const hub& shared) {
  const auto source = shared.source();
  const auto redis = source.source == source_status::kind::redis;
  const auto up = redis && source.now == source_status::state::ready;
  out.gauge("redis_available", "1 when Redis is in use and ready.", up);
  out.gauge("wsgw_redis_configured", "1 when Redis is in use.", redis);
  out.gauge("wsgw_redis_up", "1 when Redis is in use and ready.", up);
  out.counter("wsgw_redis_reconnects_total",
              "Times the link to Redis was made again.",
              static_cast<double>(source.reconnects));
  out.family(MetricType::Histogram, "wsgw_redis_command_duration_seconds",
             "How long Redis took to answer, by command or function.");
  const auto& log = shared.log_counts;
  log.commands.for_each([&out](const std::string& word, const auto& times) {
    out.buckets<command_bounds>({&times}, {{"command", word}});
  });
  out.counter("wsgw_log_reads_total", "Reads of a room's log in Redis.",
              static_cast<double>(log.reads.load()));
  out.counter("wsgw_log_appends_total",
              "Events that this node has asked Redis to append.",
              static_cast<double>(log.appends.load()));
  out.counter("wsgw_log_errors_total",
              "Requests to the logs in Redis that failed.",
              static_cast<double>(log.errors.load()));
}

} // namespace wsgw::actors
