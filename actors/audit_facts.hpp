#pragma once

#include "actors/members.hpp"
#include "actors/shard.hpp"
#include "protocol/audit_text.hpp"
#include "protocol/cursor.hpp"
#include "protocol/room.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

/// What the audit sees of one shard between two messages, without judging.
namespace wsgw::actors {

/// Which rooms a run looks at: a slice of all, and those that are suspected.
struct audit_scope {
  std::size_t slice = 0;
  std::size_t slices = 1;
  std::set<std::string> suspects;

  bool wants(const protocol::room_id& room) const;
};

struct member_facts {
  std::uint64_t id = 0; ///< of the subscriber's actor
  protocol::role as = protocol::role::admin;
  standing now = standing::live;
  std::uint64_t mark = 0;     ///< the latest number put into its outbox
  std::uint64_t expected = 0; ///< of the latest event that is for its role
};

struct room_facts {
  protocol::room_id room;
  std::uint64_t dialog = 0; ///< actor id
  std::size_t mailbox = 0;
  bool is_open = false; ///< the head is known
  protocol::cursor head;
  protocol::role_counts mine{};
  protocol::role_counts elsewhere{};
  std::vector<member_facts> members;
  std::vector<protocol::event_digest> latest;
};

struct socket_facts {
  std::uint64_t id = 0;
  protocol::room_id room;
  protocol::role as = protocol::role::admin;
  bool is_closing = false;
  bool has_seat = false;
  std::size_t taken = 0; ///< seats of its room and role
};

/// A room as the broadcaster knows it.
struct listed_room {
  protocol::room_id room;
  std::uint64_t dialog = 0;
};

struct shard_facts {
  using counts = std::array<std::uint64_t, protocol::role_count>;

  std::size_t shard = 0;
  std::size_t total_rooms = 0; ///< in the scope or not
  std::vector<room_facts> rooms;
  std::vector<socket_facts> sockets;
  counts living{};  ///< subscribers by role, in the scope or not
  counts counted{}; ///< what the shard's counter says
  bool has_broadcaster = false;
  std::size_t broadcaster_mailbox = 0;
  std::vector<listed_room> listed;
};

/// Looks at all actors of a shard once. On its thread.
shard_facts collect_facts(shard& where, const audit_scope& scope);

/// What other nodes may know about these rooms. On the shard's thread.
std::vector<protocol::audited_room>
rooms_of(shard& where, const std::unordered_set<protocol::room_id>& wanted,
         bool has_log);

} // namespace wsgw::actors
