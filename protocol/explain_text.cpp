#include "protocol/explain_text.hpp"

#include "protocol/close_code.hpp"
#include "protocol/cursor.hpp"
#include "protocol/json_writer.hpp"
#include "protocol/timestamp.hpp"

#include <charconv>

namespace wsgw::protocol::explain {

namespace {

std::optional<std::uint64_t> number_in(std::string_view text) {
  std::uint64_t value = 0;
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  if (read.ec != std::errc{} || read.ptr != end || value == 0
      || value > max_seq)
    return std::nullopt;
  return value;
}

result<room_id> room_in(const query_params& query) {
  const auto dialog = query.last("dialog_id");
  const auto name = query.last("room");
  if (!dialog && !name)
    return errc::missing_parameter;
  const auto room =
    dialog ? room_id::make(room_kind::dialog, *dialog) : room_id::parse(*name);
  if (!room)
    return dialog ? errc::bad_dialog_id : errc::bad_parameter;
  return *room;
}

std::optional<role> role_in(std::string_view word) {
  for (const auto each : all_roles)
    if (word == to_string(each))
      return each;
  return std::nullopt;
}

// -- sentences
// ------------------------------------------------------------------

std::string name_of(const line& what) {
  const auto& who = *what.who;
  return "Connection " + who.conn + " (" + std::string{to_string(who.as)} + ")";
}

std::string event_name(const line& what, const question& asked) {
  if (what.event && what.event->has_number())
    return "event " + std::to_string(what.event->seq);
  if (asked.seq)
    return "event " + std::to_string(*asked.seq);
  return "the event";
}

std::string roles_in(const role_set& audience) {
  std::string text;
  for (const auto each : all_roles)
    if (audience.contains(each) && each < role::user)
      (text += text.empty() ? "" : ", ") += to_string(each);
  return text.empty() ? "nobody" : text;
}

std::string not_published(const line& what, const question& asked) {
  const auto event = event_name(what, asked);
  if (what.what.why == nuance::unparsable)
    return "What was published as " + event
           + " could not be parsed: it was skipped for all.";
  if (what.what.why == nuance::never_came)
    return "The node of connection " + what.who->conn + " never got " + event
           + ": its link to Redis was down, or the event came before the room.";
  if (asked.seq)
    return "The room's log has not got to " + event + " yet.";
  return "Nobody remembers such an event in " + asked.room.text() + ".";
}

std::string trimmed(const line& what, const question& asked) {
  const auto event = event_name(what, asked);
  if (!what.who || what.what.why == nuance::unknown_now)
    return event + " is no longer kept: for whom it was is not known any more.";
  if (what.what.why == nuance::by_reset)
    return name_of(what) + " was told to start anew (reset) instead of " + event
           + ": the log changed before it could be delivered.";
  return name_of(what) + " came back with a cursor before " + event
         + ", which was no longer kept: it was told to start anew (reset).";
}

std::string joined_later(const line& what, const question& asked) {
  const auto event = event_name(what, asked);
  switch (what.what.why) {
  case nuance::had_it:
    return name_of(what) + " joined with a cursor that includes " + event + ".";
  case nuance::not_answered:
    return "The join of connection " + what.who->conn
           + " was not answered when " + event + " was delivered.";
  default:
    return name_of(what) + " joined behind " + event
           + " and gave no cursor before it.";
  }
}

std::string closed_before(const line& what, const question& asked) {
  const auto event = event_name(what, asked);
  const auto& who = *what.who;
  if (!who.closed_at)
    return name_of(what) + " is being closed and gets " + event + " no more.";
  return name_of(what) + " was closed with " + std::to_string(who.close_code)
         + " before " + event + " was written to it.";
}

std::string queued(const line& what, const question& asked) {
  const auto event = event_name(what, asked);
  if (what.what.why == nuance::on_its_way)
    return "The node of connection " + what.who->conn + " has not read " + event
           + " from Redis yet.";
  return name_of(what) + " has " + event
         + " in its outbox: the socket takes no more.";
}

std::string audience_text(const line& what, const question& asked) {
  const auto event = event_name(what, asked);
  const auto as = what.who ? what.who->as : *asked.as;
  return event + " is for " + roles_in(what.event->audience) + ", not for "
         + std::string{to_string(as)} + ".";
}

std::string deduplicated(const line& what) {
  const std::string text = "The event had been seen in this room before: it "
                           "was dropped as a duplicate";
  return what.who ? text + " while connection " + what.who->conn + " was there."
                  : text + ".";
}

std::string not_connected(const question& asked) {
  std::string who = "Nobody";
  if (!asked.conn.empty())
    who = "No connection " + asked.conn;
  else if (!asked.user_id.empty())
    who = "No connection of user " + asked.user_id;
  else if (asked.as)
    who = "No " + std::string{to_string(*asked.as)};
  return who + " was in " + asked.room.text()
         + " within the last 15 minutes, as far as the nodes remember.";
}

std::string body_of(const line& what, const question& asked) {
  const auto event = event_name(what, asked);
  switch (what.what.is) {
  case verdict::acked:
    return name_of(what) + " has acknowledged " + event + ".";
  case verdict::written:
    return event + " was written to the socket of connection " + what.who->conn
           + " (" + std::string{to_string(what.who->as)} + ").";
  case verdict::queued:
    return queued(what, asked);
  case verdict::lagging:
    return name_of(what) + " reads too slowly: it has not pulled " + event
           + " yet.";
  case verdict::dropped_ephemeral:
    return name_of(what) + " had no room for " + event
           + ", which has no number and is not repeated.";
  case verdict::filtered_by_role:
    return audience_text(what, asked);
  case verdict::not_connected_then:
    return not_connected(asked);
  case verdict::joined_later:
    return joined_later(what, asked);
  case verdict::closed_before:
    return closed_before(what, asked);
  case verdict::not_published:
    return not_published(what, asked);
  case verdict::deduplicated:
    return deduplicated(what);
  case verdict::trimmed:
    return trimmed(what, asked);
  }
  return {};
}

} // namespace

result<question> read_question(const query_params& query) {
  const auto room = room_in(query);
  if (!room)
    return room.error();
  question asked{*room};
  const auto text = [&query](std::string_view name) {
    return std::string{query.last(name).value_or("")};
  };
  asked.message_id = text("message_id");
  asked.trace_id = text("trace_id");
  asked.epoch = text("epoch");
  asked.conn = text("conn");
  asked.user_id = text("user");
  if (const auto seq = query.last("seq")) {
    asked.seq = number_in(*seq);
    if (!asked.seq)
      return errc::bad_parameter;
  }
  const auto names = static_cast<int>(asked.seq.has_value())
                     + static_cast<int>(!asked.message_id.empty())
                     + static_cast<int>(!asked.trace_id.empty());
  if (names == 0)
    return errc::missing_parameter;
  if (names > 1)
    return errc::bad_parameter;
  if (const auto word = query.last("role")) {
    asked.as = role_in(*word);
    if (!asked.as)
      return errc::bad_parameter;
  }
  return asked;
}

std::string sentence_of(const line& what, const question& asked) {
  auto text = body_of(what, asked);
  if (text.starts_with("event"))
    text.front() = 'E';
  else if (text.starts_with("the "))
    text.front() = 'T';
  return text;
}

} // namespace wsgw::protocol::explain
