#include "actors/duel_updates.hpp"

#include "actors/log.hpp"

#include <utility>
#include <variant>

namespace wsgw::actors {

namespace {

using result = duel_desk::state_answer::result;

/// Nodes that notice the same state within this are one.
constexpr int notice_seconds = 5;

void count(duel_counts::number& which) {
  which.fetch_add(1, std::memory_order_relaxed);
}

} // namespace

void duel_updates::signalled(std::int64_t duel_id, std::string version,
                             std::string key, std::chrono::milliseconds age,
                             done then) {
  auto& counts = shared_.duels->board().counts;
  const auto is_late = age > shared_.config().duel_events_ttl;
  if (is_late)
    count(counts.signals_late);
  const auto settle = [&counts, then = std::move(then)](outcome what) {
    count(what == outcome::settled ? counts.signals : counts.signals_failed);
    then(what);
  };
  shared_.duels->state(
    duel_id, [this, is_late, &counts, settle, version = std::move(version),
              key = "signal-" + key](const duel_desk::state_answer& answer) {
      if (answer.what == result::found)
        return publish(answer.state, version, key, settle);
      // A backend may answer nonsense for a while, but not for ever.
      if (answer.what == result::unreachable
          || (answer.what == result::malformed && !is_late))
        return settle(outcome::try_again);
      count(counts.signals_void);
      settle(outcome::settled);
    });
}

void duel_updates::noticed(const duel_state& state, done then) {
  // All nodes that have the room open notice it, and only one says so. A state
  // that comes back is news again, for the key lives for minutes.
  const auto slot = std::chrono::floor<std::chrono::seconds>(
                      std::chrono::system_clock::now().time_since_epoch())
                      .count()
                    / notice_seconds;
  publish(state, std::nullopt,
          "state-" + protocol::fingerprint_of(state.payload) + '-'
            + std::to_string(slot),
          std::move(then));
}

void duel_updates::publish(const duel_state& state,
                           const std::optional<std::string>& version,
                           std::string key, done then) {
  const auto room = protocol::room_id::make(protocol::room_kind::duel,
                                            std::to_string(state.duel_id));
  auto json = protocol::encode_duel_update(state, version);
  const auto failed = [then](const std::string& why) {
    log::repeated_warning("duel update " + why, "duels", "update not published",
                          {{"reason", why}});
    then(outcome::try_again);
  };
  if (shared_.source().source == source_status::kind::embedded)
    // There are no other nodes; who comes later is shown the state.
    return shared_.publish(
      *room, std::move(json), [then, failed](const std::string& error) {
        error.empty() ? then(outcome::settled) : failed(error);
      });
  shared_.append(*room, std::move(json), std::move(key),
                 [this, then, failed](const store_result<appended>& answer) {
                   if (const auto* error = std::get_if<store_error>(&answer))
                     return failed(error->text);
                   if (std::get<appended>(answer).is_duplicate)
                     count(shared_.duels->board().counts.suppressed);
                   then(outcome::settled);
                 });
}

} // namespace wsgw::actors
