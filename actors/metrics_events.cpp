#include "actors/metrics_labels.hpp"
#include "actors/metrics_parts.hpp"

namespace wsgw::actors {

namespace {

using prometheus::MetricType;

constexpr std::array sums{
  sum_row{MetricType::Gauge, "wsgw_dialogs",
          "Rooms that are open on this node.", &shard_counters::dialogs},
  sum_row{MetricType::Counter, "wsgw_events_received_total",
          "Events that reached a dialog.", &shard_counters::events_in},
  sum_row{MetricType::Counter, "wsgw_frames_queued_total",
          "Frames put in front of sockets, with events and without.",
          &shard_counters::frames_queued},
  sum_row{MetricType::Counter, "wsgw_frames_dropped_total",
          "Frames that a full or closing connection did not take.",
          &shard_counters::frames_dropped},
  sum_row{MetricType::Counter, "wsgw_events_unrouted_total",
          "Events of rooms that nobody has open here.",
          &shard_counters::events_unrouted},
  sum_row{MetricType::Counter, "wsgw_adoptions_failed_total",
          "Plain events that the log did not take (WS_LOG=adopt).",
          &shard_counters::adoptions_failed},
  sum_row{MetricType::Counter, "wsgw_log_resets_total",
          "Times that a room's log in Redis could not be continued.",
          &shard_counters::log_resets},
  sum_row{MetricType::Counter, "wsgw_stream_trimmed_before_delivery_total",
          "Events that the log had dropped before this node has read them.",
          &shard_counters::events_trimmed},
  sum_row{MetricType::Counter, "wsgw_clock_skew_events_total",
          "Events with a stamp of the future; their latency counts as 0.",
          &shard_counters::stamps_ahead},
};

std::uint64_t count_of(const tally& counts, std::string_view name) {
  const auto all = counts.snapshot();
  const auto found = all.find(std::string{name});
  return found == all.end() ? 0 : found->second;
}

/// With Redis, what came by HTTP or from a client comes back as `redis`.
void add_published(exposition& out, const hub& shared) {
  out.family(MetricType::Counter, "wsgw_events_published_total",
             "Events by where this node got them.");
  out.sample(total(shared, &shard_counters::events_heard),
             {{"source", "redis"}});
  out.sample(static_cast<double>(count_of(shared.publishes, "ok")),
             {{"source", "http"}});
  out.sample(total(shared, &shard_counters::client_events),
             {{"source", "client"}});
  add_tally(out, "wsgw_publishes_total",
            "Events of POST /api/publish, and requests that were refused.",
            "outcome",
            with_zeros(shared.publishes.snapshot(),
                       {"duplicate", "failed", "ok", "refused"}));
  out.gauge("wsgw_events_inflight", "Events read, not yet in a dialog.",
            static_cast<double>(shared.inflight_events.load()));
}

void add_delivered(exposition& out, const hub& shared) {
  out.family(MetricType::Counter, "wsgw_events_delivered_total",
             "Events put in front of sockets, once per receiver.");
  constexpr std::array<const char*, 3> classes{"durable", "ephemeral",
                                               "replayed"};
  for (std::size_t i = 0; i < classes.size(); ++i)
    out.sample(total(shared, &shard_counters::delivered, i),
               {{"class", classes[i]}});
  add_histogram(out, shared, "wsgw_delivery_latency_seconds",
                "From the publisher's stamp to the write to the sockets, once "
                "per event and room.",
                &shard_counters::delivery_latency);
  add_histogram(out, shared, "wsgw_broker_lag_seconds",
                "From the publisher's stamp until this node dealt with the "
                "event.",
                &shard_counters::broker_lag);
}

void add_dropped(exposition& out, const hub& shared) {
  out.family(MetricType::Counter, "wsgw_dedup_total",
             "Events dropped because they were there already, by what knew.");
  out.sample(total(shared, &shard_counters::events_duplicate),
             {{"stage", "dialog"}});
  out.sample(total(shared, &shard_counters::events_known), {{"stage", "log"}});
  out.sample(total(shared, &shard_counters::events_adopted),
             {{"stage", "adopt"}});
  out.sample(static_cast<double>(count_of(shared.publishes, "duplicate")),
             {{"stage", "publish"}});
  add_tally(out, "wsgw_events_refused_total",
            "Events that were skipped, by reason.", "reason",
            skipped_events(shared.bad_events));
  add_tally(out, "wsgw_audit_mismatch_total",
            "Differences between what parts of the gateway hold for true, by "
            "kind.",
            "kind", shared.mismatches.snapshot());
  add_tally(out, "wsgw_ticket_refused_total",
            "Tickets for duels that were refused, by reason.", "reason",
            shared.bad_tickets.snapshot());
}

} // namespace

void add_event_metrics(exposition& out, const hub& shared) {
  add_sums(out, shared, sums);
  add_published(out, shared);
  add_delivered(out, shared);
  add_dropped(out, shared);
}

} // namespace wsgw::actors
