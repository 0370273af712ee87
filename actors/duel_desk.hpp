#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace wsgw::actors {

/// The state of one duel as the backend wrote it (issue 5, `ws:duel:<id>:state`
/// or WEBSOCKET_STATE_URL).
struct duel_state {
  std::int64_t duel_id = 0;
  std::int64_t initiator_user_id = 0;
  std::optional<std::int64_t> opponent_user_id;
  std::string status;  ///< waiting, matched, in_progress, finished, cancelled
  std::string payload; ///< compact JSON object: the snapshot

  bool is_over() const { return status == "finished" || status == "cancelled"; }
};

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
  /// The duel's state; equal questions under way are asked once.
  virtual void state(std::int64_t duel_id, state_done then) = 0;

  enum class use : std::uint8_t { fresh, used_before, unreachable };
  using use_done = std::function<void(use)>;
  /// Uses up the ticket `jti`, once on all nodes; remembered for `ttl`.
  virtual void use_ticket(std::string jti, std::chrono::milliseconds ttl,
                          use_done then) = 0;
};

} // namespace wsgw::actors
