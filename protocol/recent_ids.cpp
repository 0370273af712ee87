#include "protocol/recent_ids.hpp"

#include "protocol/digest.hpp"

#include <functional>

namespace wsgw::protocol {

namespace {

constexpr std::size_t longest_kept_id = 64;
constexpr std::size_t first_slots = 16;

std::size_t hash_of(std::string_view key) {
  return std::hash<std::string_view>{}(key);
}

std::uint32_t tag_of(std::size_t hash) {
  return static_cast<std::uint32_t>(hash >> 32U);
}

} // namespace

bool recent_ids::insert(std::string_view id) {
  if (capacity_ == 0)
    return true;
  if (id.size() <= longest_kept_id)
    return insert_key(id);
  // Longer than any id that is kept as it is, so the two never meet.
  return insert_key('#' + sha256_hex(id));
}

bool recent_ids::insert_key(std::string_view key) {
  if (2 * (ids_.size() + 1) > slots_.size())
    grow();
  const auto hash = hash_of(key);
  if (slots_[find(key, hash)].place != 0)
    return false;
  if (ids_.size() < capacity_) {
    ids_.emplace_back(key);
    occupy(hash, ids_.size() - 1);
    return true;
  }
  release(ids_[oldest_]);
  ids_[oldest_] = key;
  occupy(hash, oldest_);
  oldest_ = (oldest_ + 1) % capacity_;
  return true;
}

std::size_t recent_ids::find(std::string_view key, std::size_t hash) const {
  const auto mask = slots_.size() - 1;
  auto at = hash & mask;
  while (
    slots_[at].place != 0
    && (slots_[at].tag != tag_of(hash) || ids_[slots_[at].place - 1] != key))
    at = (at + 1) & mask;
  return at;
}

void recent_ids::occupy(std::size_t hash, std::size_t index) {
  const auto mask = slots_.size() - 1;
  auto at = hash & mask;
  while (slots_[at].place != 0)
    at = (at + 1) & mask;
  slots_[at] = {tag_of(hash), static_cast<std::uint32_t>(index + 1)};
}

void recent_ids::release(std::string_view key) {
  const auto mask = slots_.size() - 1;
  auto hole = find(key, hash_of(key));
  // Whatever was pushed past the hole moves up, so that no search ends early.
  for (auto at = (hole + 1) & mask; slots_[at].place != 0;
       at = (at + 1) & mask) {
    const auto wanted = hash_of(ids_[slots_[at].place - 1]) & mask;
    if (((at - wanted) & mask) < ((at - hole) & mask))
      continue;
    slots_[hole] = slots_[at];
    hole = at;
  }
  slots_[hole] = {};
}

void recent_ids::grow() {
  slots_.assign(slots_.empty() ? first_slots : 2 * slots_.size(), {});
  for (std::size_t i = 0; i < ids_.size(); ++i)
    occupy(hash_of(ids_[i]), i);
}

} // namespace wsgw::protocol
