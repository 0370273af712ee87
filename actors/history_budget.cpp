#include "actors/history_budget.hpp"

#include <algorithm>

namespace wsgw::actors {

history_budget::holder::~holder() { budget_.set(*this, 0); }

void history_budget::set(holder& who, std::size_t bytes) {
  bytes_ = bytes_ - who.bytes_ + bytes;
  if (who.bytes_ == 0 && bytes != 0)
    who.place_ = by_use_.insert(by_use_.end(), &who);
  else if (who.bytes_ != 0 && bytes == 0)
    by_use_.erase(who.place_);
  who.bytes_ = bytes;
}

void history_budget::used(holder& who, std::size_t bytes) {
  set(who, bytes);
  if (bytes != 0)
    by_use_.splice(by_use_.end(), by_use_, who.place_);
  while (bytes_ > limit_ && by_use_.front() != &who) {
    auto& oldest = *by_use_.front();
    static_cast<void>(oldest.shrink(0));
    set(oldest, 0);
  }
  if (bytes_ > limit_)
    set(who, who.shrink(std::min(who.bytes_, limit_)));
}

} // namespace wsgw::actors
