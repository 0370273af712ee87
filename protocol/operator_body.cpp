#include "protocol/operator_body.hpp"

#include "protocol/json_object.hpp"
#include "protocol/json_writer.hpp"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <system_error>

namespace wsgw::protocol {

namespace {

using std::chrono::milliseconds;

constexpr std::int64_t first_own_code = 4000;
constexpr std::int64_t last_own_code = 4999;
constexpr std::size_t longest_reason = 123; // RFC 6455 section 5.5

bool may_close_with(std::int64_t code) {
  return code == row_of(close_reason::service_restarting).code
         || (code >= first_own_code && code <= last_own_code);
}

bool is_hexadecimal(std::string_view text) {
  return !text.empty() && text.size() <= 16
         && text.find_first_not_of("0123456789abcdef") == text.npos;
}

/// How many milliseconds a unit has; 0 when there is no such unit.
double scale_of(std::string_view unit) {
  if (unit == "ms")
    return 1;
  if (unit == "s" || unit.empty())
    return 1000;
  return unit == "m" ? 60'000 : 0;
}

/// Reads `500ms`, `5s` or `1m`; empty when it is neither or too long.
std::optional<milliseconds> parse_spread(std::string_view text) {
  double value = 0;
  const auto* last = text.data() + text.size();
  const auto [end, error] =
    std::from_chars(text.data(), last, value, std::chars_format::fixed);
  if (error != std::errc{})
    return std::nullopt;
  const auto scale = scale_of({end, static_cast<std::size_t>(last - end)});
  const auto spread = value * scale;
  const milliseconds longest = longest_room_drain;
  if (scale == 0 || !(spread >= 0)
      || spread > static_cast<double>(longest.count()))
    return std::nullopt;
  return milliseconds{std::llround(spread)};
}

result<room_id> drained_room(const json_object& object) {
  const auto dialog = object.id("dialog_id");
  const auto room = object.string("room");
  if (dialog.has_value() == room.has_value())
    return errc::bad_request;
  const auto found =
    dialog ? room_id::make(room_kind::dialog, *dialog) : room_id::parse(*room);
  if (!found)
    return dialog ? errc::bad_dialog_id : errc::event_bad_room;
  return *found;
}

} // namespace

result<close_order> parse_close_order(std::string_view body) {
  const auto object = json_object::parse(body);
  if (!object)
    return errc::bad_request;
  const auto conn = object->string("conn");
  const auto code = object->integer("code");
  const auto reason = object->string("reason");
  if (!conn || !is_hexadecimal(*conn) || !code || !may_close_with(*code)
      || (object->has("reason") && !reason)
      || (reason && reason->size() > longest_reason))
    return errc::bad_request;
  return close_order{*conn,
                     {static_cast<std::uint16_t>(*code), reason.value_or("")}};
}

std::string encode_closed(std::size_t connections) {
  json_writer json;
  json.begin_object().key("closed").number(connections);
  return json.end_object().take();
}

result<room_drain> parse_room_drain(std::string_view body) {
  const auto object = json_object::parse(body);
  if (!object)
    return errc::bad_request;
  const auto room = drained_room(*object);
  if (!room)
    return room.error();
  room_drain wanted{*room, std::nullopt};
  if (!object->has("spread"))
    return wanted;
  const auto text = object->string("spread");
  wanted.spread = parse_spread(text ? *text : object->compact("spread"));
  if (!wanted.spread)
    return errc::bad_request;
  return wanted;
}

std::string encode_room_drain(const room_drain& what, std::size_t connections) {
  json_writer json;
  json.begin_object().key("draining").boolean(true);
  json.key("room").text(what.room.text());
  json.key("connections").number(connections);
  const auto spread = what.spread.value_or(milliseconds{0});
  json.key("spread_ms").number(static_cast<std::uint64_t>(spread.count()));
  return json.end_object().take();
}

} // namespace wsgw::protocol
