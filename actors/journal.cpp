#include "actors/journal.hpp"

#include <algorithm>
#include <utility>

namespace wsgw::actors {

namespace explain = protocol::explain;

namespace {

/// What message ids and trace ids take on average, at most.
constexpr std::size_t text_bytes_an_event = 16;

explain::connection_fact fact_of(const connection_trace& who) {
  explain::connection_fact fact;
  fact.conn = protocol::to_string(who.conn);
  fact.as = who.as;
  fact.speaks = who.speaks;
  fact.user_id = who.user_id;
  fact.connected_at = who.joined_at;
  fact.closed_at = who.closed_at;
  fact.close_code = who.close_code;
  return fact;
}

} // namespace

journal::journal() : began_(std::chrono::system_clock::now()) {}

void journal::limit(std::size_t events, std::size_t connections) {
  most_connections_ = connections;
  if (events == most_events_)
    return;
  most_events_ = events;
  notes_.clear();
  drops_.clear();
  texts_.reset();
  count_ = text_count_ = 0;
}

// -- events -------------------------------------------------------------------

std::uint64_t journal::note(const event_record& what, time_point at) {
  if (most_events_ == 0)
    return 0;
  const auto id_length =
    what.message_id.size() <= longest_text ? what.message_id.size() : 0;
  const auto trace_length = std::min(what.trace_id.size(), longest_text);
  const packed fresh{what.room,
                     what.seq,
                     explain::mark_of_id(what.message_id),
                     keep(what.message_id.substr(0, id_length),
                          what.trace_id.substr(0, trace_length)),
                     at,
                     what.epoch,
                     what.audience,
                     what.fate,
                     static_cast<std::uint8_t>(id_length),
                     static_cast<std::uint8_t>(trace_length)};
  if (notes_.size() < most_events_) {
    notes_.push_back(fresh);
  } else {
    auto& oldest = notes_[count_ % most_events_];
    forgotten_ = oldest.at;
    oldest = fresh;
  }
  return ++count_;
}

std::uint64_t journal::keep(std::string_view id, std::string_view trace) {
  const auto size = id.size() + trace.size();
  if (size == 0)
    return text_count_;
  if (!texts_) {
    text_room_ = std::max(most_events_ * text_bytes_an_event, 2 * longest_text);
    texts_.reset(new char[text_room_]); // pages that nobody writes cost nothing
  }
  // Never around the corner.
  const auto left = text_room_ - text_count_ % text_room_;
  if (left < size)
    text_count_ += left;
  auto* to = texts_.get() + text_count_ % text_room_;
  std::copy(trace.begin(), trace.end(), std::copy(id.begin(), id.end(), to));
  return text_count_ += size;
}

void journal::missed(std::uint64_t event, protocol::connection_id who) {
  if (event == 0)
    return;
  if (drops_.size() >= most_events_) {
    drops_since_ = drops_.front().event + 1;
    drops_.pop_front();
  }
  drops_.push_back({event, who});
}

template <class F>
void journal::for_each_note(F&& visit) const {
  for (auto event = count_ - notes_.size() + 1; event <= count_; ++event)
    visit(notes_[(event - 1) % most_events_], event);
}

bool journal::has_text(const packed& note) const {
  const auto begin =
    note.text_end - note.id_length - std::uint64_t{note.trace_length};
  return begin + text_room_ >= text_count_ && note.text_end != begin;
}

std::string journal::id_of(const packed& note) const {
  if (!has_text(note))
    return {};
  const auto begin = note.text_end - note.trace_length - note.id_length;
  return {texts_.get() + begin % text_room_, note.id_length};
}

std::string journal::trace_of(const packed& note) const {
  if (!has_text(note) || note.trace_length == 0)
    return {};
  const auto begin = note.text_end - note.trace_length;
  return {texts_.get() + begin % text_room_, note.trace_length};
}

std::vector<event_note>
journal::events_of(const protocol::room_id& room) const {
  std::vector<event_note> found;
  for_each_note([&](const packed& note, std::uint64_t) {
    if (note.room != room.hash())
      return;
    const auto is_numbered =
      note.fate == event_fate::durable || note.fate == event_fate::refused;
    found.push_back({is_numbered ? note.seq : 0, note.at, note.audience,
                     note.fate, trace_of(note)});
  });
  return found;
}

bool journal::is_meant(const packed& note, const explain::question& what,
                       const std::vector<std::uint64_t>& ids) const {
  if (what.seq)
    return note.seq == *what.seq && note.fate != event_fate::unnumbered
           && note.fate != event_fate::ephemeral
           && (what.epoch.empty()
               || note.epoch == explain::mark_of_epoch(what.epoch));
  if (!ids.empty())
    return std::find(ids.begin(), ids.end(), note.id) != ids.end();
  return note.trace_length == what.trace_id.size()
         && trace_of(note) == what.trace_id;
}

void journal::add_missed(explain::event_fact& to, std::uint64_t event) const {
  to.knows_missed = to.has_number() || event >= drops_since_;
  auto it = std::lower_bound(
    drops_.begin(), drops_.end(), event,
    [](const drop& each, std::uint64_t n) { return each.event < n; });
  for (; it != drops_.end() && it->event == event; ++it)
    to.missed.push_back(protocol::to_string(it->who));
}

std::vector<explain::event_fact>
journal::find(const explain::question& what) const {
  std::deque<explain::event_fact> found;
  auto ids = explain::marks_of(what);
  std::vector<std::uint64_t> numbered; // ids of events that were asked by seq
  for_each_note([&](const packed& note, std::uint64_t event) {
    if (note.room != what.room.hash())
      return;
    const auto is_repeat =
      note.fate == event_fate::duplicate
      && std::find(numbered.begin(), numbered.end(), note.id) != numbered.end();
    if (!is_repeat && !is_meant(note, what, ids))
      return;
    if (what.seq && note.id != 0 && !is_repeat)
      numbered.push_back(note.id);
    auto& fact = found.emplace_back();
    fact.what = note.fate;
    fact.seq = note.seq;
    fact.epoch = note.epoch;
    fact.audience = note.audience;
    fact.at = note.at;
    fact.message_id = id_of(note);
    fact.trace_id = trace_of(note);
    add_missed(fact, event);
    if (found.size() > most_found)
      found.pop_front();
  });
  return {std::make_move_iterator(found.begin()),
          std::make_move_iterator(found.end())};
}

// -- connections --------------------------------------------------------------

void journal::ended(connection_trace who, time_point now) {
  while (!departed_.empty()) {
    const auto oldest = departures_.find(departed_.front());
    if (departed_.size() < most_connections_
        && oldest->second.who.closed_at >= now - memory)
      break;
    departures_.erase(oldest);
    departed_.pop_front();
  }
  if (most_connections_ == 0)
    return;
  const auto conn = who.conn;
  if (departures_.try_emplace(conn, departure{std::move(who), {}}).second)
    departed_.push_back(conn);
}

void journal::settled(protocol::connection_id who, const explain::stretch& at) {
  if (const auto found = departures_.find(who); found != departures_.end())
    found->second.last = at;
}

void journal::restarted(protocol::connection_id who,
                        const explain::stretch& until) {
  if (most_connections_ == 0)
    return;
  if (restarts_.size() >= most_connections_)
    restarts_.pop_front();
  restarts_.push_back({who, until});
}

std::vector<connection_trace> journal::ended_of(const protocol::room_id& room,
                                                time_point now) const {
  std::vector<connection_trace> found;
  for (const auto conn : departed_) {
    const auto& each = departures_.at(conn).who;
    if (each.room == room && each.closed_at >= now - memory)
      found.push_back(each);
  }
  return found;
}

std::vector<explain::connection_fact>
journal::departed(const explain::question& what, time_point now) const {
  std::vector<explain::connection_fact> found;
  for (const auto conn : departed_) {
    const auto& each = departures_.at(conn);
    if (each.who.room != what.room || each.who.closed_at < now - memory
        || !what.is_about(protocol::to_string(conn), each.who.user_id,
                          each.who.as))
      continue;
    auto fact = fact_of(each.who);
    if (each.last)
      fact.stretches.push_back(*each.last);
    found.push_back(std::move(fact));
  }
  return found;
}

std::vector<explain::stretch>
journal::earlier(protocol::connection_id who) const {
  std::vector<explain::stretch> found;
  for (const auto& each : restarts_)
    if (each.conn == who)
      found.push_back(each.at);
  return found;
}

} // namespace wsgw::actors
