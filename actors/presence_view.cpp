#include "actors/presence_view.hpp"

#include <algorithm>

namespace wsgw::actors {

void presence_view::forget(track& one, std::size_t gone) {
  // Counts that fall to the same number, or to the true one, are dropped by
  // `enter`, which always follows.
  for (auto& each : one.higher)
    each.count -= std::min(each.count, gone);
  one.truth -= std::min(one.truth, gone);
}

void presence_view::enter(track& one, std::size_t truth, time_point now) {
  if (one.truth > truth)
    one.higher.push_back({one.truth, now});
  one.truth = truth;
  // A count is of no use when a later one is at least as large.
  std::deque<past> useful;
  auto largest = truth;
  for (auto it = one.higher.rbegin(); it != one.higher.rend(); ++it) {
    if (it->count <= largest)
      continue;
    largest = it->count;
    useful.push_front(*it);
  }
  one.higher = std::move(useful);
}

bool presence_view::show() {
  protocol::role_counts next{};
  for (std::size_t i = 0; i < tracks_.size(); ++i) {
    const auto& [truth, higher] = tracks_[i];
    next[i] = higher.empty() ? truth : higher.front().count;
  }
  const auto changed = next != shown_;
  shown_ = next;
  return changed;
}

bool presence_view::set(const protocol::role_counts& truth, time_point now,
                        const protocol::role_counts& gone) {
  for (std::size_t i = 0; i < tracks_.size(); ++i) {
    forget(tracks_[i], gone[i]);
    enter(tracks_[i], truth[i], now);
  }
  return advance(now);
}

bool presence_view::advance(time_point now) {
  for (auto& one : tracks_)
    while (!one.higher.empty() && one.higher.front().until + grace_ <= now)
      one.higher.pop_front();
  return show();
}

std::optional<presence_view::time_point> presence_view::next_change() const {
  std::optional<time_point> soonest;
  for (const auto& one : tracks_)
    if (!one.higher.empty())
      soonest = std::min(soonest.value_or(time_point::max()),
                         one.higher.front().until + grace_);
  return soonest;
}

} // namespace wsgw::actors
