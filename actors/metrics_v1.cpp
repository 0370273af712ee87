#include "actors/metrics_parts.hpp"
#include "protocol/dialect.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <tuple>

namespace wsgw::actors {

void add_v1_metrics(exposition& out, const hub& shared) {
  out.family(prometheus::MetricType::Gauge, "wsgw_connections_by_dialect",
             "Live connections by the dialect they speak.");
  for (const auto d : protocol::all_dialects)
    out.sample(total(shared, &shard_counters::by_dialect, d),
               {{"dialect", std::string{protocol::to_string(d)}}});
  out.family(prometheus::MetricType::Counter, "wsgw_commands_total",
             "Commands from v1 clients, by kind; refused ones too.");
  constexpr std::array<std::string_view, 9> kinds{
    "pong", "ack",     "ping",    "pull",     "typing",
    "read", "refresh", "unknown", "malformed"};
  static_assert(kinds.size()
                == std::tuple_size_v<decltype(shard_counters::commands)>);
  for (std::size_t i = 0; i < kinds.size(); ++i)
    out.sample(total(shared, &shard_counters::commands, i),
               {{"kind", std::string{kinds[i]}}});
  out.counter("wsgw_commands_refused_total",
              "Commands over the limit, malformed or with a bad token.",
              total(shared, &shard_counters::commands_refused));
  out.counter("wsgw_client_events_total",
              "Typing and read marks that were published.",
              total(shared, &shard_counters::client_events));
  out.counter("wsgw_client_events_merged_total",
              "Typing and read marks superseded before they were published.",
              total(shared, &shard_counters::client_events_merged));
  out.gauge("wsgw_lagging", "v1 clients that read too slowly now.",
            total(shared, &shard_counters::lagging));
  out.counter("wsgw_drain_slots_total",
              "Clients that a drain has given their time to leave.",
              total(shared, &shard_counters::drain_slots));
  const auto spread = std::max<std::int64_t>(0, shared.drain_spread_ms);
  out.gauge("wsgw_drain_spread_seconds",
            "Time over which the drain that has begun sends clients away.",
            static_cast<double>(spread) / 1000);
}

} // namespace wsgw::actors
