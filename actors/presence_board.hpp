#pragma once

#include "protocol/room.hpp"
#include "protocol/v1_message.hpp"

namespace wsgw::actors {

/// SEAM: who is connected to a room on other nodes (design D11). Dialogs
/// announce their own counts; what other nodes have comes to them as
/// `messages::room_presence` through the broadcaster. Any thread, never blocks.
class presence_board {
public:
  virtual ~presence_board() = default;

  /// This node's members of `room`; coalesced. All zero: forget the room.
  virtual void announce(const protocol::room_id& room,
                        const protocol::role_counts& mine) = 0;
};

} // namespace wsgw::actors
