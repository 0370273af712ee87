#include "protocol/admin_body.hpp"

#include "protocol/json_object.hpp"
#include "protocol/json_writer.hpp"
#include "protocol/room.hpp"

#include <array>
#include <utility>

namespace wsgw::protocol {

namespace {

using by = revocation::by;

constexpr std::array<std::pair<std::string_view, by>, 3> members{
  {{"user_id", by::user}, {"room", by::room}, {"conn", by::connection}}};

} // namespace

result<revocation> parse_revocation(std::string_view body) {
  const auto object = json_object::parse(body);
  if (!object)
    return errc::bad_request;
  revocation found;
  for (const auto& [name, what] : members) {
    if (!object->has(name))
      continue;
    const auto id = object->id(name);
    if (!found.name.empty() || !id || id->empty())
      return errc::bad_request;
    found = {what, *id};
  }
  if (found.name.empty())
    return errc::bad_request;
  if (found.what != by::room)
    return found;
  const auto room = room_id::parse(found.name);
  if (!room)
    return errc::event_bad_room;
  found.name = room->text();
  return found;
}

std::string encode(const revocation& what) {
  json_writer json;
  json.begin_object();
  for (const auto& [name, by] : members)
    if (by == what.what)
      json.key(name).text(what.name);
  return json.end_object().take();
}

std::string encode_revoked(std::size_t closed) {
  json_writer json;
  return json.begin_object().key("closed").number(closed).end_object().take();
}

std::optional<std::size_t> parse_revoked(std::string_view json) {
  const auto object = json_object::parse(json);
  const auto closed =
    object ? object->integer("closed") : std::optional<std::int64_t>{};
  if (!closed || *closed < 0)
    return std::nullopt;
  return static_cast<std::size_t>(*closed);
}

std::string encode(const revoked& all) {
  json_writer json;
  std::size_t sum = 0;
  for (const auto& each : all.nodes)
    sum += each.closed;
  json.begin_object().key("closed").number(sum).key("nodes").begin_array();
  for (const auto& each : all.nodes) {
    json.begin_object().key("node").text(each.node);
    json.key("closed").number(each.closed).end_object();
  }
  json.end_array().key("silent").begin_array();
  for (const auto& each : all.silent)
    json.text(each);
  json.end_array();
  if (!all.error.empty())
    json.key("error").text(all.error);
  return json.end_object().take();
}

std::string encode_drain(std::size_t connections,
                         std::chrono::milliseconds spread) {
  json_writer json;
  json.begin_object().key("draining").boolean(true);
  json.key("connections").number(connections);
  json.key("spread_ms").number(static_cast<std::uint64_t>(spread.count()));
  return json.end_object().take();
}

} // namespace wsgw::protocol
