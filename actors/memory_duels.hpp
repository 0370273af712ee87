#pragma once

#include "actors/duel_desk.hpp"
#include "transport/event_loop.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <unordered_set>

namespace wsgw::actors {

/// Duels without Redis: states that the demo puts here, and the tickets that
/// were used on this node. Callbacks run on the loop's thread.
class memory_duels final : public duel_desk {
public:
  using clock = std::chrono::steady_clock;

  /// Used tickets that are remembered; beyond it no new one is taken.
  static constexpr std::size_t max_tickets = 250'000;
  /// States that are kept; the smallest id goes first.
  static constexpr std::size_t max_states = 10'000;

  explicit memory_duels(transport::event_loop& loop,
                        std::function<clock::time_point()> now = clock::now);

  void state(std::int64_t duel_id, state_done then) override;
  void use_ticket(std::string jti, std::chrono::milliseconds ttl,
                  use_done then) override;
  void look_up(std::string jti, use_done then) override;
  void put(const duel_state& state, std::function<void(bool)> then) override;

private:
  use take(const std::string& jti, std::chrono::milliseconds ttl);
  /// The tickets that have expired. Locked.
  void forget(clock::time_point now);

  transport::event_loop& loop_;
  std::function<clock::time_point()> now_;
  std::mutex mutex_; ///< of what follows
  std::map<std::int64_t, duel_state> states_;
  std::unordered_set<std::string> used_;
  std::multimap<clock::time_point, std::string> ends_; ///< of what is in used_
};

} // namespace wsgw::actors
