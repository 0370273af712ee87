#include "actors/catch_up.hpp"
#include "protocol/v1_message.hpp"

#include <algorithm>
#include <limits>
#include <utility>

/// How `catch_up` puts its answers into words; what to answer is decided in
/// catch_up.cpp.

namespace wsgw::actors {

namespace {

namespace explain = protocol::explain;
namespace v1 = protocol::v1;
using protocol::dialect;
using protocol::reset_reason;

/// Left in an outbox for the frames around a replay.
constexpr std::size_t slack = 1024;

} // namespace

std::size_t catch_up::bytes_for(const member& to, bool is_live) const {
  const auto room = to.socket->room();
  // A replay leaves a live member room for what happens meanwhile.
  const auto kept =
    is_live ? std::max(slack, context_.shared.config().outbox_bytes / 4)
            : slack;
  return room > kept ? room - kept : 0;
}

std::uint64_t catch_up::send(const member& to, const replay_plan& plan,
                             std::uint64_t after) {
  auto& counters = context_.home.counters();
  for (const auto& item : plan.items) {
    // What it had already is no news of how far it has got.
    const auto mark = item.seq > to.socket->last_mark() ? item.seq : 0;
    if (to.socket->send(item.what, mark) != transport::send_result::queued)
      return after;
    counters.frames_queued.add();
    if (item.is_event)
      counters.delivered[static_cast<std::size_t>(delivery::replayed)].add();
    after = item.seq;
  }
  return after;
}

// -- joins --------------------------------------------------------------------

void catch_up::answer_join(const wish& w, const verdict& v) {
  const auto at = *with_.all.find(w.who);
  const auto& to = with_.all.at(at);
  // Others of its role are told first what the hello's cursor already says.
  with_.live.flush_skips(at.as);
  replay_plan plan;
  const auto is_stream = at.speaks == dialect::sse;
  if (v.go == way::replay)
    plan = plan_replay(*v.source, w.after->seq,
                       {at.as, at.speaks, bytes_for(to, false),
                        std::numeric_limits<std::size_t>::max(), is_stream});
  const auto head = with_.sequence.head().seq;
  if (v.go != way::replay)
    plan.to = head;
  greet(w, v, plan);
  count_join(v);
  auto reached = send(to, plan, plan.items.empty() ? plan.to : w.after->seq);
  // A stream that is closed now must get on by one item at least.
  if (is_stream && !plan.items.empty() && reached == w.after->seq
      && to.socket->send_anyway(plan.items.front().what,
                                plan.items.front().seq))
    reached = plan.items.front().seq;
  if (v.source == &with_.history.ring())
    with_.history.used_now();
  if (reached == head) {
    with_.all.move(w.who, standing::live);
    using outcome = protocol::resume_outcome;
    with_.on_live(w.who, v.go == way::replay  ? outcome::replayed
                         : v.go == way::reset ? outcome::reset
                                              : outcome::fresh);
  } else if (is_stream) {
    // It comes back at once with its Last-Event-ID.
    const auto socket = to.socket;
    with_.live.cut(w.who, false);
    socket->close(protocol::status_of(protocol::close_reason::slow_consumer));
  } else {
    with_.live.start_lagging(w.who, reached);
  }
}

void catch_up::count_join(const verdict& v) const {
  auto& counters = context_.home.counters();
  if (v.go == way::replay)
    counters.resumed.add();
  else if (v.go == way::reset)
    counters.resume_reset[static_cast<std::size_t>(v.why)].add();
}

void catch_up::greet(const wish& w, const verdict& v, const replay_plan& plan) {
  const auto& at = *with_.all.find(w.who);
  const auto& to = with_.all.at(at);
  const auto& config = context_.shared.config();
  protocol::hello text;
  text.conn = to.conn;
  text.room = &context_.room;
  text.as = at.as;
  text.head = with_.sequence.head();
  text.ping = config.ping_interval;
  text.pong = config.pong_timeout;
  text.now = std::chrono::system_clock::now();
  if (v.go == way::reset) {
    text.resume = protocol::resume_outcome::reset;
    text.why = v.why;
  } else if (v.go == way::replay) {
    text.resume = protocol::resume_outcome::replayed;
    text.replay = plan.events;
    text.more = plan.to != text.head.seq;
    text.from = w.after;
  }
  const auto since = text.from.value_or(text.head).seq;
  const auto is_trimmed = v.go == way::reset && v.why == reset_reason::trimmed;
  with_.past.joined(w.who, since,
                    v.go == way::replay  ? explain::start::resumed
                    : v.go == way::fresh ? explain::start::fresh
                    : is_trimmed         ? explain::start::trimmed
                                         : explain::start::reset,
                    is_trimmed ? w.after->seq : 0);
  to.socket->send_anyway(v1::hello_frame(at.speaks, text),
                         text.from ? text.from->seq : text.head.seq);
  context_.home.counters().frames_queued.add();
  // Not before: what its subscriber answers must come behind the hello.
  context_.self->send(to.who, messages::joined{dialog_actor{context_.self},
                                               text.from.value_or(text.head)});
}

// -- pulls --------------------------------------------------------------------

void catch_up::answer_pull(const wish& w, const verdict& v) {
  if (v.go == way::reset)
    return reset_member(w.who, v.why);
  with_.live.flush_skips(with_.all.find(w.who)->as);
  const auto at = *with_.all.find(w.who);
  if (at.now == standing::cut)
    return;
  const auto& to = with_.all.at(at);
  const auto is_lagging = at.now == standing::lagging;
  const auto plan =
    plan_replay(*v.source, w.after->seq,
                {at.as, at.speaks, bytes_for(to, !is_lagging), w.limit, true});
  const auto reached = send(to, plan, w.after->seq);
  with_.past.pulled(w.who, w.after->seq, reached);
  if (v.source == &with_.history.ring())
    with_.history.used_now();
  const auto more = reached != with_.sequence.head().seq;
  const auto end = v1::page_frame(w.after->seq, reached, more);
  if (!is_lagging) {
    with_.live.push(w.who, end);
    return;
  }
  to.socket->send_anyway(end);
  with_.all.sent(at) = reached;
  if (!more)
    stop_lagging(w.who);
}

void catch_up::stop_lagging(std::uint64_t who) {
  const auto& to = with_.all.at(*with_.all.find(who));
  to.socket->send_anyway(v1::live_frame(with_.sequence.head()));
  context_.self->send(to.who, messages::lagging{false});
  with_.all.move(who, standing::live);
  with_.on_live(who, std::nullopt);
}

// -- resets -------------------------------------------------------------------

void catch_up::reset_member(std::uint64_t who, protocol::reset_reason why) {
  const auto at = *with_.all.find(who);
  const auto& head = with_.sequence.head();
  with_.all.at(at).socket->send_anyway(v1::reset_frame(at.speaks, why, head),
                                       head.seq);
  if (at.now == standing::lagging)
    stop_lagging(who);
}

} // namespace wsgw::actors
