#pragma once

#include "protocol/cursor.hpp"
#include "protocol/room.hpp"
#include "protocol/v1_message.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What nodes tell each other about their rooms so that each can compare
/// (actors/auditor.hpp). One line for each room:
///
///     question: dialog:10
///     answer:   dialog:10 k3x:42 1,2,0 41=9f3c…,42=01ab…
namespace wsgw::protocol {

/// More rooms than that in one message are not read.
inline constexpr std::size_t max_audited_rooms = 1'024;

/// A durable event as far as nodes compare it.
struct event_digest {
  std::uint64_t seq = 0;
  std::uint64_t digest = 0;

  friend bool operator==(const event_digest&, const event_digest&) = default;
};

struct audited_room {
  room_id room;
  cursor head; ///< without an epoch: not known yet, or made by this node
  role_counts members{};
  std::vector<event_digest> latest;
};

std::string encode_room_list(const std::vector<room_id>& rooms);
/// Lines that name no dialog are passed over.
std::vector<room_id> parse_room_list(std::string_view text);

std::string encode(const std::vector<audited_room>& rooms);
/// Empty when a line is anything else than what `encode` makes.
std::optional<std::vector<audited_room>>
parse_audited_rooms(std::string_view text);

} // namespace wsgw::protocol
