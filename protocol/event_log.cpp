#include "protocol/event_log.hpp"

#include "protocol/v1_message.hpp"

#include <utility>

namespace wsgw::protocol {

namespace {

/// A frame's bytes and, about, what the heap and the counter add.
std::size_t bytes_of(const frame& f) {
  constexpr std::size_t overhead = 64;
  return f ? f->size() + overhead : 0;
}

std::size_t bytes_of(const event_log::entry& e) {
  return sizeof(e) + bytes_of(e.live) + bytes_of(e.replay);
}

} // namespace

void event_log::start(cursor head) {
  forget();
  head_ = std::move(head);
}

void event_log::append(frame live, role_set audience) {
  entries_.push_back({std::move(live), {}, audience});
  bytes_ += bytes_of(entries_.back());
  ++head_.seq;
  if (entries_.size() > most_)
    drop_oldest();
}

void event_log::advance(std::uint64_t head) {
  forget();
  head_.seq = head;
}

bool event_log::prepend(frame live, role_set audience) {
  if (entries_.size() >= most_ || first() <= 1)
    return false;
  entries_.push_front({std::move(live), {}, audience});
  bytes_ += bytes_of(entries_.front());
  return true;
}

const event_log::entry& event_log::at(std::uint64_t seq) const {
  return entries_[seq - first()];
}

const frame& event_log::replay_of(std::uint64_t seq) {
  auto& e = entries_[seq - first()];
  if (!e.replay && e.live) {
    e.replay = v1::replay_frame(dialect::v1, e.live);
    bytes_ += bytes_of(e.replay);
  }
  return e.replay;
}

void event_log::forget() {
  entries_.clear();
  bytes_ = 0;
}

void event_log::shrink(std::size_t most) {
  while (bytes_ > most && !entries_.empty())
    drop_oldest();
}

void event_log::drop_oldest() {
  bytes_ -= bytes_of(entries_.front());
  entries_.pop_front();
}

} // namespace wsgw::protocol
