#pragma once

#include "protocol/room.hpp"
#include "protocol/v1_message.hpp"

#include <optional>
#include <string>
#include <string_view>

/// How nodes tell each other through Redis who is connected (design D11).
namespace wsgw::protocol {

/// `<admin>,<widget>,<site>`: the value of a node's field.
std::string encode_presence(const role_counts& counts);

/// Reads it; empty when it is anything else.
std::optional<role_counts> parse_presence(std::string_view text);

/// What a node announced.
struct presence_news {
  room_id room;
  std::string_view node;
  role_counts counts{};
};

/// Reads a message `<node> <admin>,<widget>,<site>` on `ws:presence:<room>`.
std::optional<presence_news> parse_presence_news(std::string_view channel,
                                                 std::string_view payload);

std::string presence_channel(const room_id& room);
/// The hash of a room; braces so that a proxy keeps it with the room's log.
std::string presence_key(const room_id& room);

/// The pattern that all announcements match, and no events.
inline constexpr std::string_view presence_pattern = "ws:presence:*";

/// A node's name: 16 hex digits.
bool is_node_id(std::string_view text);

} // namespace wsgw::protocol
