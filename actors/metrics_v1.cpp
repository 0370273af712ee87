#include "actors/metrics_parts.hpp"
#include "protocol/dialect.hpp"
#include "protocol/v1_message.hpp"

#include <algorithm>
#include <tuple>

namespace wsgw::actors {

namespace {

using prometheus::MetricType;

constexpr std::array sums{
  sum_row{MetricType::Counter, "wsgw_commands_refused_total",
          "Commands over the limit, malformed or with a bad token.",
          &shard_counters::commands_refused},
  sum_row{MetricType::Counter, "wsgw_client_events_total",
          "Typing and read marks that were published.",
          &shard_counters::client_events},
  sum_row{MetricType::Counter, "wsgw_client_events_merged_total",
          "Typing and read marks superseded before they were published.",
          &shard_counters::client_events_merged},
  sum_row{MetricType::Gauge, "wsgw_lagging",
          "v1 clients that read too slowly now.", &shard_counters::lagging},
  sum_row{MetricType::Counter, "wsgw_drain_slots_total",
          "Clients that a drain has given their time to leave.",
          &shard_counters::drain_slots},
};

void add_commands(exposition& out, const hub& shared) {
  out.family(MetricType::Counter, "wsgw_commands_total",
             "Commands from v1 clients, by kind; refused ones too.");
  constexpr std::array<std::string_view, 9> kinds{
    "pong", "ack",     "ping",    "pull",     "typing",
    "read", "refresh", "unknown", "malformed"};
  static_assert(kinds.size()
                == std::tuple_size_v<decltype(shard_counters::commands)>);
  for (std::size_t i = 0; i < kinds.size(); ++i)
    out.sample(total(shared, &shard_counters::commands, i),
               {{"kind", std::string{kinds[i]}}});
}

void add_resumes(exposition& out, const hub& shared) {
  out.family(MetricType::Counter, "wsgw_resume_total",
             "Clients that came back with a cursor, by what became of it.");
  out.sample(total(shared, &shard_counters::resumed),
             {{"result", "ok"}, {"reason", "none"}});
  for (std::size_t i = 0; i < protocol::reset_reason_count; ++i) {
    const auto why = static_cast<protocol::reset_reason>(i);
    out.sample(
      total(shared, &shard_counters::resume_reset, i),
      {{"result", "reset"}, {"reason", std::string{protocol::to_string(why)}}});
  }
  out.sample(total(shared, &shard_counters::resume_refused),
             {{"result", "refused"}, {"reason", "log_unavailable"}});
  out.counter("wsgw_replayed_events_total",
              "Events sent again to clients that came back or pulled.",
              total(shared, &shard_counters::delivered, delivery::replayed));
  out.family(MetricType::Counter, "wsgw_gap_detected_total",
             "Missing events that were noticed, by who noticed.");
  constexpr std::array<const char*, 3> places{"subscription", "log", "client"};
  for (std::size_t i = 0; i < places.size(); ++i)
    out.sample(total(shared, &shard_counters::gaps, i), {{"where", places[i]}});
}

void add_drain(exposition& out, const hub& shared) {
  const auto left = shared.connections + shared.inbox_connections;
  out.gauge("wsgw_drain_clients_remaining",
            "Clients that still have to leave; 0 without a drain.",
            shared.draining ? static_cast<double>(left) : 0);
  const auto spread = std::max<std::int64_t>(0, shared.drain_spread_ms);
  out.gauge("wsgw_drain_spread_seconds",
            "Time over which the drain that has begun sends clients away.",
            static_cast<double>(spread) / 1000);
}

} // namespace

void add_v1_metrics(exposition& out, const hub& shared) {
  out.family(MetricType::Gauge, "wsgw_connections_by_dialect",
             "Live connections by the dialect they speak.");
  for (const auto d : protocol::all_dialects)
    out.sample(total(shared, &shard_counters::by_dialect, d),
               {{"dialect", std::string{protocol::to_string(d)}}});
  add_commands(out, shared);
  add_sums(out, shared, sums);
  add_resumes(out, shared);
  add_drain(out, shared);
}

} // namespace wsgw::actors
