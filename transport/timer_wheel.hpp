#pragma once

#include "transport/event_loop.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>

namespace wsgw::transport {

/// Thousands of coarse timers at constant cost each: a hierarchical wheel of
/// 10 ms ticks, six levels of 64 slots. Sans-I/O: time comes in as a
/// parameter, and `next` says when to call `advance`. Not thread-safe.
///
/// Timers and the wheel may be destroyed in any order, also from inside a
/// timer's own callback.
class timer_wheel {
public:
  using clock = event_loop::clock;
  static constexpr std::chrono::milliseconds tick{10};

  explicit timer_wheel(clock::time_point start);
  ~timer_wheel();
  timer_wheel(const timer_wheel&) = delete;
  timer_wheel& operator=(const timer_wheel&) = delete;

  /// Runs `fn` in the first `advance` at or after `deadline`, never early.
  [[nodiscard]] timer add(clock::time_point deadline, std::function<void()> fn);

  /// When `advance` has something to do next (a timer, or a slot to spread
  /// over finer ones); empty when no timer is pending.
  std::optional<clock::time_point> next() const;

  /// Runs what is due at `now`, in order of deadline; returns how many ran.
  /// What a callback adds runs in a later tick, so this always ends. After a
  /// callback that throws, the rest runs in the next call.
  std::size_t advance(clock::time_point now);

  /// Pending timers.
  std::size_t size() const { return size_; }

private:
  /// A node of a circular list; a slot is a list's sentinel.
  struct link {
    link* previous = this;
    link* next = this;
    bool is_alone() const { return next == this; }
    void unlink();
    void append(link& node); ///< before this sentinel
  };
  struct entry;

  static constexpr unsigned slot_bits = 6;
  static constexpr unsigned slot_count = 1U << slot_bits;
  static constexpr unsigned level_count = 6;

  /// The lists of one level; bit i of `used` is set when slot i is not empty.
  struct level {
    std::uint64_t used = 0;
    std::array<link, slot_count> slots;
  };

  struct position {
    unsigned level;
    unsigned slot;
    std::uint64_t tick;
  };

  std::optional<position> next_slot() const;
  void place(entry& node);
  void forget(entry& node);
  std::size_t run_due();

  clock::time_point start_;
  std::uint64_t now_ = 0; ///< ticks since start
  std::size_t size_ = 0;
  std::array<level, level_count> levels_;
  link due_;
};

} // namespace wsgw::transport
