#pragma once

#include "actors/hub.hpp"
#include "protocol/inspector_body.hpp"
#include "protocol/result.hpp"
#include "protocol/route.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// What the inspector reads on one shard. Loop thread only, unless said
/// otherwise; each function looks at every actor of the shard once.
namespace wsgw::actors::inspection {

/// Rows of one answer.
inline constexpr std::size_t default_rows = 100;
inline constexpr std::size_t most_rows = 1000;
inline constexpr std::size_t most_moments = 200;

/// Which rows a list shows, and in which order. Texts match at their
/// beginning: `10` finds `dialog:10`, user 105 and address 10.0.0.1.
struct search {
  enum class by : std::uint8_t { anything, room, user, address, conn };
  enum class order : std::uint8_t {
    slow, ///< slow ones first, then by how far they are behind
    room,
    user,
    address,
    age,
    sockets,
    outbox,
    behind,
    mailbox,
  };

  std::string text; ///< empty: all
  by where = by::anything;
  order sorted = order::slow;
  bool is_reversed = false;
  std::size_t limit = default_rows;

  /// Reads `q`, `by`, `sort` (a leading `-` reverses it) and `limit`; the
  /// error is bad_parameter. Any thread.
  static protocol::result<search> read(const protocol::query_params& query);

  bool matches_room(std::string_view room) const;
  /// What is known of one connection matches.
  bool matches(const actor_info& socket) const;
};

using room_list = protocol::part_of<protocol::room_facts>;
using socket_list = protocol::part_of<protocol::socket_facts>;

/// From where on this hub calls things slow. Any thread.
protocol::slow_marks slow_marks_of(const hub& shared);

protocol::shard_facts shard_facts_of(shard& where,
                                     const protocol::slow_marks& marks);
room_list rooms_of(shard& where, const search& wanted,
                   const protocol::slow_marks& marks);
socket_list sockets_of(shard& where, const search& wanted,
                       const protocol::slow_marks& marks);
protocol::room_view view_of(shard& where, const protocol::room_id& room,
                            const protocol::slow_marks& marks,
                            std::chrono::system_clock::time_point now);

/// Puts the parts of several shards together, sorted and cut. Any thread.
room_list merged(std::vector<room_list> parts, const search& wanted,
                 bool complete);
socket_list merged(std::vector<socket_list> parts, const search& wanted,
                   bool complete);

} // namespace wsgw::actors::inspection
