#include "protocol/presence_text.hpp"

#include <algorithm>
#include <charconv>

namespace wsgw::protocol {

namespace {

constexpr std::string_view prefix = "ws:presence:";

/// The roles that are told, in their order in the text.
constexpr std::array told{role::admin, role::widget, role::site};

/// More than any node serves; sums of all nodes stay far from overflow.
constexpr std::size_t most = 1'000'000'000;

} // namespace

std::string encode_presence(const role_counts& counts) {
  std::string text;
  for (const auto r : told) {
    if (!text.empty())
      text += ',';
    text += std::to_string(counts[static_cast<std::size_t>(r)]);
  }
  return text;
}

std::optional<role_counts> parse_presence(std::string_view text) {
  role_counts counts{};
  const auto* at = text.data();
  const auto* const end = at + text.size();
  for (const auto r : told) {
    if (r != told.front() && (at == end || *at++ != ','))
      return std::nullopt;
    auto& count = counts[static_cast<std::size_t>(r)];
    const auto read = std::from_chars(at, end, count);
    if (read.ec != std::errc{} || count > most)
      return std::nullopt;
    at = read.ptr;
  }
  if (at != end)
    return std::nullopt;
  return counts;
}

std::optional<presence_news> parse_presence_news(std::string_view channel,
                                                 std::string_view payload) {
  const auto space = payload.find(' ');
  if (!channel.starts_with(prefix) || space == std::string_view::npos)
    return std::nullopt;
  auto room = room_id::parse(channel.substr(prefix.size()));
  const auto node = payload.substr(0, space);
  const auto counts = parse_presence(payload.substr(space + 1));
  if (!room || !counts || !is_node_id(node))
    return std::nullopt;
  return presence_news{std::move(*room), node, *counts};
}

std::string presence_channel(const room_id& room) {
  return std::string{prefix} + room.text();
}

std::string presence_key(const room_id& room) {
  return std::string{prefix} + '{' + room.text() + '}';
}

bool is_node_id(std::string_view text) {
  return text.size() == 16
         && text.find_first_not_of("0123456789abcdef")
              == std::string_view::npos;
}

} // namespace wsgw::protocol
