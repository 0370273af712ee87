#include "protocol/audit_text.hpp"

#include "protocol/presence_text.hpp"

#include <charconv>

namespace wsgw::protocol {

namespace {

constexpr std::size_t max_digests = 64;

/// Cuts off what stands before `separator`, and it.
std::string_view take(std::string_view& text, char separator) {
  const auto end = text.find(separator);
  const auto part = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return part;
}

std::optional<std::uint64_t> number(std::string_view text, int radix) {
  std::uint64_t value = 0;
  const auto* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value, radix);
  if (read.ec != std::errc{} || read.ptr != end)
    return std::nullopt;
  return value;
}

std::string hex(std::uint64_t value) {
  char text[16];
  const auto written = std::to_chars(text, text + sizeof text, value, 16);
  return {text, written.ptr};
}

std::optional<std::vector<event_digest>> digests(std::string_view text) {
  std::vector<event_digest> found;
  while (!text.empty()) {
    auto one = take(text, ',');
    const auto seq = number(take(one, '='), 10);
    const auto digest = number(one, 16);
    if (!seq || !digest || found.size() == max_digests)
      return std::nullopt;
    found.push_back({*seq, *digest});
  }
  return found;
}

std::optional<room_id> dialog(std::string_view text) {
  auto room = room_id::parse(text);
  if (!room || room->kind() != room_kind::dialog)
    return std::nullopt;
  return room;
}

std::optional<audited_room> line(std::string_view text) {
  auto room = dialog(take(text, ' '));
  const auto head = take(text, ' ');
  const auto members = parse_presence(take(text, ' '));
  auto latest = digests(text);
  if (!room || !members || !latest)
    return std::nullopt;
  auto at = head == "-" ? cursor{} : parse_cursor(head);
  if (!at)
    return std::nullopt;
  return audited_room{std::move(*room), std::move(*at), *members,
                      std::move(*latest)};
}

} // namespace

std::string encode_room_list(const std::vector<room_id>& rooms) {
  std::string text;
  for (const auto& each : rooms)
    text.append(each.text()).append("\n");
  return text;
}

std::vector<room_id> parse_room_list(std::string_view text) {
  std::vector<room_id> rooms;
  while (!text.empty() && rooms.size() < max_audited_rooms)
    if (auto room = dialog(take(text, '\n')))
      rooms.push_back(std::move(*room));
  return rooms;
}

std::string encode(const std::vector<audited_room>& rooms) {
  std::string text;
  for (const auto& each : rooms) {
    text.append(each.room.text()).append(" ");
    text.append(each.head.epoch.empty() ? "-" : to_string(each.head));
    text.append(" ").append(encode_presence(each.members)).append(" ");
    for (const auto& one : each.latest) {
      text.append(&one == &each.latest.front() ? "" : ",");
      text.append(std::to_string(one.seq)).append("=").append(hex(one.digest));
    }
    text.append("\n");
  }
  return text;
}

std::optional<std::vector<audited_room>>
parse_audited_rooms(std::string_view text) {
  std::vector<audited_room> rooms;
  while (!text.empty()) {
    auto room = line(take(text, '\n'));
    if (!room || rooms.size() == max_audited_rooms)
      return std::nullopt;
    rooms.push_back(std::move(*room));
  }
  return rooms;
}

} // namespace wsgw::protocol
