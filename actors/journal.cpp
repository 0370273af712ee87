#include "actors/journal.hpp"

#include <algorithm>
#include <utility>

namespace wsgw::actors {

void journal::limit(std::size_t events, std::size_t connections) {
  most_events_ = events;
  most_connections_ = connections;
}

void journal::note(event_note what) {
  if (most_events_ == 0)
    return;
  if (events_.size() >= most_events_) {
    forgotten_ = events_.front().at;
    events_.pop_front();
  }
  events_.push_back(std::move(what));
}

void journal::ended(connection_trace who, time_point now) {
  while (!ended_.empty()
         && (ended_.size() >= most_connections_
             || ended_.front().closed_at < now - memory))
    ended_.pop_front();
  if (most_connections_ != 0)
    ended_.push_back(std::move(who));
}

std::vector<event_note>
journal::events_of(const protocol::room_id& room) const {
  std::vector<event_note> found;
  std::copy_if(events_.begin(), events_.end(), std::back_inserter(found),
               [&](const auto& each) { return each.room == room.hash(); });
  return found;
}

std::vector<connection_trace> journal::ended_of(const protocol::room_id& room,
                                                time_point now) const {
  std::vector<connection_trace> found;
  std::copy_if(ended_.begin(), ended_.end(), std::back_inserter(found),
               [&](const auto& each) {
                 return each.room == room && each.closed_at >= now - memory;
               });
  return found;
}

} // namespace wsgw::actors
