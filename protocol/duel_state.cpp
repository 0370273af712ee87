#include "protocol/duel_state.hpp"

#include "protocol/digest.hpp"
#include "protocol/json_object.hpp"
#include "protocol/json_writer.hpp"
#include "protocol/utf8.hpp"

#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace wsgw::protocol {

namespace {

constexpr std::array<std::string_view, 5> statuses{
  "waiting", "matched", "in_progress", "finished", "cancelled"};

constexpr auto version_name = "event_version";

using text_buffer = rapidjson::StringBuffer;

std::string text_of(const rapidjson::Value& value) {
  text_buffer buffer;
  rapidjson::Writer<text_buffer> writer{buffer};
  value.Accept(writer);
  return {buffer.GetString(), buffer.GetSize()};
}

rapidjson::Value text_value(std::string_view text,
                            rapidjson::Document::AllocatorType& memory) {
  return {text.data(), static_cast<rapidjson::SizeType>(text.size()), memory};
}

void put(rapidjson::Document& object, const char* name,
         rapidjson::Value value) {
  const auto found = object.FindMember(name);
  if (found != object.MemberEnd())
    found->value = std::move(value);
  else
    object.AddMember(rapidjson::StringRef(name), value, object.GetAllocator());
}

std::optional<std::int64_t> id_of(const json_object& object,
                                  std::string_view name) {
  const auto id = object.integer(name);
  return id && *id > 0 ? id : std::nullopt;
}

/// The old client looks for both.
std::string completed(const std::string& payload, const duel_state& state) {
  rapidjson::Document object;
  object.Parse(payload.data(), payload.size());
  put(object, "duel_id", rapidjson::Value{state.duel_id});
  put(object, "status", text_value(state.status, object.GetAllocator()));
  return text_of(object);
}

/// The payload of an object; empty when it has none or it is no object.
std::optional<std::string> payload_of(const json_object& object) {
  auto payload = object.compact("payload");
  if (!payload.starts_with('{'))
    return std::nullopt;
  return payload;
}

} // namespace

std::optional<duel_state> parse_duel_state(std::string_view json,
                                           std::int64_t duel_id) {
  const auto object = json_object::parse(json);
  if (!object || object->integer("duel_id") != duel_id)
    return std::nullopt;
  const auto initiator = id_of(*object, "initiator_user_id");
  const auto opponent = id_of(*object, "opponent_user_id");
  const auto status = object->string("status");
  const auto payload = payload_of(*object);
  if (!initiator || (!opponent && !object->is_null("opponent_user_id"))
      || !status || !payload
      || std::find(statuses.begin(), statuses.end(), *status) == statuses.end()
      || !json_object::parse(*payload))
    return std::nullopt;
  duel_state state{duel_id, *initiator, opponent, *status, {}};
  state.payload = completed(*payload, state);
  return state;
}

std::string encode_duel_state(const duel_state& state) {
  json_writer json;
  json.begin_object().key("duel_id").signed_number(state.duel_id);
  json.key("initiator_user_id").signed_number(state.initiator_user_id);
  json.key("opponent_user_id");
  if (state.opponent_user_id)
    json.signed_number(*state.opponent_user_id);
  else
    json.null();
  json.key("status").text(state.status);
  return json.key("payload").raw(state.payload).end_object().take();
}

std::string
encode_duel_update(const duel_state& state,
                   const std::optional<std::string>& event_version) {
  rapidjson::Document payload;
  payload.Parse(state.payload.data(), state.payload.size());
  put(payload, version_name,
      event_version
        ? text_value(repaired_utf8(*event_version), payload.GetAllocator())
        : rapidjson::Value{});
  json_writer json;
  json.begin_object().key("type").text("duel_update");
  return json.key("payload").raw(text_of(payload)).end_object().take();
}

std::optional<duel_update> read_duel_update(std::string_view event) {
  const auto object = json_object::parse(event);
  if (!object || object->string("type") != "duel_update")
    return std::nullopt;
  auto payload = payload_of(*object);
  const auto inner = payload ? json_object::parse(*payload) : std::nullopt;
  if (!inner)
    return std::nullopt;
  duel_update update;
  update.status = inner->string("status").value_or("");
  if (!inner->is_null(version_name))
    update.version = inner->compact(version_name);
  update.fingerprint = fingerprint_of(*payload);
  update.payload = std::move(*payload);
  return update;
}

std::string fingerprint_of(std::string_view payload) {
  if (!json_object::parse(payload))
    return {};
  rapidjson::Document object;
  object.Parse(payload.data(), payload.size());
  std::vector<std::string> members;
  for (const auto& member : object.GetObject())
    if (member.name != version_name)
      members.push_back(text_of(member.name) + ':' + text_of(member.value));
  std::sort(members.begin(), members.end());
  std::string all;
  for (const auto& each : members)
    all += each + ',';
  return sha256_hex(all);
}

} // namespace wsgw::protocol
