#pragma once

#include "actors/hub.hpp"
#include "actors/subscriber.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <variant>
#include <vector>

namespace wsgw::actors {

/// Hands out places: so many connections in all, so many per room and role
/// (design D6 "Limits"). Per-room counters live on the room's shard, the
/// global count is atomic.
class seating {
public:
  explicit seating(hub& shared);

  /// Reserves a place for `as` in `room`; call it on the room's shard. The
  /// error is server_overloaded or dialog_full.
  std::variant<seat, protocol::errc> reserve(const protocol::room_id& room,
                                             protocol::role as);

private:
  using counts = std::array<std::uint32_t, protocol::role_count>;
  using table = std::unordered_map<protocol::room_id, counts>;

  struct place;

  bool take_global(protocol::role as);

  hub& shared_;
  std::vector<std::shared_ptr<table>> tables_; ///< one per shard
};

} // namespace wsgw::actors
