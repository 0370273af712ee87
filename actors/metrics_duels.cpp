#include "actors/duel_desk.hpp"
#include "actors/metrics_parts.hpp"

#include <array>

namespace wsgw::actors {

namespace {

using prometheus::MetricType;

struct count_row {
  const char* label; ///< null: the family's only sample
  duel_counts::number duel_counts::*which;
};

void add_counts(exposition& out, const duel_counts& counts, const char* name,
                const char* help, std::initializer_list<count_row> rows) {
  out.family(MetricType::Counter, name, help);
  for (const auto& row : rows) {
    const auto value = static_cast<double>((counts.*row.which).load());
    row.label == nullptr ? out.sample(value)
                         : out.sample(value, {{"outcome", row.label}});
  }
}

void add_states(exposition& out, const duel_counts& counts) {
  constexpr std::array results{"found", "unknown", "unreachable", "malformed"};
  out.family(MetricType::Counter, "wsgw_duel_state_requests_total",
             "Questions for the state of a duel, by result.");
  for (std::size_t i = 0; i < results.size(); ++i)
    out.sample(static_cast<double>(counts.answers[i].load()),
               {{"result", results[i]}});
  out.histogram<transport::lag_bounds>(
    "wsgw_duel_state_latency_seconds",
    "How long the state of a duel took to come.", {&counts.durations});
}

} // namespace

void add_duel_metrics(exposition& out, const hub& shared) {
  if (shared.duels == nullptr)
    return;
  const auto& board = shared.duels->board();
  const auto& counts = board.counts;
  out.gauge("wsgw_duel_rooms", "Rooms of duels that are open on this node.",
            total(shared, &shard_counters::duel_rooms));
  out.family(MetricType::Gauge, "wsgw_duel_players",
             "Sockets in duels on this node, by role.");
  const auto players = board.players();
  for (const auto r : {protocol::role::initiator, protocol::role::opponent})
    out.sample(static_cast<double>(players[static_cast<std::size_t>(r)]),
               {{"role", std::string{protocol::to_string(r)}}});
  add_counts(out, counts, "wsgw_duel_updates_total",
             "Updates that reached a room on this node.",
             {{nullptr, &duel_counts::updates}});
  add_counts(out, counts, "wsgw_duel_updates_suppressed_total",
             "Updates that would have said nothing new.",
             {{nullptr, &duel_counts::suppressed}});
  add_counts(out, counts, "wsgw_duel_changes_polled_total",
             "Updates published because a poll saw a change without a signal.",
             {{nullptr, &duel_counts::polls}});
  add_counts(out, counts, "wsgw_duel_signals_total",
             "Signal files, by outcome: taken care of (late and unknown ones "
             "too), older than WEBSOCKET_EVENTS_TTL_SECONDS, about no known "
             "duel, or to be tried again.",
             {{"settled", &duel_counts::signals},
              {"late", &duel_counts::signals_late},
              {"unknown", &duel_counts::signals_void},
              {"failed", &duel_counts::signals_failed}});
  add_states(out, counts);
}

} // namespace wsgw::actors
