#include "actors/history_budget.hpp"

#include <algorithm>

namespace wsgw::actors {

history_budget::holder::holder(history_budget& budget)
    : budget_(budget),
      place_(budget.by_use_.insert(budget.by_use_.end(), this)) {}

history_budget::holder::~holder() {
  budget_.bytes_ -= bytes_;
  budget_.by_use_.erase(place_);
}

void history_budget::set(holder& who, std::size_t bytes) {
  bytes_ = bytes_ - who.bytes_ + bytes;
  who.bytes_ = bytes;
}

void history_budget::used(holder& who, std::size_t bytes) {
  set(who, bytes);
  by_use_.splice(by_use_.end(), by_use_, who.place_);
  // Whoever has forgotten all stays in front: look at those with bytes only.
  for (auto each = by_use_.begin(); bytes_ > limit_ && *each != &who; ++each)
    if ((*each)->bytes_ != 0)
      set(**each, (*each)->shrink(0));
  if (bytes_ > limit_)
    set(who, who.shrink(std::min(who.bytes_, limit_)));
}

} // namespace wsgw::actors
