#pragma once

#include "protocol/duel_state.hpp"
#include "protocol/room.hpp"
#include "protocol/v1_message.hpp"
#include "transport/loop_figures.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace wsgw::actors {

/// What was done for duels since the start. Any thread.
struct duel_counts {
  using number = std::atomic<std::uint64_t>;

  number updates{0};    ///< `duel_update` events that reached a room here
  number suppressed{0}; ///< updates that would have said nothing new
  number polls{0};      ///< updates that were noticed without a signal
  // -- signal files -----------------------------------------------------------
  number signals{0}; ///< published
  number signals_late{
    0}; ///< among them older than WEBSOCKET_EVENTS_TTL_SECONDS
  number signals_void{0};   ///< of duels that nobody knows (any more)
  number signals_failed{0}; ///< put back for another try
  // -- states, by duel_desk::state_answer::result -----------------------------
  std::array<number, 4> answers{};
  transport::histogram<transport::lag_bounds> durations; ///< until the answer

  void answered(std::size_t what, std::chrono::nanoseconds took);

private:
  std::mutex mutex_; ///< a histogram takes one writer at a time
};

/// The duels that are open on this node: who plays, and what was last said.
/// A duel is in it while somebody is connected. Any thread.
class duel_board {
public:
  using time_point = std::chrono::system_clock::time_point;

  struct row {
    std::int64_t duel_id = 0;
    protocol::role_counts players{};
    std::uint64_t updates = 0; ///< that its room had here
    std::string status;        ///< of the last one; empty: there was none
    std::string fingerprint;   ///< of the last one, or of the first state seen
    std::optional<time_point> updated_at;
  };

  /// The number of a duel's room; 0: it is no duel.
  static std::int64_t id_of(const protocol::room_id& room);

  /// From the duel's dialog: who is connected to it now.
  void attended(std::int64_t duel_id, const protocol::role_counts& players);
  /// From the duel's dialog: an event that it has sent to its members.
  void told(std::int64_t duel_id, const protocol::duel_update& update,
            time_point now);
  /// A state was read: what the first player of a room was shown.
  void seen(const protocol::duel_state& state);

  std::optional<row> find(std::int64_t duel_id) const;
  /// At most `most` rows with ids above `after`, in their order.
  std::vector<row> rows(std::int64_t after, std::size_t most) const;
  std::size_t size() const;
  protocol::role_counts players() const;

  duel_counts counts;

private:
  mutable std::mutex mutex_;
  std::map<std::int64_t, row> rows_;
};

} // namespace wsgw::actors
