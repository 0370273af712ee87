#pragma once

#include "actors/credit.hpp"
#include "actors/log_store.hpp"
#include "protocol/authorisation.hpp"
#include "protocol/close_code.hpp"
#include "protocol/cursor.hpp"
#include "protocol/dialect.hpp"
#include "protocol/ids.hpp"
#include "protocol/role.hpp"
#include "protocol/room.hpp"
#include "protocol/v1_command.hpp"
#include "protocol/v1_message.hpp"
#include "transport/connection.hpp"

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <variant>
#include <vector>

/// The architecture on one page: every message and every actor's interface.
/// Messages never leave the process and carry payload bytes only by move or
/// shared pointer.
///
///     Redis ─▶ BROADCASTER ─event─▶ DIALOG ─frames─▶ socket of each member
///               ▲  ▲   │ │            │ ▲                     │
///               │  └───┼─┼── retire ──┘ │                     ▼ text, end
///               │      │ └──── join ────┘◀─ joined, slow ─▶ SUBSCRIBER
///               │      └─ event of a room that nobody has open ─▶ ROUTER
///               └──────── join (SUBSCRIBER), event (ROUTER) ◀───────┘
///     socket_gateway ─question─▶ AUTHORISER ─HTTP─▶ backend

namespace wsgw::actors {

namespace messages {

/// One event as published, for one room.
struct room_event {
  protocol::room_id room;
  std::string json;
  /// The room it was published to, when it is forwarded to another one (the
  /// inbox of a user); else empty. Message ids are unique within it.
  std::string origin;
  credit held{};
};

/// Events in the order of their arrival.
struct ingest {
  std::vector<room_event> events;
};

/// One event for the dialog that receives this message.
struct event {
  std::string json;
  std::string origin; ///< as in `room_event`
  credit held{};
};

/// The outbox of the subscriber took no more frame: it closes the socket.
struct slow {};

/// A dialog without members has lingered long enough. `seen` is how many
/// messages the broadcaster has forwarded to it, as far as it knows.
struct retire {
  protocol::room_id room;
  std::uint64_t seen = 0;
  std::uint64_t dialog = 0; ///< the actor's id: a successor is not meant
};

/// The broadcaster has forgotten the dialog: it may end.
struct retired {};

/// An event published on this node, without Redis: the room is opened for it.
struct append {
  protocol::room_id room;
  std::string json;
  std::string idempotency_key; ///< empty: none
  std::function<void(store_result<appended>)> done;
  credit held{};
};

/// What the store answered to a dialog's request.
struct store_answer {
  std::variant<store_result<protocol::cursor>, store_result<protocol::log_page>,
               store_result<appended>>
    what;
  /// What an `appended` was for: the event as it came, when it was adopted.
  std::string json;
  bool is_renewal = false; ///< the cursor answers `renew`, not `open`
  bool is_upkeep = false;  ///< `open` was only to keep the room's keys alive
};

/// A Redis server's subscription was lost, or is back (then nothing newer has
/// been read from it yet). To all rooms of that server.
struct link_state {
  enum class news : std::uint8_t { lost, restored, commands_ready };

