#pragma once

#include "actors/history_budget.hpp"
#include "protocol/event_log.hpp"
#include "protocol/log_follower.hpp"

#include <cstddef>
#include <optional>

namespace wsgw::actors {

/// The latest events of one dialog within the shard's budget. Nothing is kept
/// until somebody may come back with a cursor: `begin`. Loop thread only.
class room_history final : public history_budget::holder {
public:
  /// Keeps at most `most` events.
  room_history(history_budget& budget, std::size_t most);

  /// From now on events are kept, those behind `head`. Again: no effect.
  void begin(const protocol::cursor& head);
  /// Another log begins: what was kept is gone.
  void restart(const protocol::cursor& head);
  bool is_kept() const { return ring_.has_value(); }

  /// The next event; a null frame is for nobody.
  void append(protocol::frame live, protocol::role_set audience);
  /// Puts the end of `older` in front, as far as it fits on and has room.
  void prepend(const protocol::event_log& older);
  /// True when every event behind `after` is here.
  bool covers(std::uint64_t after) const {
    return ring_ && ring_->covers(after);
  }
  /// The ring, to replay from; `is_kept()` only. Say `used` afterwards: replay
  /// frames are kept as well.
  protocol::event_log& ring() { return *ring_; }
  const protocol::event_log& ring() const { return *ring_; }
  void used_now() { used(ring_->bytes()); }

  std::size_t shrink(std::size_t most) override;

private:
  std::size_t most_;
  std::optional<protocol::event_log> ring_;
};

} // namespace wsgw::actors
