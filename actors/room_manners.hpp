#pragma once

#include "actors/room_rules.hpp"
#include "actors/settings.hpp"
#include "protocol/event.hpp"
#include "protocol/frame.hpp"
#include "protocol/room.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace wsgw::actors {

/// What differs by the kind of a room, all of it: one row a kind, and nobody
/// else asks which kind a room is of. A null function means that its kind has
/// no such thing.
struct room_manners {
  using time_point = std::chrono::system_clock::time_point;

  protocol::room_kind kind;

  // -- events -----------------------------------------------------------------

  /// Members hear all of its events, whatever their audience says.
  bool hears_all = false;
  /// What a legacy member gets for an event.
  protocol::frame (*legacy_frame)(const protocol::event& e);
  bool needs_flat = false;    ///< `event::flat` of every event
  bool tells_inboxes = false; ///< its events also go to their user's inbox
  bool has_presence = false;  ///< who is there is counted on all nodes
  /// Typing and read marks of v1 members are passed on.
  bool takes_client_events = false;
  /// What its dialog does besides; null: nothing.
  std::unique_ptr<room_rules> (*rules)(const room_rules::parts& with) = nullptr;

  // -- legacy clients ---------------------------------------------------------

  /// The first frame of a connection.
  protocol::frame (*greeting)(const protocol::room_id& room,
                              time_point now) = nullptr;
  /// The answer to what a client says; a null frame: none.
  protocol::frame (*answer)(std::string_view text, time_point now) = nullptr;
  /// The heartbeat; without one only the client's silence is limited.
  protocol::frame (*ping)(time_point now) = nullptr;
  /// An RFC 6455 ping goes with it, and its pong is a sign of life.
  bool pings_twice = false;
  /// How long a client may be silent, where there is no heartbeat.
  std::chrono::milliseconds (*patience)(const settings& config) = nullptr;
  /// The last frame before a silent client is closed 1000; null: it is closed
  /// 1001 without a word.
  protocol::frame (*silent)() = nullptr;
  /// The same for a message over `most_bytes`; null: 1009.
  protocol::frame (*too_large)() = nullptr;
  /// Null: WS_MAX_MESSAGE_BYTES.
  std::size_t (*most_bytes)(const settings& config) = nullptr;

  // -- all clients ------------------------------------------------------------

  bool takes_binary = false; ///< as text; otherwise closed 1003
};

/// Its row in the table.
const room_manners& manners_of(protocol::room_kind kind);

} // namespace wsgw::actors
