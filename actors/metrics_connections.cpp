#include "actors/metrics_labels.hpp"
#include "actors/metrics_parts.hpp"

#include <algorithm>

namespace wsgw::actors {

namespace {

using prometheus::MetricType;

constexpr std::array sums{
  sum_row{MetricType::Counter, "wsgw_pings_sent_total",
          "Heartbeats sent to clients.", &shard_counters::pings_sent},
  sum_row{MetricType::Counter, "wsgw_messages_received_total",
          "Data frames from clients.", &shard_counters::messages_received},
};

void add_live(exposition& out, const hub& shared) {
  out.family(MetricType::Gauge, "wsgw_connections", "Live connections.");
  for (const auto r : protocol::all_roles) {
    const auto streams = total(shared, &shard_counters::streams, r);
    const auto all = total(shared, &shard_counters::connections, r);
    const std::string role{protocol::to_string(r)};
    out.sample(all - streams, {{"role", role}, {"transport", "websocket"}});
    if (r != protocol::role::user)
      out.sample(streams, {{"role", role}, {"transport", "sse"}});
  }
  out.gauge("wsgw_connection_limit", "Connections that this node admits.",
            static_cast<double>(shared.connection_limit));
  out.family(MetricType::Gauge, "wsgw_subscriptions",
             "Members of the rooms on this node.");
  add_by_role(out, shared, &shard_counters::members);
}

void add_opened_and_closed(exposition& out, const hub& shared) {
  out.family(MetricType::Counter, "wsgw_connections_opened_total",
             "Connections that were admitted.");
  add_by_role(out, shared, &shard_counters::opened);
  out.family(MetricType::Counter, "wsgw_connections_closed_total",
             "Connections that ended, by close code and by who began it.");
  const auto code_and_initiator = [](const std::string& name) {
    auto words = read_close(name);
    words.reason.clear();
    return words;
  };
  for (const auto& [words, count] :
       grouped(shared.closed, code_and_initiator, usual_closes()))
    out.sample(static_cast<double>(count),
               {{"code", words.code}, {"initiator", words.initiator}});
  add_tally(out, "wsgw_handshake_refused_total",
            "Handshakes and requests that were refused, by reason.", "reason",
            refusals(shared.refused));
  add_histogram(out, shared, "wsgw_handshake_duration_seconds",
                "From a handshake's request to its acceptance.",
                &shard_counters::handshakes);
  add_tally(out, "wsgw_authoriser_errors_total",
            "Questions that the backend did not answer, by kind.", "kind",
            with_zeros(shared.auth_errors.snapshot(),
                       {"nonsense", "overloaded", "unreachable"}));
}

void add_slow(exposition& out, const hub& shared) {
  out.family(MetricType::Counter, "wsgw_slow_clients_total",
             "Clients that read too slowly, by what was done.");
  out.sample(total(shared, &shard_counters::lagging_entered),
             {{"stage", "lagging"}});
  out.sample(total(shared, &shard_counters::slow_closed),
             {{"stage", "closed"}});
  double unsent = 0;
  for (auto* one : shared.shards)
    unsent += static_cast<double>(one->loop().figures().unsent_bytes.get());
  out.gauge("wsgw_send_queue_bytes",
            "Bytes for sockets that take nothing at the moment.", unsent);
}

void add_presence(exposition& out, const hub& shared) {
  out.family(MetricType::Gauge, "wsgw_presence_members",
             "Members, on all nodes, of the rooms on this node.");
  for (const auto r : protocol::all_roles)
    out.sample(total(shared, &shard_counters::members, r)
                 + total(shared, &shard_counters::members_elsewhere, r),
               {{"role", std::string{protocol::to_string(r)}}});
  out.family(MetricType::Counter, "wsgw_presence_expired_total",
             "Members that left without a word, by how that was noticed.");
  out.sample(total(shared, &shard_counters::members_lost),
             {{"cause", "node_lost"}});
  out.sample(total(shared, &shard_counters::silent), {{"cause", "silent"}});
}

} // namespace

void add_connection_metrics(exposition& out, const hub& shared) {
  add_live(out, shared);
  add_opened_and_closed(out, shared);
  add_sums(out, shared, sums);
  add_slow(out, shared);
  add_presence(out, shared);
}

} // namespace wsgw::actors
