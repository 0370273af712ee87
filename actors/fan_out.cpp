#include "actors/fan_out.hpp"

#include "actors/delivery_meter.hpp"
#include "actors/log.hpp"
#include "actors/room_manners.hpp"
#include "protocol/v1_message.hpp"

#include <charconv>
#include <utility>

namespace wsgw::actors {

namespace {

namespace v1 = protocol::v1;
using protocol::dialect;

/// Quiet readers learn that the log moved on by then.
constexpr std::chrono::milliseconds skip_delay{100};

/// The connection that caused a client's event; `{}` when there is none here.
protocol::connection_id sender_of(const protocol::event& e) {
  std::uint64_t id = 0;
  const auto* end = e.client_conn.data() + e.client_conn.size();
  const auto read = std::from_chars(e.client_conn.data(), end, id, 16);
  return read.ptr == end ? protocol::connection_id{id}
                         : protocol::connection_id{};
}

} // namespace

fan_out::fan_out(const room_context& context, members& all,
                 room_history& history, room_chronicle& past)
    : context_(context), members_(all), history_(history), past_(past),
      manners_(manners_of(context.room.kind())) {}

void fan_out::restart(const protocol::cursor& head) {
  head_ = head;
  skipped_ = {};
  latest_for_ = {};
}

bool fan_out::has_receivers(protocol::role_set audience, dialect d) const {
  for (const auto as : protocol::all_roles)
    if (audience.contains(as) && !members_.live(as, d).empty())
      return true;
  return false;
}

protocol::role_set fan_out::audience_of(const protocol::event& e) const {
  return manners_.hears_all ? protocol::row_of(manners_.kind).roles
                            : e.audience;
}

protocol::frame fan_out::legacy_frame(const protocol::event& e) const {
  return manners_.legacy_frame(e); // one shape for all roles of the room
}

void fan_out::durable(const protocol::event* e, const protocol::cursor& head,
                      const protocol::event* repeat) {
  head_.seq = head.seq;
  const auto audience = e != nullptr ? audience_of(*e) : protocol::role_set{};
  past_.numbered(e != nullptr ? e : repeat, head.seq, audience,
                 repeat != nullptr);
  protocol::frame live;
  if (history_.is_kept()) {
    if (e != nullptr)
      live = v1::event_frame(dialect::v1, *e, &head,
                             std::chrono::system_clock::now());
    history_.append(live, audience);
  }
  if (members_.is_empty())
    return;
  // Who reads v1 messages has made the history begin.
  const auto may_have_readers = history_.is_kept();
  protocol::frame legacy;
  protocol::frame stream;
  std::size_t receivers = 0;
  std::size_t queued = 0;
  for (const auto as : protocol::all_roles) {
    if (!audience.contains(as)) {
      if (may_have_readers)
        skip(as);
      continue;
    }
    latest_for_[static_cast<std::size_t>(as)] = head.seq;
    auto& old = members_.live(as, dialect::legacy);
    receivers += old.size();
    if (!old.empty()) {
      if (!legacy)
        legacy = legacy_frame(*e);
      queued += send_legacy(old, legacy, head.seq);
    }
    if (!may_have_readers || !members_.has_readers(as))
      continue;
    flush_skips(as);
    auto& sockets = members_.live(as, dialect::v1);
    auto& streams = members_.live(as, dialect::sse);
    receivers += sockets.size() + streams.size();
    queued += send_v1(sockets, live, head.seq);
    if (!streams.empty() && !stream)
      stream = v1::as_sse(live, head);
    queued += send_v1(streams, stream, head.seq);
  }
  if (e == nullptr)
    return;
  note_delivery(*e, queued);
  log::broadcasting(context_.room, receivers, e->trace_id);
}

void fan_out::unnumbered(const protocol::event& e) {
  const auto audience = audience_of(e);
  past_.unnumbered(e, head_.seq, audience);
  const auto sender = sender_of(e);
  std::size_t receivers = 0;
  std::size_t queued = 0;
  if (!e.v1_only && has_receivers(audience, dialect::legacy)) {
    const auto frame = legacy_frame(e);
    for (const auto as : protocol::all_roles) {
      auto& to = members_.live(as, dialect::legacy);
      if (!audience.contains(as))
        continue;
      receivers += to.size();
      queued += send_legacy(to, frame, 0);
    }
  }
  for (const auto d : {dialect::v1, dialect::sse}) {
    if (!has_receivers(audience, d))
      continue;
    const auto frame =
      v1::event_frame(d, e, nullptr, std::chrono::system_clock::now());
    for (const auto as : protocol::all_roles) {
      auto& to = members_.live(as, d);
      if (!audience.contains(as))
        continue;
      receivers += to.size();
      queued += send_ephemeral(to, frame, sender);
    }
  }
  note_delivery(e, queued);
  if (receivers != 0)
    log::broadcasting(context_.room, receivers, e.trace_id);
}

void fan_out::note_delivery(const protocol::event& e, std::size_t queued) {
  if (queued == 0)
    return;
  const auto of = e.kind == protocol::durability::durable ? delivery::durable
                                                          : delivery::ephemeral;
  context_.home.counters().delivered[static_cast<std::size_t>(of)].add(queued);
  if (e.ts)
    context_.home.deliveries().note(*e.ts);
}

// -- sending ------------------------------------------------------------------
// A member that is refused leaves its list, and the last one takes its place.

std::size_t fan_out::send_legacy(list& to, const protocol::frame& frame,
                                 std::uint64_t seq) {
  auto& counters = context_.home.counters();
  std::size_t queued = 0;
  for (std::size_t i = 0; i < to.size();) {
    auto& socket = *to[i].socket;
    auto result = socket.send(frame, seq);
    // It has no pages to fall back on: it gets all the room there is.
    if (result == transport::send_result::full && socket.deepen())
      result = socket.send(frame, seq);
    if (result == transport::send_result::queued) {
      ++queued;
      ++i;
      continue;
    }
    counters.frames_dropped.add();
    if (seq == 0)
      past_.missed(to[i].conn);
    cut(to[i].who.id(), result == transport::send_result::full);
  }
  counters.frames_queued.add(queued);
  return queued;
}

std::size_t fan_out::send_v1(list& to, const protocol::frame& frame,
                             std::uint64_t seq) {
  std::size_t queued = 0;
  for (std::size_t i = 0; i < to.size();) {
    const auto result = to[i].socket->send(frame, seq);
    if (result == transport::send_result::queued) {
      ++queued;
      ++i;
      continue;
    }
    refused(to[i].who.id(), result, seq - 1);
  }
  context_.home.counters().frames_queued.add(queued);
  return queued;
}

std::size_t fan_out::send_ephemeral(list& to, const protocol::frame& frame,
                                    protocol::connection_id sender) {
  auto& counters = context_.home.counters();
  std::size_t queued = 0;
  const auto scarce = context_.shared.config().outbox_bytes / 4;
  for (const auto& each : to) {
    if (sender != protocol::connection_id{} && each.conn == sender)
      continue;
    // What is worth nothing later is not worth room that is scarce now.
    if (each.socket->room() < scarce
        || each.socket->send(frame) != transport::send_result::queued) {
      counters.frames_dropped.add();
      past_.missed(each.conn);
    } else {
      ++queued;
    }
  }
  counters.frames_queued.add(queued);
  return queued;
}

bool fan_out::push(std::uint64_t who, const protocol::frame& frame) {
  const auto* where = members_.find(who);
  if (where == nullptr || where->now != standing::live)
    return false;
  const auto result = members_.at(*where).socket->send(frame);
  if (result == transport::send_result::queued) {
    context_.home.counters().frames_queued.add();
    return true;
  }
  refused(who, result, head_.seq);
  return false;
}

void fan_out::refused(std::uint64_t who, transport::send_result why,
                      std::uint64_t sent) {
  context_.home.counters().frames_dropped.add();
  const auto is_full = why == transport::send_result::full;
  if (is_full && members_.find(who)->speaks == dialect::v1)
    start_lagging(who, sent);
  else
    cut(who, is_full);
}

void fan_out::start_lagging(std::uint64_t who, std::uint64_t sent) {
  members_.move(who, standing::lagging);
  const auto& where = *members_.find(who);
  auto& each = members_.at(where);
  members_.sent(where) = sent;
  each.socket->send_anyway(v1::lagging_frame(sent, head_.seq));
  context_.self->send(each.who, messages::lagging{true});
}

void fan_out::cut(std::uint64_t who, bool is_slow) {
  members_.move(who, standing::cut);
  const auto* where = members_.find(who);
  if (is_slow && where != nullptr)
    context_.self->send(members_.at(*where).who, messages::slow{});
}

// -- skips --------------------------------------------------------------------

void fan_out::skip(protocol::role as) {
  if (!members_.has_readers(as))
    return;
  auto& open = skipped_[static_cast<std::size_t>(as)];
  if (open.to == 0)
    open.after = head_.seq - 1;
  open.to = head_.seq;
  if (!skip_timer_)
    skip_timer_ = context_.home.loop().after(skip_delay, [this] {
      for (const auto each : protocol::all_roles)
        flush_skips(each);
      skip_timer_.reset();
    });
}

void fan_out::pass_over(std::uint64_t who) {
  const auto* where = members_.find(who);
  if (where == nullptr || where->now != standing::live
      || where->speaks == dialect::legacy)
    return;
  auto& socket = *members_.at(*where).socket;
  const auto after = socket.last_mark();
  const auto result =
    socket.send(v1::skip_frame(where->speaks, after, head_), head_.seq);
  if (result != transport::send_result::queued)
    refused(who, result, after);
}

void fan_out::flush_skips(protocol::role as) {
  const auto open = std::exchange(skipped_[static_cast<std::size_t>(as)], {});
  if (open.to == 0)
    return;
  const protocol::cursor at{head_.epoch, open.to};
  for (const auto d : {dialect::v1, dialect::sse}) {
    auto& list = members_.live(as, d);
    if (!list.empty())
      send_v1(list, v1::skip_frame(d, open.after, at), open.to);
  }
}

} // namespace wsgw::actors
