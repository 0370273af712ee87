#include "actors/room_history.hpp"

#include <utility>

namespace wsgw::actors {

room_history::room_history(history_budget& budget, std::size_t most)
    : holder(budget), most_(most) {}

void room_history::begin(const protocol::cursor& head) {
  if (ring_)
    return;
  ring_.emplace(most_);
  ring_->start(head);
}

void room_history::restart(const protocol::cursor& head) {
  if (!ring_)
    return;
  ring_->start(head);
  used(ring_->bytes());
}

void room_history::append(protocol::frame live, protocol::role_set audience) {
  if (!ring_)
    return;
  ring_->append(std::move(live), audience);
  used(ring_->bytes());
}

void room_history::prepend(const protocol::event_log& older) {
  if (!ring_ || older.size() == 0)
    return;
  // It may overlap the ring; a gap between them cannot be bridged.
  auto next = ring_->first() - 1;
  while (next >= older.first() && next <= older.head().seq) {
    const auto& entry = older.at(next);
    if (!ring_->prepend(entry.live, entry.audience))
      break;
    --next;
  }
  used(ring_->bytes());
}

std::size_t room_history::shrink(std::size_t most) {
  if (!ring_)
    return 0;
  if (most == 0)
    ring_->forget();
  else
    ring_->shrink(most);
  return ring_->bytes();
}

} // namespace wsgw::actors
