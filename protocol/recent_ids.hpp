#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_set>

namespace wsgw::protocol {

/// Remembers the last `capacity` ids it was shown; drops the oldest beyond.
/// Used per room to drop duplicates of one message. Not thread-safe.
class recent_ids {
public:
  explicit recent_ids(std::size_t capacity) : capacity_(capacity) {}

  /// Returns true when `id` is new (and remembers it), false for a duplicate.
  bool insert(std::string_view id);

  std::size_t size() const { return order_.size(); }

private:
  std::size_t capacity_;
  std::unordered_set<std::string> known_;
  std::deque<const std::string*> order_; ///< oldest first, into known_
};

} // namespace wsgw::protocol
