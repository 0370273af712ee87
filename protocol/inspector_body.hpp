#pragma once

#include "protocol/close_code.hpp"
#include "protocol/dialect.hpp"
#include "protocol/role.hpp"
#include "protocol/status_body.hpp"
#include "protocol/v1_message.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The bodies of the actor inspector, `/debug/v1/…` (docs/operations.md). Facts
/// in, compact JSON out. Counters count from the start of the process: rates
/// are the reader's, who knows when it asked.
namespace wsgw::protocol {

/// From where on something counts as slow.
struct slow_marks {
  std::size_t outbox_bytes = 0; ///< a quarter of WS_OUTBOX_BYTES
  std::size_t mailbox = 1000;
  std::chrono::milliseconds loop{100}; ///< wait for a turn of a shard
};

/// Messages that wait for actors of one kind.
struct mailbox_facts {
  std::size_t all = 0;
  std::size_t longest = 0;

  void add(std::size_t length) {
    all += length;
    longest = longest < length ? length : longest;
  }
};

/// One shard.
struct shard_facts {
  std::size_t shard = 0;
  std::chrono::microseconds lag{0}; ///< from the question to this shard's turn
  std::size_t dialogs = 0;
  std::size_t sockets = 0;
  std::size_t slow_sockets = 0;
  std::size_t outbox_bytes = 0; ///< of all sockets
  std::size_t outbox_most = 0;  ///< of one socket
  std::size_t history_bytes = 0;
  mailbox_facts dialog_mail;
  mailbox_facts socket_mail;
  std::optional<std::size_t> broadcaster_mail; ///< where the broadcaster lives
  // -- counters ---------------------------------------------------------------
  std::uint64_t events_in = 0; ///< that reached a dialog
  std::uint64_t events_duplicate = 0;
  std::uint64_t events_refused = 0;
  std::uint64_t frames_queued = 0;
  std::uint64_t frames_dropped = 0;
  std::uint64_t slow_closed = 0;
  std::uint64_t messages_received = 0; ///< from clients
  std::uint64_t turns = 0;
  std::uint64_t exceptions = 0;
};

/// The node.
struct overview_facts {
  std::chrono::system_clock::time_point now;
  std::chrono::system_clock::time_point started_at;
  std::string node;
  std::string_view version;
  std::string_view commit;
  source_facts source;
  std::chrono::system_clock::time_point source_since;
  bool has_log = false; ///< WS_LOG is on
  bool draining = false;
  std::size_t connections = 0;
  std::size_t connection_limit = 0;
  std::size_t inflight_events = 0;
  slow_marks marks;
  std::vector<shard_facts> shards;
  bool truncated = false; ///< a shard did not answer in time
};

/// `/debug/v1/overview`.
std::string encode_overview(const overview_facts& facts);

/// One room in the list.
struct room_facts {
  std::string room;
  std::size_t shard = 0;
  std::size_t mailbox = 0;
  std::string head; ///< `<epoch>:<seq>`
  role_counts members{};
  std::size_t sockets = 0;
  std::size_t slow_sockets = 0;
  std::size_t outbox_bytes = 0; ///< of all its sockets
  std::uint64_t behind = 0;     ///< of the socket that is most so
  bool is_slow = false;
};

/// One connection.
struct socket_facts {
  std::string conn;
  std::string room;
  std::size_t shard = 0;
  std::size_t mailbox = 0;
  role as = role::admin;
  dialect speaks = dialect::legacy;
  std::string user_id;
  std::string address;
  std::chrono::system_clock::time_point connected_at;
  std::chrono::milliseconds last_seen{0};
  std::uint64_t sent_seq = 0;               ///< put in its outbox
  std::optional<std::uint64_t> written_seq; ///< taken by the kernel
  std::uint64_t acked_seq = 0;              ///< v1 only
  std::uint64_t behind = 0; ///< events it has not got: not sent or not written
  std::size_t outbox_bytes = 0;
  bool is_lagging = false;
  bool is_slow = false;
};

/// A part of a longer list.
template <class Row>
struct part_of {
  std::vector<Row> rows;
  std::size_t total = 0;  ///< that matched, listed or not
  bool truncated = false; ///< by the limit or by a shard that did not answer
};

/// `/debug/v1/rooms`.
std::string encode_rooms(const part_of<room_facts>& list);
/// `/debug/v1/sockets`.
std::string encode_sockets(const part_of<socket_facts>& list);

/// Something that happened in a room.
struct room_moment {
  std::chrono::system_clock::time_point at;
  std::string_view what; ///< "event", "opened" or "closed"
  // -- event ------------------------------------------------------------------
  std::string_view fate; ///< "durable", "ephemeral", "duplicate", "refused"
  std::uint64_t seq = 0; ///< 0: none
  role_set audience;
  std::string trace_id;
  // -- opened, closed ---------------------------------------------------------
  std::string conn;
  role as = role::admin;
  dialect speaks = dialect::legacy;
  std::string user_id;
  std::uint16_t code = 0;
  std::uint64_t sent_seq = 0;
  std::uint64_t acked_seq = 0;
};

/// One room with all that the inspector knows of it.
struct room_view {
  room_facts room;
  bool is_open = false;  ///< somebody has it open on this node
  std::string_view kind; ///< "dialog", "user", "duel"
  std::string order;     ///< "local" or "log"
  std::uint64_t history_from = 0;
  std::uint64_t history_to = 0;
  std::size_t history_bytes = 0;
  part_of<socket_facts> members;
  std::vector<std::string> tail; ///< v1 messages, oldest first
  part_of<room_moment> timeline; ///< oldest first
  /// The journal does not reach further back; empty: it forgot nothing.
  std::optional<std::chrono::system_clock::time_point> forgotten_before;
};

/// `/debug/v1/room`.
std::string encode_room(const room_view& view);

} // namespace wsgw::protocol
