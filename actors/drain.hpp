#pragma once

#include "actors/hub.hpp"

#include <chrono>
#include <cstddef>
#include <optional>

namespace wsgw::actors {

// WS_SHUTDOWN_TIMEOUT, divided between sockets and actors.
std::chrono::milliseconds time_for_sockets(const settings& config);
std::chrono::milliseconds time_for_actors(const settings& config);

/// Over which time so many clients are sent away: WS_DRAIN_SPREAD, or 2 ms for
/// each and at most 25 s. It leaves time for the last ones to close.
std::chrono::milliseconds drain_spread(const settings& config,
                                       std::size_t clients);

struct drain_news {
  std::size_t connections = 0; ///< that are left
  std::chrono::milliseconds spread{0};
};

/// Gives each client of one room its slot, in random order; an empty spread is
/// chosen by their number. Says how many were given one. On the room's shard.
drain_news drain_room(const hub& shared, shard& where,
                      const protocol::room_id& room,
                      std::optional<std::chrono::milliseconds> spread);

/// Begins to send all clients away, each in a slot of its own and in random
/// order, so that they do not come back together. From then on nobody is taken
/// in. Called again it only says how it goes. Any thread.
drain_news begin_drain(hub& shared);

} // namespace wsgw::actors