  std::size_t server = 0;
  news what = news::lost;
};

/// Members of `room` on all other nodes.
struct room_presence {
  protocol::room_id room;
  protocol::role_counts elsewhere{};
  /// Those of before whose node died; presence_view gives them no grace.
  protocol::role_counts gone{};
};

/// Somebody wants to know whether the actor turns: it calls `answer`.
struct pulse {
  std::function<void()> answer;
};

/// From a subscriber to its dialog. `who` is the subscriber's actor id.
struct ping_due {
  std::uint64_t who = 0;
};
struct pull {
  std::uint64_t who = 0;
  protocol::v1::pull what;
  std::string ref; ///< of the command, for an error
};
/// The node goes away: tell the client its slot.
struct drain_slot {
  std::uint64_t who = 0;
  std::chrono::milliseconds in{0};
};

/// From a dialog to its subscriber: live push has stopped, or goes on.
struct lagging {
  bool is_lagging = false;
};

/// The dialog cannot tell what the client missed for now (Redis is away).
struct cannot_serve {};

/// Something came from the client; who listens cares only about liveness.
struct text_received {
  std::string text;
};
struct pong_received {};

/// The TCP connection is gone.
struct disconnected {
  std::uint16_t code = 1006;
  std::string reason;
  bool by_peer = true;
};

/// Ends the connection with this status (shutdown, revocation, debug).
struct close_connection {
  protocol::close_status status;
};

/// One question for the backend; `done` runs on the authoriser's shard.
struct authorise {
  protocol::auth_question question;
  std::function<void(protocol::auth_answer)> done;
};

/// To the authoriser itself: what the backend said to the question `key`.
struct backend_answered {
  std::string key;
  std::error_code error;
  unsigned status = 0;
  std::string body;
};

struct join;
struct joined;

} // namespace messages

/// One socket: forwards frames, keeps the heartbeat, ends with the socket.
using subscriber_actor = caf::typed_actor<
  // Its dialog found the outbox full.
  caf::reacts_to<messages::slow>,
  // Its dialog has taken it in.
  caf::reacts_to<messages::joined>,
  // Its dialog pushes no longer, or again.
  caf::reacts_to<messages::lagging>,
  // Its dialog waited for Redis in vain: the socket is closed 1013.
  caf::reacts_to<messages::cannot_serve>,
  // A text frame from the client.
  caf::reacts_to<messages::text_received>,
  // An RFC 6455 pong from the client.
  caf::reacts_to<messages::pong_received>,
  // The socket is gone: the actor ends.
  caf::reacts_to<messages::disconnected>,
  // Close the socket with this status.
  caf::reacts_to<messages::close_connection>>;

/// One room of any kind: members by role, fan-out, ends when empty.
using dialog_actor = caf::typed_actor<
  // A subscriber wants to be a member.
  caf::reacts_to<messages::join>,
  // A backend event for this room.
  caf::reacts_to<messages::event>,
  // An event published here, without Redis.
  caf::reacts_to<messages::append>,
  // From the log in Redis.
  caf::reacts_to<messages::store_answer>,
  // A link to Redis was lost or is back.
  caf::reacts_to<messages::link_state>,
  // Who is connected elsewhere.
  caf::reacts_to<messages::room_presence>,
  // From its members.
  caf::reacts_to<messages::ping_due>, caf::reacts_to<messages::pull>,
  caf::reacts_to<messages::drain_slot>,
  // The broadcaster has forgotten it: the actor ends.
  caf::reacts_to<messages::retired>>;

/// Owns the directory of rooms; the only one that creates dialogs.
using broadcaster_actor = caf::typed_actor<
  // Events from a source, in order: each goes to its dialog.
  caf::reacts_to<messages::ingest>,
  // An event published here, without Redis: opens its room.
  caf::reacts_to<messages::append>,
  // News of a link: to every room of that server.
  caf::reacts_to<messages::link_state>,
  // From the presence board: to the room, if it is open.
  caf::reacts_to<messages::room_presence>,
  // From the watchdog: calls `answer`.
  caf::reacts_to<messages::pulse>,
  // A subscriber wants into a room: forwarded to its dialog.
  caf::reacts_to<messages::join>,
  // An empty dialog asks to be forgotten; answered `retired` or not at all.
  caf::reacts_to<messages::retire>>;

/// Finds the inbox of events whose room nobody has open here; one per shard.
using router_actor = caf::typed_actor<
  // An event of a room without a dialog actor.
  caf::reacts_to<messages::room_event>>;

/// Asks the backend whether somebody may join; caches and coalesces.
using authoriser_actor = caf::typed_actor<
  // Calls `done` exactly once.
  caf::reacts_to<messages::authorise>,
  // From its HTTP client.
  caf::reacts_to<messages::backend_answered>>;

namespace messages {

/// `who` wants to hear the events of `room` that `as` may hear, and lends the
/// dialog its connection: both live on the room's shard (ADR 3).
struct join {
  protocol::room_id room;
  protocol::role as = protocol::role::admin;
  subscriber_actor who;
  std::shared_ptr<transport::connection> socket;
  protocol::connection_id conn{};
  protocol::dialect speaks = protocol::dialect::legacy;
  std::string cursor; ///< as the client gave it; empty: none
};

/// The sender of `join` is a member from now on.
struct joined {
  dialog_actor dialog;
  /// What it is told by replay and live begins behind this.
  protocol::cursor since{};
};

} // namespace messages

} // namespace wsgw::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wsgw::actors::messages::room_event)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wsgw::actors::messages::ingest)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wsgw::actors::messages::event)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wsgw::actors::messages::append)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wsgw::actors::messages::store_answer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wsgw::actors::messages::link_state)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wsgw::actors::messages::room_presence)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wsgw::actors::messages::pulse)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wsgw::actors::messages::ping_due)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wsgw::actors::messages::pull)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wsgw::actors::messages::drain_slot)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wsgw::actors::messages::lagging)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wsgw::actors::messages::cannot_serve)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wsgw::actors::messages::slow)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wsgw::actors::messages::retire)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wsgw::actors::messages::retired)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wsgw::actors::messages::text_received)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wsgw::actors::messages::pong_received)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wsgw::actors::messages::disconnected)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wsgw::actors::messages::close_connection)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wsgw::actors::messages::authorise)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wsgw::actors::messages::backend_answered)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wsgw::actors::messages::join)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wsgw::actors::messages::joined)
