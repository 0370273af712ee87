#include "protocol/explain_wire.hpp"

#include "protocol/cursor.hpp"
#include "protocol/json_object.hpp"
#include "protocol/json_writer.hpp"

#include <rapidjson/document.h>

#include <algorithm>

namespace wsgw::protocol::explain {

namespace {

using value = rapidjson::Value;

// -- writing
// --------------------------------------------------------------------

std::int64_t ticks(time_point at) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
           at.time_since_epoch())
    .count();
}

time_point at_ticks(std::int64_t count) {
  return time_point{std::chrono::duration_cast<time_point::duration>(
    std::chrono::nanoseconds{count})};
}

void write_event(json_writer& json, const event_fact& e) {
  json.begin_object();
  json.key("fate").number(static_cast<unsigned>(e.what));
  json.key("seq").number(e.seq).key("epoch").number(e.epoch);
  json.key("at").signed_number(ticks(e.at));
  json.key("audience").begin_array();
  for (const auto each : all_roles)
    if (e.audience.contains(each))
      json.number(static_cast<unsigned>(each));
  json.end_array().key("id").text(e.message_id);
  json.key("trace").text(e.trace_id).key("missed").begin_array();
  for (const auto& conn : e.missed)
    json.text(conn);
  json.end_array().key("knows_missed").boolean(e.knows_missed).end_object();
}

void write_stretch(json_writer& json, const stretch& s) {
  json.begin_object().key("joined").signed_number(ticks(s.from.joined_at));
  json.key("since").number(s.from.since).key("cursor").number(s.from.cursor);
  json.key("pulled_after").number(s.from.pulled_after);
  json.key("pulled_to").number(s.from.pulled_to);
  json.key("epoch").number(s.from.epoch);
  json.key("how").number(static_cast<unsigned>(s.from.how));
  json.key("queued").number(s.queued).key("written").number(s.written);
  json.key("acked").number(s.acked).key("lagging").boolean(s.is_lagging);
  json.key("cut").boolean(s.is_cut).key("drained").boolean(s.is_drained);
  json.end_object();
}

void write_connection(json_writer& json, const connection_fact& who) {
  json.begin_object().key("conn").text(who.conn);
  json.key("role").number(static_cast<unsigned>(who.as));
  json.key("dialect").number(static_cast<unsigned>(who.speaks));
  json.key("user").text(who.user_id);
  json.key("connected").signed_number(ticks(who.connected_at));
  if (who.closed_at)
    json.key("closed").signed_number(ticks(*who.closed_at));
  json.key("code").number(who.close_code).key("stretches").begin_array();
  for (const auto& each : who.stretches)
    write_stretch(json, each);
  json.end_array().end_object();
}

// -- reading
// --------------------------------------------------------------------

std::string text_of(const value& in, const char* name) {
  const auto found = in.FindMember(name);
  if (found == in.MemberEnd() || !found->value.IsString())
    return {};
  return {found->value.GetString(), found->value.GetStringLength()};
}

std::uint64_t number_of(const value& in, const char* name) {
  const auto found = in.FindMember(name);
  return found != in.MemberEnd() && found->value.IsUint64()
           ? found->value.GetUint64()
           : 0;
}

time_point time_of(const value& in, const char* name) {
  const auto found = in.FindMember(name);
  return found != in.MemberEnd() && found->value.IsInt64()
           ? at_ticks(found->value.GetInt64())
           : time_point{};
}

bool is_true(const value& in, const char* name) {
  const auto found = in.FindMember(name);
  return found != in.MemberEnd() && found->value.IsTrue();
}

/// The enumerator of this number; the first one when there is none such.
template <class E>
E word_of(const value& in, const char* name, E last) {
  const auto number = number_of(in, name);
  return number <= static_cast<std::uint64_t>(last) ? static_cast<E>(number)
                                                    : E{};
}

template <class F>
void for_each(const value& in, const char* name, F visit) {
  const auto found = in.FindMember(name);
  if (found != in.MemberEnd() && found->value.IsArray())
    for (const auto& each : found->value.GetArray())
      visit(each);
}

event_fact read_event(const value& in, std::string_view node) {
  event_fact e;
  e.what = word_of(in, "fate", fate::refused);
  e.seq = number_of(in, "seq");
  e.epoch = static_cast<std::uint32_t>(number_of(in, "epoch"));
  e.at = time_of(in, "at");
  for_each(in, "audience", [&](const value& each) {
    if (each.IsUint() && each.GetUint() < role_count)
      e.audience.insert(static_cast<role>(each.GetUint()));
  });
  // It is written as it is.
  const auto id = text_of(in, "id");
  if (json_object::parse("{\"id\":" + id + "}"))
    e.message_id = id;
  e.trace_id = text_of(in, "trace");
  for_each(in, "missed", [&](const value& each) {
    if (each.IsString())
      e.missed.emplace_back(each.GetString(), each.GetStringLength());
  });
  e.knows_missed = is_true(in, "knows_missed");
  e.node = node;
  return e;
}

