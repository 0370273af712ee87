#pragma once

#include "transport/event_loop.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace wsgw::tests {

/// An event loop that moves only when a test says so: `step()` runs one turn,
/// `advance()` lets time pass. Posting is allowed from any thread; everything
/// else belongs to the thread that made the loop.
class manual_loop final : public transport::event_loop {
public:
  explicit manual_loop(
    clock::time_point start = clock::time_point{std::chrono::hours{1}})
      : now_(start), owner_(std::this_thread::get_id()) {}

  // -- what a test does -----------------------------------------------------

  /// One turn: what was posted before it, due timers, then turn-end tasks.
  /// Work posted meanwhile waits for the next turn. False: nothing to do.
  bool step() {
    const auto posted = take_posted();
    for (const auto& fn : posted)
      fn();
    const auto fired = fire_due_timers();
    const auto tasks = std::exchange(tasks_, {});
    for (const auto& task : tasks)
      task->on_turn_end();
    return !posted.empty() || fired || !tasks.empty();
  }

  /// Steps until nothing is left to do now; returns the number of turns.
  /// Gives up after `most` turns, so that a busy loop fails its test.
  std::size_t run(std::size_t most = 10'000) {
    std::size_t turns = 0;
    while (turns < most && step())
      ++turns;
    return turns;
  }

  /// Lets `delay` pass, stopping at every timer on the way.
  void advance(clock::duration delay) {
    const auto end = now_ + delay;
    run();
    for (auto due = next_due(); due && *due <= end; due = next_due()) {
      now_ = std::max(now_, *due);
      run();
    }
    now_ = end;
    run();
  }

  /// Posted functions that wait for a turn.
  std::size_t pending() const {
    std::lock_guard lock{mutex_};
    return posted_.size();
  }

  /// Timers that are armed.
  std::size_t timers() const {
    return static_cast<std::size_t>(
      std::count_if(timers_.begin(), timers_.end(),
                    [](const auto& t) { return !t.second.expired(); }));
  }

  // -- event_loop -----------------------------------------------------------

  void post(std::function<void()> fn) override {
    std::lock_guard lock{mutex_};
    posted_.push_back(std::move(fn));
  }

  bool is_current() const override {
    return std::this_thread::get_id() == owner_;
  }

  clock::time_point now() const override { return now_; }

  [[nodiscard]] transport::timer after(clock::duration delay,
                                       std::function<void()> fn) override {
    auto armed = std::make_shared<std::function<void()>>(std::move(fn));
    timers_.emplace(now_ + delay, armed);
    return std::make_unique<handle>(std::move(armed));
  }

  void at_turn_end(std::shared_ptr<transport::turn_end_task> task) override {
    tasks_.push_back(std::move(task));
  }

  const transport::loop_figures& figures() const override { return figures_; }
  /// Tests say what the loop has seen.
  transport::loop_figures& change_figures() { return figures_; }

private:
  using action = std::shared_ptr<std::function<void()>>;

  /// Owns the action, so that destroying the handle disarms the timer.
  struct handle final : transport::timer_handle {
    explicit handle(action a) : armed(std::move(a)) {}
    action armed;
  };

  std::deque<std::function<void()>> take_posted() {
    std::lock_guard lock{mutex_};
    return std::exchange(posted_, {});
  }

  std::optional<clock::time_point> next_due() {
    while (!timers_.empty() && timers_.begin()->second.expired())
      timers_.erase(timers_.begin());
    if (timers_.empty())
      return std::nullopt;
    return timers_.begin()->first;
  }

  bool fire_due_timers() {
    auto fired = false;
    for (auto due = next_due(); due && *due <= now_; due = next_due()) {
      const auto armed = timers_.begin()->second.lock();
      timers_.erase(timers_.begin());
      // The action may destroy its own handle while it runs.
      (*armed)();
      fired = true;
    }
    return fired;
  }

  transport::loop_figures figures_;
  clock::time_point now_;
  std::thread::id owner_;
  mutable std::mutex mutex_;
  std::deque<std::function<void()>> posted_;
  std::multimap<clock::time_point, std::weak_ptr<std::function<void()>>>
    timers_;
  std::vector<std::shared_ptr<transport::turn_end_task>> tasks_;
};

} // namespace wsgw::tests
