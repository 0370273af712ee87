#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wsgw::protocol {

/// Remembers the last `capacity` ids it was shown; drops the oldest beyond.
/// Used per room to drop duplicates of one message. An id is JSON text of any
/// length: over 64 bytes its SHA-256 is kept instead, so memory is bounded by
/// the capacity alone, and grows only as ids come. A capacity of 0 takes every
/// id for new. Not thread-safe.
class recent_ids {
public:
  explicit recent_ids(std::size_t capacity) : capacity_(capacity) {}

  /// Returns true when `id` is new (and remembers it), false for a duplicate.
  /// A duplicate does not make an id younger.
  bool insert(std::string_view id);

  std::size_t size() const { return ids_.size(); }

private:
  /// A place in the hash table: the upper half of the id's hash, so that most
  /// misses need not look at the id, and its index in `ids_` plus one.
  struct slot {
    std::uint32_t tag = 0;
    std::uint32_t place = 0; ///< 0: free
  };

  bool insert_key(std::string_view key);
  std::size_t find(std::string_view key, std::size_t hash) const;
  void occupy(std::size_t hash, std::size_t index);
  void release(std::string_view key);
  void grow();

  std::size_t capacity_;
  std::vector<std::string> ids_; ///< a ring once it is full
  std::size_t oldest_ = 0;       ///< in ids_, once it is full
  std::vector<slot> slots_;      ///< open addressing, at most half full
};

} // namespace wsgw::protocol
