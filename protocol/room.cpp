#include "protocol/room.hpp"

#include <algorithm>
#include <array>

namespace wsgw::protocol {

namespace {

constexpr std::array kinds{
  room_kind_row{room_kind::dialog, "dialog", "ws:dialog:",
                role_set{role::admin, role::widget, role::site}, true},
  room_kind_row{room_kind::user, "user", "ws:user:", role_set{role::user},
                false},
  room_kind_row{room_kind::duel, "duel",
                "ws:duel:", role_set{role::initiator, role::opponent}, true},
};

constexpr std::size_t max_name_length = 64;

bool is_name_char(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z')
         || (c >= 'A' && c <= 'Z') || c == '_' || c == '.' || c == '@'
         || c == '+' || c == '-';
}

/// The one spelling of a dialog id: decimal without leading zeros, 1 … 2^63-1;
/// empty when `name` is no such number. The reference's int() took leading
/// zeros, and one dialog must stay one room however its number is written.
std::string_view dialog_number(std::string_view name) {
  constexpr std::string_view largest = "9223372036854775807";
  name.remove_prefix(std::min(name.find_first_not_of('0'), name.size()));
  if (name.find_first_not_of("0123456789") != std::string_view::npos
      || name.size() > largest.size()
      || (name.size() == largest.size() && name > largest))
    return {};
  return name;
}

} // namespace

std::span<const room_kind_row> room_kinds() { return kinds; }

const room_kind_row& row_of(room_kind kind) {
  return kinds[static_cast<std::size_t>(kind)];
}

std::optional<room_id> room_id::make(room_kind kind, std::string_view name) {
  const auto& row = row_of(kind);
  if (name.size() > max_name_length
      || !std::all_of(name.begin(), name.end(), is_name_char))
    return std::nullopt;
  if (row.numeric_id)
    name = dialog_number(name);
  if (name.empty())
    return std::nullopt;
  std::string text{row.name};
  text += ':';
  text += name;
  return room_id{kind, std::move(text)};
}

std::optional<room_id> room_id::parse(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos)
    return make(room_kind::dialog, text);
  for (const auto& row : kinds)
    if (text.substr(0, colon) == row.name)
      return make(row.kind, text.substr(colon + 1));
  return std::nullopt;
}

std::optional<room_id> room_id::from_channel(std::string_view channel) {
  for (const auto& row : kinds)
    if (channel.starts_with(row.channel_prefix))
      return make(row.kind, channel.substr(channel.rfind(':') + 1));
  return std::nullopt;
}

std::string_view room_id::name() const {
  return std::string_view{text_}.substr(row_of(kind_).name.size() + 1);
}

} // namespace wsgw::protocol
