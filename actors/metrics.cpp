#include "actors/metrics.hpp"

#include "actors/metrics_labels.hpp"
#include "actors/metrics_parts.hpp"

namespace wsgw::actors {

namespace {

using prometheus::MetricType;

/// The names of the gateway that this one replaces.
void add_contract(exposition& out, hub& shared) {
  const auto of = [&](protocol::role r) {
    return total(shared, &shard_counters::connections, r);
  };
  const auto admins = of(protocol::role::admin);
  const auto sites = of(protocol::role::site) + of(protocol::role::widget);
  // Its name ends in _total although it can fall; untyped keeps linters calm.
  out.one(MetricType::Untyped, "websocket_connections_total",
          "Connections to dialogs, inboxes not counted.", admins + sites);
  out.family(MetricType::Gauge, "websocket_connections_by_type",
             "Connections by pool; widgets count as site.");
  out.sample(admins, {{"connection_type", "admin"}});
  out.sample(sites, {{"connection_type", "site"}});
  out.gauge("websocket_rate_limited_ips",
            "Addresses that are at their limit of attempts.",
            static_cast<double>(shared.attempts().limited));
  out.gauge("websocket_message_queue_pending",
            "Events read that have not reached a dialog.",
            static_cast<double>(shared.inflight_events.load()));
  add_histogram(out, shared, "websocket_connection_duration_seconds",
                "How long connections lasted that have ended.",
                &shard_counters::lifetimes);
  out.counter("websocket_message_queue_processed_total",
              "Events that reached a dialog.",
              total(shared, &shard_counters::events_in));
  const auto code_and_reason = [](const std::string& name) {
    auto words = read_close(name);
    words.initiator.clear();
    return words;
  };
  out.family(MetricType::Counter, "websocket_close_codes_total",
             "Connections that ended, by close code.");
  for (const auto& [words, count] :
       grouped(shared.closed, code_and_reason, usual_closes()))
    out.sample(static_cast<double>(count),
               {{"code", words.code}, {"reason", words.reason}});
}

} // namespace

std::string metrics_text(hub& shared,
                         std::chrono::steady_clock::time_point now) {
  exposition out;
  add_contract(out, shared);
  add_connection_metrics(out, shared);
  add_v1_metrics(out, shared);
  add_event_metrics(out, shared);
  add_duel_metrics(out, shared);
  add_redis_metrics(out, shared);
  add_node_metrics(out, shared);
  add_program_metrics(out, shared, now);
  return out.text();
}

} // namespace wsgw::actors
