#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace wsgw::transport {

/// A counter or gauge written by one thread and read by any: no locked
/// instruction on the hot path.
class counter {
public:
  void add(std::uint64_t n = 1) {
    value_.store(value_.load(std::memory_order_relaxed) + n,
                 std::memory_order_relaxed);
  }
  void sub(std::uint64_t n = 1) {
    value_.store(value_.load(std::memory_order_relaxed) - n,
                 std::memory_order_relaxed);
  }
  std::uint64_t get() const { return value_.load(std::memory_order_relaxed); }

private:
  std::atomic<std::uint64_t> value_{0};
};

/// Durations by class, for Prometheus; written by one thread, read by any.
/// `upper` is an array of the classes' upper bounds in seconds; what is longer
/// is in a class of its own.
template <auto& upper>
class histogram {
public:
  static constexpr const auto& bounds = upper;

  /// Negative durations count as 0.
  void add(std::chrono::nanoseconds duration) {
    duration = std::max(duration, std::chrono::nanoseconds{0});
    const auto seconds = std::chrono::duration<double>{duration}.count();
    std::size_t i = 0;
    while (i < bounds.size() && seconds > bounds[i])
      ++i;
    counts_[i].add();
    sum_us_.add(static_cast<std::uint64_t>(duration.count()) / 1000);
  }

  /// How many fell into class `i`, not cumulative.
  std::uint64_t count(std::size_t i) const { return counts_[i].get(); }
  double sum_seconds() const {
    return static_cast<double>(sum_us_.get()) / 1e6;
  }

private:
  std::array<counter, upper.size() + 1> counts_;
  counter sum_us_;
};

inline constexpr std::array lag_bounds{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                       0.1,   0.25,   0.5,   1.0,  2.5,   10.0};

/// What one loop knows about itself. Its thread writes, any thread reads.
class loop_figures {
public:
  using clock = std::chrono::steady_clock;

  /// A probe is looked at so often, and `worst_lag` looks back so far at least
  /// and twice as far at most.
  static constexpr std::chrono::milliseconds probe_interval{200};
  static constexpr std::chrono::seconds window{30};

  /// The probe that was due at `due` is looked at now; the next one is due at
  /// `next`.
  void probed(clock::time_point due, clock::time_point now,
              clock::time_point next) {
    const auto late = std::max(now - due, clock::duration{0});
    lag.add(late);
    if (now >= window_end_) {
      before_.store(now >= window_end_ + window ? 0 : worst_.load());
      worst_.store(0);
      window_end_ = now + window;
    }
    worst_.store(std::max(worst_.load(), late.count()));
    due_.store(next.time_since_epoch().count());
  }

  /// The longest that the loop has let the probe wait lately, or lets it wait
  /// now. Zero before the first probe.
  clock::duration worst_lag(clock::time_point now) const {
    const auto due = due_.load();
    const auto waits = due == 0 ? 0 : now.time_since_epoch().count() - due;
    return clock::duration{std::max({worst_.load(), before_.load(), waits})};
  }

  histogram<lag_bounds> lag; ///< how late the probe was each time
  counter unsent_bytes;      ///< in outboxes whose sockets take nothing now

private:
  std::atomic<clock::rep> worst_{0};  ///< of the present window
  std::atomic<clock::rep> before_{0}; ///< of the window before
  std::atomic<clock::rep> due_{0};    ///< of the next probe; 0: none yet
  clock::time_point window_end_;
};

} // namespace wsgw::transport
