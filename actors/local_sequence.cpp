#include "actors/local_sequence.hpp"

#include "actors/event_parser.hpp"
#include "actors/journal.hpp"

#include <algorithm>
#include <utility>

namespace wsgw::actors {

namespace {

/// Message ids remembered even where WS_HISTORY_SIZE keeps no history.
constexpr std::size_t least_remembered = 100;

/// Microseconds since the Unix epoch in base 36: unique per dialog and node
/// for all practical purposes, and it sorts.
std::string make_epoch() {
  constexpr std::string_view digits = "0123456789abcdefghijklmnopqrstuvwxyz";
  auto rest = static_cast<std::uint64_t>(
    std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::system_clock::now().time_since_epoch())
      .count());
  std::string text;
  for (; rest != 0; rest /= 36)
    text += digits[rest % 36];
  std::reverse(text.begin(), text.end());
  return text;
}

} // namespace

std::uint64_t append_keys::find(const std::string& key, time_point now) {
  forget_before(now - lifetime);
  const auto found = seqs_.find(key);
  return found == seqs_.end() ? 0 : found->second;
}

void append_keys::remember(std::string key, std::uint64_t seq, time_point now) {
  if (by_age_.size() >= most) {
    seqs_.erase(by_age_.front().key);
    by_age_.pop_front();
  }
  seqs_.emplace(key, seq);
  by_age_.push_back({now, std::move(key)});
}

void append_keys::forget_before(time_point end) {
  while (!by_age_.empty() && by_age_.front().since <= end) {
    seqs_.erase(by_age_.front().key);
    by_age_.pop_front();
  }
}

local_sequence::local_sequence(hub& shared, shard& home,
                               const protocol::room_id& room,
                               sequence_listener& listener)
    : shared_(shared), home_(home), room_(room), listener_(listener),
      recent_(std::max(shared.config().history_size, least_remembered)),
      head_{make_epoch(), 0} {}

void local_sequence::take(messages::event& incoming) {
  const auto parsed = parse_counted(shared_, home_, room_, incoming.json);
  if (!parsed)
    return;
  if (is_duplicate(*parsed, incoming.origin)) {
    note_duplicate(*parsed);
    return;
  }
  number(*parsed, std::move(incoming.json));
}

void local_sequence::link_changed(const messages::link_state& news) {
  if (news.what != messages::link_state::news::restored)
    return;
  head_ = {make_epoch(), 0};
  keys_ = {};
  listener_.on_reset(protocol::reset_reason::broker_lost_tail);
}

bool local_sequence::is_duplicate(const protocol::event& e,
                                  std::string_view origin) {
  if (e.message_id.empty())
    return false;
  if (origin.empty())
    return !recent_.insert(e.message_id);
  std::string id{origin};
  id += '/';
  id += e.message_id;
  return !recent_.insert(id);
}

void local_sequence::note_duplicate(const protocol::event& e) {
  home_.counters().events_duplicate.add();
  home_.past().note({.room = room_.hash(),
                     .seq = 0,
                     .epoch = protocol::explain::mark_of_epoch(head_.epoch),
                     .audience = e.audience,
                     .fate = event_fate::duplicate,
                     .message_id = e.message_id,
                     .trace_id = e.trace_id},
                    std::chrono::system_clock::now());
}

void local_sequence::number(const protocol::event& e, std::string json) {
  if (e.kind != protocol::durability::durable)
    return listener_.on_unnumbered(e, std::move(json));
  ++head_.seq;
  listener_.on_event(&e, std::move(json));
}

void local_sequence::append(messages::append& request) {
  auto answer = publish(request);
  if (request.done)
    request.done(std::move(answer));
}

store_result<appended> local_sequence::publish(messages::append& request) {
  const auto now = home_.loop().now();
  auto& key = request.idempotency_key;
  if (!key.empty())
    if (const auto seq = keys_.find(key, now))
      return appended{{head_.epoch, seq}, true};
  const auto parsed = parse_counted(shared_, home_, room_, request.json);
  if (!parsed)
    return store_error{false, "event cannot be parsed"};
  if (is_duplicate(*parsed, {})) {
    note_duplicate(*parsed);
    return appended{head_, true};
  }
  number(*parsed, std::move(request.json));
  if (!key.empty() && parsed->kind == protocol::durability::durable)
    keys_.remember(std::move(key), head_.seq, now);
  return appended{head_, false};
}

std::unique_ptr<room_sequence>
make_local_sequence(hub& shared, shard& home, const protocol::room_id& room,
                    sequence_listener& listener) {
  return std::make_unique<local_sequence>(shared, home, room, listener);
}

} // namespace wsgw::actors
