#pragma once

#include "actors/hub.hpp"
#include "protocol/event.hpp"

#include <optional>
#include <string_view>

namespace wsgw::actors {

/// Parses an event of `room` as its kind of room needs it. One that cannot be
/// parsed is counted (`events_refused`, `bad_events`), logged at most once a
/// minute and kind of error, and empty. On `home`'s thread, which counts.
std::optional<protocol::event> parse_counted(hub& shared, shard& home,
                                             const protocol::room_id& room,
                                             std::string_view json);

} // namespace wsgw::actors
