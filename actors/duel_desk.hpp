#pragma once

#include "actors/duel_board.hpp"
#include "protocol/duel_state.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

namespace wsgw::actors {

using protocol::duel_state;

/// SEAM to where duels are kept: Redis, the backend's URL, or the demo's own
/// memory. Thread-safe; callbacks run once, on some shard's thread.
class duel_desk {
public:
  virtual ~duel_desk() = default;

  struct state_answer {
    enum class result : std::uint8_t { found, unknown, unreachable, malformed };
    result what = result::unreachable;
    duel_state state; ///< when found
  };
  using state_done = std::function<void(state_answer)>;
  /// The duel's state as it was after this was asked: an answer under way
  /// serves nobody who asks now, but all who ask meanwhile share the next one.
  virtual void state(std::int64_t duel_id, state_done then) = 0;

  enum class use : std::uint8_t { fresh, used_before, unreachable };
  using use_done = std::function<void(use)>;
  /// Uses up the ticket `jti`, once on all nodes; remembered for `ttl`.
  virtual void use_ticket(std::string jti, std::chrono::milliseconds ttl,
                          use_done then) = 0;
  /// Whether it was used, without using it up.
  virtual void look_up(std::string jti, use_done then) = 0;

  /// Keeps a state as the backend would (the demo); `then(false)`: it cannot.
  virtual void put(const duel_state& state, std::function<void(bool)> then) {
    static_cast<void>(state);
    then(false);
  }

  /// The duels that are open on this node. Their dialogs tell it.
  duel_board& board() { return board_; }
  const duel_board& board() const { return board_; }

private:
  duel_board board_;
};

} // namespace wsgw::actors
