#include "actors/inspection_facts.hpp"

#include "protocol/cursor.hpp"

#include <algorithm>

namespace wsgw::actors::inspection {

connection_trace trace_in(const protocol::room_id& room) {
  return {room, {}, {}, {}, {}, {}, {}};
}

std::uint64_t seq_of(std::string_view head) {
  const auto at = protocol::parse_cursor(head);
  return at ? at->seq : 0;
}

std::uint64_t behind_of(const protocol::socket_facts& socket,
                        std::uint64_t head) {
  const auto upto = socket.is_lagging ? head : socket.sent_seq;
  const auto got = socket.written_seq.value_or(socket.sent_seq);
  return upto > got ? upto - got : 0;
}

protocol::socket_facts socket_facts_of(const describable& who,
                                       actor_info&& info,
                                       const protocol::slow_marks& marks) {
  protocol::socket_facts facts;
  // With nothing in the outbox all of it is written: most need no trace.
  if (info.outbox_bytes == 0)
    facts.written_seq = info.sent_seq;
  else if (const auto room = protocol::room_id::parse(info.room))
    if (connection_trace trace = trace_in(*room); who.trace(trace))
      facts.written_seq = trace.written_seq;
  facts.conn = std::move(info.conn);
  facts.room = std::move(info.room);
  facts.shard = info.shard;
  facts.mailbox = info.mailbox;
  facts.as = info.as;
  facts.speaks = info.speaks;
  facts.user_id = std::move(info.user_id);
  facts.address = std::move(info.address);
  facts.connected_at = info.connected_at;
  facts.last_seen = info.last_seen;
  facts.sent_seq = info.sent_seq;
  facts.acked_seq = info.acked_seq;
  facts.outbox_bytes = info.outbox_bytes;
  facts.is_lagging = info.is_lagging;
  facts.is_slow = info.is_lagging || info.outbox_bytes >= marks.outbox_bytes
                  || info.mailbox >= marks.mailbox;
  facts.behind = behind_of(facts, 0);
  return facts;
}

void fill_dialog(protocol::room_facts& room, actor_info&& info,
                 const protocol::slow_marks& marks) {
  room.shard = info.shard;
  room.mailbox = info.mailbox;
  room.head = std::move(info.head);
  room.members = info.members;
  room.is_slow = room.is_slow || info.mailbox >= marks.mailbox;
}

void count_socket(protocol::room_facts& room,
                  const protocol::socket_facts& socket) {
  ++room.sockets;
  room.slow_sockets += socket.is_slow ? 1 : 0;
  room.outbox_bytes += socket.outbox_bytes;
  room.behind = std::max(room.behind, socket.behind);
  room.is_slow = room.is_slow || socket.is_slow;
}

} // namespace wsgw::actors::inspection
