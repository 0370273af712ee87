#include "protocol/recent_ids.hpp"

#include "protocol/digest.hpp"

namespace wsgw::protocol {

namespace {

constexpr std::size_t longest_kept_id = 64;

std::string key_of(std::string_view id) {
  if (id.size() <= longest_kept_id)
    return std::string{id};
  // Longer than any id that is kept as it is, so the two never meet.
  return '#' + sha256_hex(id);
}

} // namespace

bool recent_ids::insert(std::string_view id) {
  if (capacity_ == 0)
    return true;
  const auto [position, is_new] = known_.insert(key_of(id));
  if (!is_new)
    return false;
  order_.push_back(&*position);
  if (order_.size() > capacity_) {
    known_.erase(known_.find(*order_.front()));
    order_.pop_front();
  }
  return true;
}

} // namespace wsgw::protocol
