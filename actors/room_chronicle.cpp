#include "actors/room_chronicle.hpp"

#include <chrono>

namespace wsgw::actors {

namespace explain = protocol::explain;

room_chronicle::room_chronicle(const room_context& context, members& all)
    : context_(context), members_(all) {
  const auto& config = context.shared.config();
  context.home.past().limit(config.journal_events, config.journal_connections);
}

// -- events -------------------------------------------------------------------

void room_chronicle::numbered(const protocol::event* e, std::uint64_t seq,
                              protocol::role_set audience, bool is_repeat) {
  event_record record{.room = context_.room.hash(),
                      .seq = seq,
                      .epoch = epoch_,
                      .audience = audience,
                      .fate = event_fate::refused,
                      .message_id = {},
                      .trace_id = {}};
  if (e != nullptr) {
    record.fate = is_repeat ? event_fate::duplicate : event_fate::durable;
    record.message_id = e->message_id;
    record.trace_id = e->trace_id;
  }
  context_.home.past().note(record, std::chrono::system_clock::now());
}

void room_chronicle::unnumbered(const protocol::event& e, std::uint64_t head,
                                protocol::role_set audience) {
  const auto is_durable = e.kind == protocol::durability::durable;
  latest_ = context_.home.past().note(
    {.room = context_.room.hash(),
     .seq = head,
     .epoch = epoch_,
     .audience = audience,
     .fate = is_durable ? event_fate::unnumbered : event_fate::ephemeral,
     .message_id = e.message_id,
     .trace_id = e.trace_id},
    std::chrono::system_clock::now());
  for (const auto aside : {standing::lagging, standing::cut})
    for (const auto who : members_.with(aside))
      missed(members_.at(*members_.find(who)).conn);
}

void room_chronicle::missed(protocol::connection_id who) {
  context_.home.past().missed(latest_, who);
}

// -- members ------------------------------------------------------------------

void room_chronicle::open(const protocol::cursor& head) {
  epoch_ = explain::mark_of_epoch(head.epoch);
  // Legacy members were there before the head was known.
  members_.for_each([&](const member&, members::place& where) {
    auto& had = where.had;
    if (had.epoch == 0 && had.joined_at != explain::time_point{}) {
      had.epoch = epoch_;
      had.since = head.seq;
    }
  });
}

void room_chronicle::restart(const protocol::cursor& head, bool is_trimmed) {
  epoch_ = explain::mark_of_epoch(head.epoch);
  members_.for_each([&](const member& who, members::place& where) {
    auto& had = where.had;
    if (had.joined_at == explain::time_point{} || where.now == standing::cut)
      return;
    context_.home.past().restarted(who.conn, stretch_of(where));
    had = {.joined_at = had.joined_at,
           .since = head.seq,
           .cursor = is_trimmed ? who.socket->last_mark() : 0,
           .epoch = epoch_,
           .how = is_trimmed ? explain::start::trimmed : explain::start::reset};
    who.socket->restart_marks(head.seq);
  });
}

void room_chronicle::joined(std::uint64_t who, std::uint64_t since,
                            explain::start how, std::uint64_t cursor) {
  if (auto* had = members_.reading_of(who))
    *had = {.joined_at = std::chrono::system_clock::now(),
            .since = since,
            .cursor = cursor,
            .epoch = epoch_,
            .how = how};
}

void room_chronicle::pulled(std::uint64_t who, std::uint64_t after,
                            std::uint64_t to) {
  if (auto* had = members_.reading_of(who))
    had->add_pull(after, to);
}

void room_chronicle::left(std::uint64_t who) {
  const auto* where = members_.find(who);
  if (where != nullptr)
    context_.home.past().settled(members_.at(*where).conn, stretch_of(*where));
}

explain::stretch room_chronicle::stretch_of(const members::place& where) const {
  const auto& socket = *members_.at(where).socket;
  return {.from = where.had,
          .queued = socket.last_mark(),
          .written = socket.written_mark(),
          .acked = socket.acked_mark(),
          .is_lagging = where.now == standing::lagging,
          .is_cut = where.now == standing::cut,
          .is_drained = socket.outbox_bytes() == 0
                        && socket.written_mark() == socket.last_mark()};
}

void room_chronicle::describe(std::vector<room_reading>& out) const {
  members_.for_each([&](const member& who, const members::place& where) {
    out.push_back({who.conn, stretch_of(where)});
  });
}

} // namespace wsgw::actors
