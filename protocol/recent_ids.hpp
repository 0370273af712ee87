#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_set>

namespace wsgw::protocol {

/// Remembers the last `capacity` ids it was shown; drops the oldest beyond.
/// Used per room to drop duplicates of one message. An id is JSON text of any
/// length: over 64 bytes its SHA-256 is kept instead, so memory is bounded by
/// the capacity alone. A capacity of 0 takes every id for new. Not thread-safe.
class recent_ids {
public:
  explicit recent_ids(std::size_t capacity) : capacity_(capacity) {}

  recent_ids(const recent_ids&) = delete; // order_ points into known_
  recent_ids& operator=(const recent_ids&) = delete;

  /// Returns true when `id` is new (and remembers it), false for a duplicate.
  /// A duplicate does not make an id younger.
  bool insert(std::string_view id);

  std::size_t size() const { return order_.size(); }

private:
  std::size_t capacity_;
  std::unordered_set<std::string> known_;
  std::deque<const std::string*> order_; ///< oldest first, into known_
};

} // namespace wsgw::protocol
