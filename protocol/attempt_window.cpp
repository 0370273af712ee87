#include "protocol/attempt_window.hpp"

#include <algorithm>
#include <iterator>

namespace wsgw::protocol {

void attempt_window::record::forget_until(clock::time_point limit) {
  while (first < attempts.size() && attempts[first] <= limit)
    ++first;
}

void attempt_window::record::add(clock::time_point at) {
  // Moving the live half down costs as much as forgetting the other half did.
  if (first > 0 && first * 2 >= attempts.size()) {
    attempts.erase(attempts.begin(),
                   attempts.begin() + static_cast<std::ptrdiff_t>(first));
    first = 0;
  }
  // Callers read the clock before they take the owner's lock.
  attempts.push_back(attempts.empty() ? at : std::max(at, attempts.back()));
}

attempt_window::attempt_window(limits l) { limit(l); }

void attempt_window::limit(limits l) {
  limits_ = l;
  limits_.max_addresses = std::max<std::size_t>(limits_.max_addresses, 1);
}

bool attempt_window::try_acquire(std::string_view address,
                                 clock::time_point now) {
  if (limits_.per_address == 0 || address.empty())
    return true;
  forget_idle(now);
  if (const auto found = index_.find(address); found != index_.end()) {
    auto& known = *found->second;
    known.forget_until(now - limits_.window);
    if (known.count() >= limits_.per_address)
      return false;
  }
  record_of(address).add(now);
  return true;
}

std::chrono::milliseconds
attempt_window::retry_after(std::string_view address,
                            clock::time_point now) const {
  const auto found = index_.find(address);
  if (limits_.per_address == 0 || found == index_.end())
    return std::chrono::milliseconds{0};
  const auto& known = *found->second;
  const auto start = std::upper_bound(
    known.attempts.begin() + static_cast<std::ptrdiff_t>(known.first),
    known.attempts.end(), now - limits_.window);
  const auto live = static_cast<std::size_t>(known.attempts.end() - start);
  if (live < limits_.per_address)
    return std::chrono::milliseconds{0};
  // There are more than the limit allows when it has been lowered.
  const auto too_many = static_cast<std::ptrdiff_t>(live - limits_.per_address);
  return std::chrono::ceil<std::chrono::milliseconds>(*(start + too_many)
                                                      + limits_.window - now);
}

attempt_window::usage attempt_window::current(clock::time_point now) {
  forget_idle(now);
  usage total;
  for (auto& known : records_) {
    known.forget_until(now - limits_.window);
    if (known.count() == 0)
      continue;
    ++total.addresses;
    total.attempts += known.count();
    if (known.count() >= limits_.per_address)
      ++total.limited;
  }
  return total;
}

/// Drops addresses whose last attempt has left the window, so that memory goes
/// back after a flood. Each was added once: amortised O(1).
void attempt_window::forget_idle(clock::time_point now) {
  while (!records_.empty()
         && records_.front().attempts.back() <= now - limits_.window) {
    index_.erase(records_.front().address);
    records_.pop_front();
  }
}

/// The record of `address`, made if need be and moved behind all others. Its
/// attempts are empty only until the caller adds one.
attempt_window::record& attempt_window::record_of(std::string_view address) {
  if (const auto found = index_.find(address); found != index_.end()) {
    records_.splice(records_.end(), records_, found->second);
    return records_.back();
  }
  if (records_.size() >= limits_.max_addresses) {
    index_.erase(records_.front().address);
    records_.pop_front();
  }
  records_.push_back({std::string{address}, {}, 0});
  index_.emplace(records_.back().address, std::prev(records_.end()));
  return records_.back();
}

} // namespace wsgw::protocol
