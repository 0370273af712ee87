#pragma once

#include "transport/loop_figures.hpp"

#include <chrono>
#include <functional>
#include <memory>

namespace wsgw::transport {

/// Cancels its timer when destroyed. Destroy it on the loop's thread.
class timer_handle {
public:
  virtual ~timer_handle() = default;
};
using timer = std::unique_ptr<timer_handle>;

/// Work that is done once at the end of the turn in which it was asked for,
/// for instance writing an outbox.
class turn_end_task {
public:
  virtual ~turn_end_task() = default;
  virtual void on_turn_end() = 0;
};

/// The thread-confined loop of one shard, as the actor layer sees it (design
/// D1). A *turn* drains input, runs posted work and actors within a budget,
/// then runs the turn-end tasks. Implemented by `shard_loop` on Asio and by a
/// manual fake in tests.
class event_loop {
public:
  using clock = std::chrono::steady_clock;

  virtual ~event_loop() = default;

  /// Runs `fn` on the loop's thread, in order of posting. Any thread.
  virtual void post(std::function<void()> fn) = 0;

  /// True on the loop's own thread.
  virtual bool is_current() const = 0;

  /// The time at the beginning of this turn. Loop thread only.
  virtual clock::time_point now() const = 0;

  /// Runs `fn` once after at least `delay` (resolution about 10 ms), unless
  /// the handle is destroyed first. Costs no kernel timer. Loop thread only.
  [[nodiscard]] virtual timer after(clock::duration delay,
                                    std::function<void()> fn) = 0;

  /// Runs `task->on_turn_end()` when this turn ends. The caller asks at most
  /// once per turn and task. Loop thread only.
  virtual void at_turn_end(std::shared_ptr<turn_end_task> task) = 0;

  /// How late the loop is, and what it could not send. Any thread.
  virtual const loop_figures& figures() const = 0;
};

} // namespace wsgw::transport
