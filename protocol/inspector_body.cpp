#include "protocol/inspector_body.hpp"

#include "protocol/json_writer.hpp"
#include "protocol/status_parts.hpp"
#include "protocol/timestamp.hpp"

namespace wsgw::protocol {

namespace {

void write_mailbox(json_writer& json, std::string_view key,
                   const mailbox_facts& mail) {
  json.key(key).begin_object().key("all").number(mail.all);
  json.key("longest").number(mail.longest).end_object();
}

bool is_slow(const shard_facts& shard, const slow_marks& marks) {
  return shard.lag >= marks.loop || shard.dialog_mail.longest >= marks.mailbox
         || shard.socket_mail.longest >= marks.mailbox;
}

void write_shard(json_writer& json, const shard_facts& shard,
                 const slow_marks& marks) {
  json.begin_object().key("shard").number(shard.shard);
  json.key("slow").boolean(is_slow(shard, marks));
  json.key("lag_ms").real(static_cast<double>(shard.lag.count()) / 1000);
  json.key("dialogs").number(shard.dialogs);
  json.key("sockets").number(shard.sockets);
  json.key("slow_sockets").number(shard.slow_sockets);
  json.key("outbox_bytes").number(shard.outbox_bytes);
  json.key("outbox_most").number(shard.outbox_most);
  json.key("history_bytes").number(shard.history_bytes);
  write_mailbox(json, "dialog_mailboxes", shard.dialog_mail);
  write_mailbox(json, "socket_mailboxes", shard.socket_mail);
  json.key("counters").begin_object();
  json.key("events_in").number(shard.events_in);
  json.key("events_duplicate").number(shard.events_duplicate);
  json.key("events_refused").number(shard.events_refused);
  json.key("frames_queued").number(shard.frames_queued);
  json.key("frames_dropped").number(shard.frames_dropped);
  json.key("slow_closed").number(shard.slow_closed);
  json.key("messages_received").number(shard.messages_received);
  json.key("turns").number(shard.turns);
  json.key("exceptions").number(shard.exceptions);
  json.end_object().end_object();
}

void write_source(json_writer& json, const overview_facts& facts) {
  const auto& source = facts.source;
  json.key("source").begin_object();
  json.key("kind").text(source.is_redis ? "redis" : "embedded");
  json.key("state").text(source.state).key("reason").text(source.reason);
  json.key("since").text(rfc3339(facts.source_since));
  json.key("reconnects").number(source.reconnects);
  json.key("log").boolean(facts.has_log).end_object();
}

void write_broadcaster(json_writer& json, const overview_facts& facts) {
  json.key("broadcaster").begin_object();
  for (const auto& shard : facts.shards)
    if (shard.broadcaster_mail) {
      json.key("shard").number(shard.shard);
      json.key("mailbox").number(*shard.broadcaster_mail);
      json.key("slow").boolean(*shard.broadcaster_mail >= facts.marks.mailbox);
    }
  json.key("inflight_events").number(facts.inflight_events).end_object();
}

/// What room lists and the page of one room have in common.
void write_room_facts(json_writer& json, const room_facts& room) {
  json.key("room").text(room.room).key("shard").number(room.shard);
  json.key("slow").boolean(room.is_slow).key("head").text(room.head);
  json.key("mailbox").number(room.mailbox).key("roles");
  write_roles(json, room.members);
  json.key("sockets").number(room.sockets);
  json.key("slow_sockets").number(room.slow_sockets);
  json.key("outbox_bytes").number(room.outbox_bytes);
  json.key("behind").number(room.behind);
}

void write_who(json_writer& json, std::string_view conn, role as, dialect d,
               std::string_view user_id) {
  const auto is_stream = d == dialect::sse;
  json.key("conn").text(conn).key("role").text(to_string(as));
  json.key("transport").text(is_stream ? "sse" : "websocket");
  // A stream's messages are those of v1.
  json.key("dialect").text(to_string(is_stream ? dialect::v1 : d));
  json.key("user_id").text(user_id);
}

void write_socket(json_writer& json, const socket_facts& socket) {
  json.begin_object();
  write_who(json, socket.conn, socket.as, socket.speaks, socket.user_id);
  json.key("room").text(socket.room).key("shard").number(socket.shard);
  json.key("address").text(socket.address);
  json.key("connected_at").text(rfc3339(socket.connected_at));
  json.key("last_seen_ms").signed_number(socket.last_seen.count());
  json.key("sent_seq").number(socket.sent_seq).key("written_seq");
  if (socket.written_seq)
    json.number(*socket.written_seq);
  else
    json.null();
  json.key("acked_seq");
  if (socket.speaks == dialect::v1)
    json.number(socket.acked_seq);
  else
    json.null(); // it has no way to say
  json.key("behind").number(socket.behind);
  json.key("outbox_bytes").number(socket.outbox_bytes);
  json.key("mailbox").number(socket.mailbox);
  json.key("lagging").boolean(socket.is_lagging);
  json.key("slow").boolean(socket.is_slow).end_object();
}

void write_moment(json_writer& json, const room_moment& moment) {
  json.begin_object().key("at").text(rfc3339(moment.at));
  json.key("what").text(moment.what);
  if (moment.what == "event") {
    json.key("fate").text(moment.fate).key("seq");
    if (moment.seq != 0)
      json.number(moment.seq);
    else
      json.null();
    json.key("audience").begin_array();
    for (const auto r : all_roles)
      if (moment.audience.contains(r))
        json.text(to_string(r));
    json.end_array();
    if (!moment.trace_id.empty())
      json.key("trace_id").text(moment.trace_id);
  } else {
    write_who(json, moment.conn, moment.as, moment.speaks, moment.user_id);
    if (moment.what == "closed") {
      json.key("code").number(moment.code);
      json.key("sent_seq").number(moment.sent_seq);
      json.key("acked_seq").number(moment.acked_seq);
    }
  }
  json.end_object();
}

template <class Row, class Write>
void write_part(json_writer& json, std::string_view key,
                const part_of<Row>& list, Write write) {
  json.key(key).begin_object().key("rows").begin_array();
  for (const auto& row : list.rows)
    write(json, row);
  json.end_array().key("total").number(list.total);
  json.key("truncated").boolean(list.truncated).end_object();
}

template <class Row, class Write>
std::string encode_part(std::string_view key, const part_of<Row>& list,
                        Write write) {
  json_writer json;
  json.begin_object();
  write_part(json, key, list, write);
  return json.end_object().take();
}

void write_room_row(json_writer& json, const room_facts& room) {
  json.begin_object();
  write_room_facts(json, room);
  json.end_object();
}

} // namespace

std::string encode_overview(const overview_facts& facts) {
  json_writer json;
  json.begin_object().key("service").text("ws-gateway");
  json.key("node").text(facts.node).key("version").text(facts.version);
  json.key("commit").text(facts.commit).key("now").text(rfc3339(facts.now));
  json.key("uptime_seconds")
    .real(unix_seconds(facts.now) - unix_seconds(facts.started_at));
  json.key("draining").boolean(facts.draining);
  json.key("connections").number(facts.connections);
  json.key("connection_limit").number(facts.connection_limit);
  write_source(json, facts);
  write_broadcaster(json, facts);
  json.key("slow_from").begin_object();
  json.key("outbox_bytes").number(facts.marks.outbox_bytes);
  json.key("mailbox").number(facts.marks.mailbox);
  json.key("lag_ms").signed_number(facts.marks.loop.count()).end_object();
  json.key("shards").begin_array();
  for (const auto& shard : facts.shards)
    write_shard(json, shard, facts.marks);
  json.end_array().key("truncated").boolean(facts.truncated);
  return json.end_object().take();
}

std::string encode_rooms(const part_of<room_facts>& list) {
  return encode_part("rooms", list, write_room_row);
}

std::string encode_sockets(const part_of<socket_facts>& list) {
  return encode_part("sockets", list, write_socket);
}

std::string encode_room(const room_view& view) {
  json_writer json;
  json.begin_object();
  write_room_facts(json, view.room);
  json.key("open").boolean(view.is_open).key("kind").text(view.kind);
  json.key("order").text(view.order).key("history").begin_object();
  json.key("from").number(view.history_from).key("to").number(view.history_to);
  json.key("bytes").number(view.history_bytes).end_object();
  write_part(json, "members", view.members, write_socket);
  json.key("tail").begin_array();
  for (const auto& message : view.tail)
    json.raw(message);
  json.end_array();
  write_part(json, "timeline", view.timeline, write_moment);
  json.key("forgotten_before");
  if (view.forgotten_before)
    json.text(rfc3339(*view.forgotten_before));
  else
    json.null();
  return json.end_object().take();
}

} // namespace wsgw::protocol
