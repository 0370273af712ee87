#pragma once

#include "protocol/cursor.hpp"
#include "protocol/frame.hpp"
#include "protocol/role.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

namespace wsgw::protocol {

/// The latest events of one room, ready to be sent again: a ring with dense
/// numbers from `first()` to `head().seq`. Not thread-safe.
class event_log {
public:
  struct entry {
    frame live;   ///< the v1 frame as it went out; null: for nobody (a skip)
    frame replay; ///< the same with "replay":true, made when first needed
    role_set audience;
  };

  /// Keeps at most `most` entries.
  explicit event_log(std::size_t most) : most_(most) {}

  /// Begins anew, empty, behind `head`.
  void start(cursor head);

  /// The event `head().seq + 1`; drops the oldest one when full.
  void append(frame live, role_set audience);
  /// Moves the head without an entry: nothing before it is kept any more.
  void advance(std::uint64_t head);
  /// The event `first() - 1`, from the log in Redis; false when full, or when
  /// there is no such number.
  bool prepend(frame live, role_set audience);

  const cursor& head() const { return head_; }
  /// The number of the oldest entry; head().seq + 1 when there is none.
  std::uint64_t first() const { return head_.seq + 1 - entries_.size(); }
  /// True when every event behind `after` is here.
  bool covers(std::uint64_t after) const {
    return after + 1 >= first() && after <= head_.seq;
  }
  /// `seq` is in first() … head().seq.
  const entry& at(std::uint64_t seq) const;
  /// The frame of `seq` with "replay":true; made once, then kept. Null for a
  /// skip.
  const frame& replay_of(std::uint64_t seq);

  std::size_t size() const { return entries_.size(); }
  /// Memory that the entries take, about, the cached replay frames included.
  std::size_t bytes() const { return bytes_; }
  /// Forgets all entries; the head stays.
  void forget();
  /// Forgets the oldest entries until at most `most` bytes are left.
  void shrink(std::size_t most);

private:
  void drop_oldest();

  cursor head_;
  std::deque<entry> entries_;
  std::size_t most_;
  std::size_t bytes_ = 0;
};

} // namespace wsgw::protocol