stretch read_stretch(const value& in) {
  stretch s;
  s.from.joined_at = time_of(in, "joined");
  s.from.since = number_of(in, "since");
  s.from.cursor = number_of(in, "cursor");
  s.from.pulled_after = number_of(in, "pulled_after");
  s.from.pulled_to = number_of(in, "pulled_to");
  s.from.epoch = static_cast<std::uint32_t>(number_of(in, "epoch"));
  s.from.how = word_of(in, "how", start::reset);
  s.queued = number_of(in, "queued");
  s.written = number_of(in, "written");
  s.acked = number_of(in, "acked");
  s.is_lagging = is_true(in, "lagging");
  s.is_cut = is_true(in, "cut");
  s.is_drained = is_true(in, "drained");
  return s;
}

connection_fact read_connection(const value& in, std::string_view node) {
  connection_fact who;
  who.conn = text_of(in, "conn");
  who.as = word_of(in, "role", all_roles.back());
  who.speaks = word_of(in, "dialect", all_dialects.back());
  who.user_id = text_of(in, "user");
  who.connected_at = time_of(in, "connected");
  if (in.HasMember("closed"))
    who.closed_at = time_of(in, "closed");
  who.close_code = static_cast<std::uint16_t>(number_of(in, "code"));
  for_each(in, "stretches", [&](const value& each) {
    if (each.IsObject())
      who.stretches.push_back(read_stretch(each));
  });
  who.node = node;
  return who;
}

} // namespace

std::string encode_question(const question& asked) {
  json_writer json;
  json.begin_object().key("room").text(asked.room.text());
  if (asked.seq)
    json.key("seq").number(*asked.seq);
  json.key("epoch").text(asked.epoch).key("message_id").text(asked.message_id);
  json.key("trace_id").text(asked.trace_id).key("conn").text(asked.conn);
  json.key("user").text(asked.user_id);
  if (asked.as)
    json.key("role").number(static_cast<unsigned>(*asked.as));
  return json.end_object().take();
}

std::optional<question> parse_question(std::string_view json) {
  const auto object = json_object::parse(json);
  if (!object)
    return std::nullopt;
  auto room = room_id::parse(object->string("room").value_or(""));
  if (!room)
    return std::nullopt;
  question asked{std::move(*room)};
  if (const auto seq = object->integer("seq"); seq && *seq > 0)
    asked.seq = static_cast<std::uint64_t>(*seq);
  asked.epoch = object->string("epoch").value_or("");
  asked.message_id = object->string("message_id").value_or("");
  asked.trace_id = object->string("trace_id").value_or("");
  asked.conn = object->string("conn").value_or("");
  asked.user_id = object->string("user").value_or("");
  if (const auto as = object->integer("role");
      as && *as >= 0 && *as < static_cast<std::int64_t>(role_count))
    asked.as = static_cast<role>(*as);
  return asked;
}

std::string encode_facts(const node_fact& facts) {
  json_writer json;
  json.begin_object().key("epoch").text(facts.epoch);
  json.key("head").number(facts.head);
  json.key("since").signed_number(ticks(facts.since));
  json.key("truncated").boolean(facts.is_truncated);
  json.key("events").begin_array();
  for (const auto& each : facts.events)
    write_event(json, each);
  json.end_array().key("connections").begin_array();
  for (const auto& each : facts.connections)
    write_connection(json, each);
  return json.end_array().end_object().take();
}

std::optional<node_fact> parse_facts(std::string_view json,
                                     std::string_view node) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseIterativeFlag>(json.data(), json.size());
  if (document.HasParseError() || !document.IsObject())
    return std::nullopt;
  node_fact facts;
  facts.node = node;
  facts.epoch = text_of(document, "epoch");
  facts.head = number_of(document, "head");
  facts.since = time_of(document, "since");
  facts.is_truncated = is_true(document, "truncated");
  for_each(document, "events", [&](const value& each) {
    if (each.IsObject())
      facts.events.push_back(read_event(each, node));
  });
  for_each(document, "connections", [&](const value& each) {
    if (each.IsObject())
      facts.connections.push_back(read_connection(each, node));
  });
  return facts;
}

} // namespace wsgw::protocol::explain
