#include "actors/catch_up.hpp"

#include "actors/event_parser.hpp"
#include "protocol/v1_message.hpp"

#include <algorithm>
#include <utility>

namespace wsgw::actors {

namespace v1 = protocol::v1;
using protocol::reset_reason;

catch_up::catch_up(const room_context& context, parts with)
    : context_(context), with_(std::move(with)) {}

// -- wishes -------------------------------------------------------------------

void catch_up::join(std::uint64_t who, const std::string& cursor) {
  wish fresh{.who = who, .is_join = true};
  if (!cursor.empty()) {
    fresh.after = protocol::parse_cursor(cursor);
    fresh.is_malformed = !fresh.after;
  }
  add(std::move(fresh));
}

void catch_up::pull(const messages::pull& request) {
  const auto* where = with_.all.find(request.who);
  if (where == nullptr || where->now == standing::cut
      || where->speaks != protocol::dialect::v1)
    return;
  if (was_answered(request))
    return;
  if (where->now == standing::live)
    context_.home.counters()
      .gaps[static_cast<std::size_t>(gap_seen_by::client)]
      .add();
  const auto waiting =
    std::count_if(wishes_.begin(), wishes_.end(), [&](const wish& w) {
      return w.who == request.who && !w.is_join;
    });
  if (static_cast<std::size_t>(waiting) >= most_pulls) {
    with_.all.at(*where).socket->send(v1::error_frame(
      "rate_limited", "Too many pulls are waiting", request.ref));
    return;
  }
  const auto& what = request.what;
  const auto& epoch = what.epoch ? *what.epoch : with_.sequence.head().epoch;
  add({.who = request.who,
       .after = protocol::cursor{epoch, what.after},
       .limit = what.limit});
}

/// True for a pull that was on its way when its client was told of a reset:
/// that has answered it. A second one would set the client ahead of what it
/// asks for next, behind the first one.
bool catch_up::was_answered(const messages::pull& request) {
  const auto found = crossed_.find(request.who);
  if (found == crossed_.end())
    return false;
  const auto& what = request.what;
  const auto is_older =
    (what.epoch && *what.epoch != with_.sequence.head().epoch)
    || what.after < found->second.seq;
  if (is_older && found->second.resets > 0) {
    --found->second.resets;
    return true;
  }
  crossed_.erase(found);
  return false;
}

void catch_up::add(wish fresh) {
  fresh.until = context_.home.loop().now() + patience;
  wishes_.push_back(std::move(fresh));
  settle(nullptr);
}

void catch_up::forget(std::uint64_t who) {
  std::erase_if(wishes_, [who](const wish& w) { return w.who == who; });
  crossed_.erase(who);
  arm();
}

void catch_up::settle(page* older) {
  std::vector<wish> left;
  for (auto& each : std::exchange(wishes_, {})) {
    // The answers of one member keep the order of its questions.
    const auto is_behind =
      std::any_of(left.begin(), left.end(),
                  [&](const wish& w) { return w.who == each.who; });
    const auto v = is_behind ? verdict{} : judge(each, older);
    if (v.go == way::wait)
      left.push_back(std::move(each));
    else if (each.is_join)
      answer_join(each, v);
    else
      answer_pull(each, v);
  }
  wishes_ = std::move(left);
  ask();
  arm();
}

catch_up::verdict catch_up::judge(const wish& w, page* older) {
  if (!with_.sequence.is_open())
    return {};
  if (w.is_malformed)
    return {way::reset, reset_reason::malformed};
  if (!w.after)
    return {way::fresh};
  const auto& head = with_.sequence.head();
  const auto seq = w.after->seq;
  const auto is_sure = w.is_sure || !has_log_;
  if (w.after->epoch != head.epoch)
    return {is_sure ? way::reset : way::wait, reset_reason::epoch};
  if (seq > head.seq)
    return {is_sure && seq > promised_ ? way::reset : way::wait,
            reset_reason::ahead};
  if (with_.history.covers(seq))
    return {way::replay, {}, &with_.history.ring()};
  if (older != nullptr && older->events.covers(seq)
      && older->events.head().seq > seq)
    return {way::replay, {}, &older->events};
  const auto is_gone =
    !has_log_ || seq + 1 < oldest_ || (older != nullptr && older->after == seq);
  return {is_gone ? way::reset : way::wait, reset_reason::trimmed};
}

// -- Redis --------------------------------------------------------------------

std::optional<std::uint64_t> catch_up::question_of(const wish& w) const {
  const auto& head = with_.sequence.head();
  if (!w.after)
    return std::nullopt;
  if (w.after->epoch == head.epoch && w.after->seq <= head.seq)
    return w.after->seq;
  // Whether this node is behind: what Redis has behind our head tells.
  return w.is_sure ? std::nullopt : std::optional{head.seq};
}

void catch_up::ask() {
  if (asked_ || !has_log_ || !with_.sequence.is_open())
    return;
  std::optional<std::uint64_t> from;
  for (const auto& each : wishes_)
    if (const auto behind = question_of(each))
      from = from ? std::min(*from, *behind) : *behind;
  if (!from)
    return;
  // The first who comes back to a room is seldom the one who was away longest.
  const auto is_first = std::none_of(wishes_.begin(), wishes_.end(),
                                     [](const wish& w) { return w.is_asked; });
  if (is_first && with_.history.ring().size() == 0)
    *from -= std::min(*from, margin);
  for (auto& each : wishes_)
    each.is_asked = true;
  asked_ = from;
  if (with_.sequence.fetch(*from))
    return;
  asked_.reset();
  has_log_ = false;
  settle(nullptr);
}

void catch_up::on_history(const protocol::log_follower::history& older) {
  asked_.reset();
  oldest_ = std::max(oldest_, older.first);
  // What Redis has behind our head is still to be delivered.
  if (older.head > with_.sequence.head().seq)
    promised_ = std::max(promised_, older.head);
  for (auto& each : wishes_)
    each.is_sure = each.is_asked;
  auto read_now = read(older);
  with_.history.prepend(read_now.events);
  settle(&read_now);
}

catch_up::page catch_up::read(const protocol::log_follower::history& older) {
  const auto& head = with_.sequence.head();
  page result{protocol::event_log{older.events.size()}, older.after};
  auto& events = result.events;
  events.start({head.epoch, older.after});
  const auto now = std::chrono::system_clock::now();
  for (const auto& each : older.events) {
    if (each.seq > head.seq)
      break;
    if (each.seq <= events.head().seq)
      continue;
    if (each.seq != events.head().seq + 1)
      events.advance(each.seq - 1);
    const protocol::cursor at{head.epoch, each.seq};
    const auto e =
      parse_counted(context_.shared, context_.home, context_.room, each.json);
    if (e && with_.on_old(*e, each.seq))
      events.append(v1::event_frame(protocol::dialect::v1, *e, &at, now),
                    e->audience);
    else
      events.append(nullptr, {});
  }
  return result;
}

void catch_up::on_event() {
  if (promised_ == 0 || with_.sequence.head().seq < promised_)
    return;
  promised_ = 0;
  settle(nullptr);
}

void catch_up::on_reset(reset_reason why) {
  asked_.reset();
  oldest_ = 0;
  promised_ = 0;
  // The reset answers all pulls.
  std::erase_if(wishes_, [](const wish& w) { return !w.is_join; });
  std::vector<std::uint64_t> readers = with_.all.with(standing::lagging);
  with_.all.for_each([&](const member& each, const members::place& where) {
    if (where.now == standing::live
        && where.speaks != protocol::dialect::legacy)
      readers.push_back(each.who.id());
  });
  const auto& [epoch, seq] = with_.sequence.head();
  for (const auto who : readers) {
    auto& crossing = crossed_[who];
    crossing = {seq, crossing.resets + 1};
    reset_member(who, why);
  }
  for (auto& each : std::exchange(wishes_, {})) {
    each.is_asked = each.is_sure = false;
    if (each.after && each.after->epoch != epoch)
      answer_join(each, {way::reset, why});
    else
      wishes_.push_back(std::move(each));
  }
  settle(nullptr);
}

// -- patience -----------------------------------------------------------------

void catch_up::arm() {
  if (wishes_.empty()) {
    deadline_.reset();
    return;
  }
  const auto now = context_.home.loop().now();
  deadline_ = context_.home.loop().after(
    std::max(wishes_.front().until - now, moment::duration{0}),
    [this] { give_up_late(); });
}

void catch_up::give_up_late() {
  const auto now = context_.home.loop().now();
  for (auto& each : std::exchange(wishes_, {})) {
    const auto* where = with_.all.find(each.who);
    if (each.until > now) {
      wishes_.push_back(std::move(each));
    } else if (where == nullptr) {
      continue;
    } else if (each.is_join) {
      context_.self->send(with_.all.at(*where).who, messages::cannot_serve{});
      with_.live.cut(each.who, false);
      if (each.after)
        context_.home.counters().resume_refused.add();
    } else {
      // Nothing for now; the client asks again.
      with_.all.at(*where).socket->send(
        v1::page_frame(each.after->seq, each.after->seq, true));
    }
  }
  arm();
}

} // namespace wsgw::actors
