#include "protocol/waiting_events.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace wsgw::protocol {

void waiting_events::add(std::uint64_t seq, std::string json) {
  note(seq);
  lowest_ = std::min(seq, lowest_.value_or(seq));
  const auto size = json.size();
  if (!events_.try_emplace(seq, std::move(json)).second)
    return;
  bytes_ += size;
  while (events_.size() > most_ || (bytes_ > max_bytes && events_.size() > 1))
    erase(std::prev(events_.end()));
}

std::optional<std::string> waiting_events::take(std::uint64_t seq) {
  if (events_.empty() || events_.begin()->first != seq)
    return std::nullopt;
  auto json = std::move(events_.begin()->second);
  bytes_ -= json.size();
  events_.erase(events_.begin());
  return json;
}

void waiting_events::drop_through(std::uint64_t seq) {
  while (!events_.empty() && events_.begin()->first <= seq)
    erase(events_.begin());
}

void waiting_events::forget_texts() {
  events_.clear();
  bytes_ = 0;
}

std::optional<std::uint64_t> waiting_events::first() const {
  if (events_.empty())
    return std::nullopt;
  return events_.begin()->first;
}

void waiting_events::erase(
  std::map<std::uint64_t, std::string>::iterator which) {
  bytes_ -= which->second.size();
  events_.erase(which);
}

} // namespace wsgw::protocol
