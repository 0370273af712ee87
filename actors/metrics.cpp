#include "actors/metrics.hpp"

#include "actors/build_info.hpp"
#include "actors/metrics_parts.hpp"
#include "actors/process_figures.hpp"
#include "protocol/close_code.hpp"
#include "protocol/errc.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <utility>
#include <vector>

namespace wsgw::actors {

namespace {

using prometheus::MetricType;

std::string snake_case(std::string_view text) {
  std::string word;
  for (const auto c : text)
    if (std::isalnum(static_cast<unsigned char>(c)) != 0)
      word += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    else if (!word.empty() && word.back() != '_')
      word += '_';
  return word;
}

/// A bounded set of words: what is in no table of ours (a backend's own
/// sentence) is `other`.
std::string refusal_word(const std::string& name) {
  for (auto e = protocol::errc::not_found; e <= protocol::errc::internal_error;
       e = static_cast<protocol::errc>(static_cast<int>(e) + 1))
    if (protocol::word_of(e) == name)
      return name;
  for (const auto& row : protocol::close_table)
    if (row.text == name)
      return snake_case(name);
  return "other";
}

/// Code and reason of a close, both from bounded sets: peers choose codes.
std::pair<std::string, std::string> close_words(const std::string& code) {
  static const std::map<std::string, std::string> standard{
    {"1000", "normal"},          {"1001", "going_away"},
    {"1002", "protocol_error"},  {"1005", "no_code"},
    {"1006", "abnormal"},        {"1007", "not_utf8"},
    {"1009", "message_too_big"}, {"1013", "try_again_later"},
    {"4002", "auth_failed"},     {"4003", "domain_not_allowed"},
    {"4008", "rate_limited"}};
  if (const auto it = standard.find(code); it != standard.end())
    return *it;
  for (const auto& row : protocol::close_table)
    if (std::to_string(row.code) == code)
      return {code, snake_case(row.text)};
  return {"other", "other"};
}

/// Sums a tally by the labels that `words` gives its names.
template <class Words>
auto grouped(const tally& counts, Words words) {
  std::map<decltype(words(std::string{})), std::uint64_t> groups;
  for (const auto& [name, count] : counts.snapshot())
    groups[words(name)] += count;
  return groups;
}

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
  std::vector<const transport::histogram<lifetime_bounds>*> lifetimes;
  for (auto* one : shared.shards)
    lifetimes.push_back(&one->counters().lifetimes);
  out.histogram("websocket_connection_duration_seconds",
                "How long connections lasted that have ended.", lifetimes);
  out.counter("websocket_message_queue_processed_total",
              "Events that reached a dialog.",
              total(shared, &shard_counters::events_in));
  out.family(MetricType::Counter, "websocket_close_codes_total",
             "Connections that ended, by close code.");
  for (const auto& [words, count] : grouped(shared.closed, close_words))
    out.sample(static_cast<double>(count),
               {{"code", words.first}, {"reason", words.second}});
}

void add_source(exposition& out, const hub& shared) {
  const auto source = shared.source();
  const auto redis = source.source == source_status::kind::redis;
  const auto up = redis && source.now == source_status::state::ready;
  out.gauge("redis_available", "1 when Redis is in use and ready.", up);
  out.gauge("wsgw_redis_up", "1 when Redis is in use and ready.", up);
  out.counter("wsgw_redis_reconnects_total",
              "Times the link to Redis was made again.",
              static_cast<double>(source.reconnects));
  const auto& log = shared.log_counts;
  out.counter("wsgw_log_reads_total", "Reads of a room's log in Redis.",
              static_cast<double>(log.reads.load()));
  out.counter("wsgw_log_appends_total",
              "Events that this node has asked Redis to append.",
              static_cast<double>(log.appends.load()));
  out.counter("wsgw_log_errors_total",
              "Requests to the logs in Redis that failed.",
              static_cast<double>(log.errors.load()));
}

void add_connections(exposition& out, const hub& shared) {
  out.family(MetricType::Gauge, "wsgw_connections", "Live connections.");
  for (const auto r : protocol::all_roles) {
    const auto streams = total(shared, &shard_counters::streams, r);
    const auto all = total(shared, &shard_counters::connections, r);
    const std::string role{protocol::to_string(r)};
    out.sample(all - streams, {{"role", role}, {"transport", "websocket"}});
    if (r != protocol::role::user)
      out.sample(streams, {{"role", role}, {"transport", "sse"}});
  }
  out.family(MetricType::Counter, "wsgw_connections_opened_total",
             "Connections that were admitted.");
  for (const auto r : protocol::all_roles)
    out.sample(total(shared, &shard_counters::opened, r),
               {{"role", std::string{protocol::to_string(r)}}});
  out.family(MetricType::Counter, "wsgw_connections_closed_total",
             "Connections that ended, by close code.");
  for (const auto& [words, count] : grouped(shared.closed, close_words))
    out.sample(static_cast<double>(count), {{"code", words.first}});
  out.family(MetricType::Counter, "wsgw_handshake_refused_total",
             "Handshakes and requests that were refused, by reason.");
  for (const auto& [reason, count] : grouped(shared.refused, refusal_word))
    out.sample(static_cast<double>(count), {{"reason", reason}});
  out.gauge("wsgw_connection_limit", "Connections that this node admits.",
            static_cast<double>(shared.connection_limit));
  out.counter("wsgw_pings_sent_total", "Heartbeats sent to clients.",
              total(shared, &shard_counters::pings_sent));
  out.counter("wsgw_messages_received_total", "Data frames from clients.",
              total(shared, &shard_counters::messages_received));
  out.family(MetricType::Counter, "wsgw_slow_clients_total",
             "Clients that read too slowly, by what was done.");
  out.sample(total(shared, &shard_counters::lagging_entered),
             {{"stage", "lagging"}});
  out.sample(total(shared, &shard_counters::slow_closed),
             {{"stage", "closed"}});
  out.family(MetricType::Counter, "wsgw_authoriser_errors_total",
             "Questions that the backend did not answer, by kind.");
  for (const auto& [kind, count] : shared.auth_errors.snapshot())
    out.sample(static_cast<double>(count), {{"kind", kind}});
}

void add_events(exposition& out, const hub& shared) {
  out.gauge("wsgw_dialogs", "Rooms that are open on this node.",
            total(shared, &shard_counters::dialogs));
  out.counter("wsgw_events_received_total", "Events that reached a dialog.",
              total(shared, &shard_counters::events_in));
  out.counter("wsgw_events_delivered_total", "Frames queued to connections.",
              total(shared, &shard_counters::frames_queued));
  out.counter("wsgw_frames_dropped_total",
              "Frames that a full or closing connection did not take.",
              total(shared, &shard_counters::frames_dropped));
  out.counter("wsgw_events_unrouted_total",
              "Events of rooms that nobody has open here.",
              total(shared, &shard_counters::events_unrouted));
  out.family(MetricType::Counter, "wsgw_dedup_total",
             "Events dropped because their message was seen before.");
  out.sample(total(shared, &shard_counters::events_duplicate),
             {{"stage", "dialog"}});
  out.family(MetricType::Counter, "wsgw_events_refused_total",
             "Events that were skipped, by reason.");
  for (const auto& [reason, count] : grouped(shared.bad_events, refusal_word))
    out.sample(static_cast<double>(count), {{"reason", reason}});
  out.counter("wsgw_adoptions_failed_total",
              "Plain events that the log did not take (WS_LOG=adopt).",
              total(shared, &shard_counters::adoptions_failed));
  out.counter("wsgw_log_resets_total",
              "Times that a room's log in Redis could not be continued.",
              total(shared, &shard_counters::log_resets));
  out.family(MetricType::Counter, "wsgw_publishes_total",
             "Events of POST /api/publish, and requests that were refused.");
  for (const auto& [outcome, count] : shared.publishes.snapshot())
    out.sample(static_cast<double>(count), {{"outcome", outcome}});
  out.gauge("wsgw_events_inflight", "Events read, not yet in a dialog.",
            static_cast<double>(shared.inflight_events.load()));
}

void add_program(exposition& out, const hub& shared) {
  out.family(MetricType::Gauge, "wsgw_build_info",
             "Version of the running program, always 1.");
  out.sample(
    1, {{"commit", build_info::commit}, {"version", build_info::version}});
  out.gauge("wsgw_shards", "Threads that serve sockets.",
            static_cast<double>(shared.shards.size()));
  out.gauge("wsgw_draining", "1 while the node shuts down.",
            shared.draining.load());
  out.counter("wsgw_shard_turns_total", "Turns of all shards that had work.",
              total(shared, &shard_counters::turns));
  out.counter("wsgw_exceptions_total",
              "Exceptions that escaped a callback; each is a fault of ours.",
              total(shared, &shard_counters::exceptions));
  out.counter("wsgw_actors_resumed_total", "Actors run by all shards.",
              total(shared, &shard_counters::actors_resumed));
  const auto process = read_process_figures();
  if (!process)
    return;
  out.counter("process_cpu_seconds_total",
              "User and system time of this process.", process->cpu_seconds);
  out.gauge("process_start_time_seconds", "Start of this process since 1970.",
            process->start_seconds);
  out.gauge("process_resident_memory_bytes", "Memory in use.",
            static_cast<double>(process->resident_bytes));
  out.gauge("process_virtual_memory_bytes", "Address space in use.",
            static_cast<double>(process->virtual_bytes));
  out.gauge("process_max_fds", "Open files allowed.",
            static_cast<double>(process->open_file_limit));
  out.gauge("process_threads", "Threads of this process.",
            static_cast<double>(process->threads));
}

} // namespace

std::string metrics_text(hub& shared, const std::vector<loop_lag>& lags) {
  exposition out;
  add_contract(out, shared);
  add_source(out, shared);
  add_connections(out, shared);
  add_v1_metrics(out, shared);
  add_events(out, shared);
  add_program(out, shared);
  out.family(MetricType::Gauge, "wsgw_eventloop_lag_seconds",
             "Wait of a function posted to the shard for this scrape.");
  for (const auto& lag : lags)
    out.sample(lag.seconds, {{"shard", std::to_string(lag.shard)}});
  return out.text();
}

} // namespace wsgw::actors
