#include "protocol/explain_text.hpp"
#include "protocol/json_writer.hpp"
#include "protocol/timestamp.hpp"

/// The answer of `/debug/v1/explain` as JSON.
namespace wsgw::protocol::explain {

namespace {

void write_text(json_writer& json, std::string_view key,
                const std::string& text) {
  json.key(key);
  if (text.empty())
    json.null();
  else
    json.text(text);
}

void write_time(json_writer& json, std::string_view key,
                std::optional<time_point> at) {
  json.key(key);
  if (!at || *at == time_point{})
    json.null();
  else
    json.text(rfc3339(*at));
}

void write_room(json_writer& json, const room_id& room) {
  json.key("room").text(room.text());
  if (room.kind() == room_kind::dialog)
    json.key("dialog_id").raw(room.name());
}

void write_question(json_writer& json, const question& asked) {
  json.key("question").begin_object();
  write_room(json, asked.room);
  if (asked.seq)
    json.key("seq").number(*asked.seq);
  for (const auto& [key, text] : {std::pair{"epoch", &asked.epoch},
                                  {"message_id", &asked.message_id},
                                  {"trace_id", &asked.trace_id},
                                  {"conn", &asked.conn},
                                  {"user", &asked.user_id}})
    if (!text->empty())
      json.key(key).text(*text);
  if (asked.as)
    json.key("role").text(to_string(*asked.as));
  json.end_object();
}

void write_event(json_writer& json, const event_fact& e) {
  json.begin_object().key("node");
  if (e.node.empty())
    json.text("log");
  else
    json.text(e.node);
  json.key("fate").text(to_string(e.what)).key("seq");
  if (e.has_number())
    json.number(e.seq);
  else
    json.null();
  json.key("message_id");
  if (e.message_id.empty())
    json.null();
  else
    json.raw(e.message_id);
  write_text(json, "trace_id", e.trace_id);
  json.key("audience").begin_array();
  for (const auto each : all_roles)
    if (e.audience.contains(each))
      json.text(to_string(each));
  json.end_array();
  write_time(json, "published_at", e.at);
  write_text(json, "ts", e.published);
  json.end_object();
}

void write_positions(json_writer& json, const stretch& at, dialect speaks) {
  json.key("start").text(to_string(at.from.how));
  json.key("since_seq").number(at.from.since);
  json.key("queued_seq").number(at.queued);
  json.key("written_seq").number(at.written).key("acked_seq");
  if (speaks == dialect::v1)
    json.number(at.acked);
  else
    json.null(); // it has no way to say
  json.key("lagging").boolean(at.is_lagging);
}

void write_connection(json_writer& json, const connection_fact& who) {
  json.key("conn").text(who.conn).key("role").text(to_string(who.as));
  json.key("dialect").text(to_string(who.speaks));
  write_text(json, "user", who.user_id);
  json.key("node").text(who.node);
  write_time(json, "joined_at", who.joined_at());
  write_time(json, "closed_at", who.closed_at);
  json.key("close_code");
  if (who.closed_at)
    json.number(who.close_code);
  else
    json.null();
  if (!who.stretches.empty())
    write_positions(json, who.stretches.back(), who.speaks);
}

void write_line(json_writer& json, const line& each, const question& asked) {
  json.begin_object().key("verdict").text(to_string(each.what.is));
  json.key("sentence").text(sentence_of(each, asked));
  if (each.who)
    write_connection(json, *each.who);
  write_time(json, "published_at",
             each.event ? std::optional{each.event->at} : std::nullopt);
  json.end_object();
}

void write_nodes(json_writer& json, const answer& what) {
  json.key("nodes").begin_array();
  for (const auto& [node, since] : what.nodes) {
    json.begin_object().key("node").text(node);
    write_time(json, "remembers_since", since);
    json.end_object();
  }
  json.end_array().key("silent").begin_array();
  for (const auto& node : what.silent)
    json.text(node);
  json.end_array().key("doubts").begin_array();
  for (const auto& why : what.doubts)
    json.text(why);
  json.end_array();
}

} // namespace

std::string encode(const answer& what) {
  json_writer json;
  json.begin_object();
  write_question(json, what.asked);
  json.key("complete").boolean(what.doubts.empty());
  json.key("events").begin_array();
  for (const auto& e : what.events)
    write_event(json, e);
  json.end_array().key("also_seq").begin_array();
  for (const auto seq : what.also)
    json.number(seq);
  json.end_array().key("counts").begin_object();
  for (std::size_t i = 0; i < what.counts.size(); ++i)
    if (what.counts[i] != 0)
      json.key(to_string(static_cast<verdict>(i))).number(what.counts[i]);
  json.end_object().key("verdicts").begin_array();
  for (const auto& each : what.lines)
    write_line(json, each, what.asked);
  json.end_array();
  write_nodes(json, what);
  return json.end_object().take();
}

} // namespace wsgw::protocol::explain
