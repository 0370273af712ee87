#include "transport/shard_loop.hpp"

#include "transport/net.hpp"
#include "transport/timer_wheel.hpp"

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <atomic>
#include <optional>
#include <utility>
#include <vector>

namespace wsgw::transport {

namespace {

// The bounds of a turn: deep turns coalesce writes, but outboxes must not wait
// for long.
constexpr std::size_t max_handlers = 256;
constexpr std::chrono::milliseconds max_turn{5};

/// Tasks that tasks add run in the same phase up to this many.
constexpr std::size_t max_added_tasks = 1024;

/// How far ahead the memory of tasks is asked for, and how much of it.
constexpr std::size_t tasks_ahead = 4;
constexpr std::size_t lines_of_task = 3;
constexpr std::size_t bytes_of_line = 64;

/// Longer delays count as this, so that no clock overflows.
constexpr event_loop::clock::duration max_delay = std::chrono::hours{87'600};

thread_local const shard_loop* current_loop = nullptr;

} // namespace

/// The state of the present turn.
class shard_loop::turns {
public:
  /// Marks the beginning of work. Whatever may work for long calls it first;
  /// the wait for input cannot be seen from outside the io_context.
  clock::time_point touch() {
    if (!began_)
      began_ = clock::now();
    return *began_;
  }

  void end() { began_.reset(); }

  /// Runs the turn-end tasks; false when some are left for the next turn.
  bool run_tasks(const std::function<void(turn_end_task&)>& run) {
    const auto limit = tasks_.size() + max_added_tasks;
    std::size_t done = 0;
    while (done < tasks_.size() && done < limit) {
      prefetch(done + tasks_ahead);
      // Null: it ran before an exception that left `run`.
      if (const auto task = std::move(tasks_[done++]))
        run(*task);
    }
    tasks_.erase(tasks_.begin(),
                 tasks_.begin() + static_cast<std::ptrdiff_t>(done));
    return tasks_.empty();
  }

  timer_wheel wheel{clock::now()};
  std::vector<std::shared_ptr<turn_end_task>> tasks_;
  std::atomic<bool> stopped{false};
  bool destroyed = false;
  failure_hook failed;

private:
  /// The tasks of many thousands of sockets are not in the cache.
  void prefetch(std::size_t index) const {
    if (index >= tasks_.size())
      return;
    const auto* task = reinterpret_cast<const char*>(tasks_[index].get());
    for (std::size_t line = 0; line < lines_of_task; ++line)
      __builtin_prefetch(task + line * bytes_of_line);
  }

  std::optional<clock::time_point> began_;
};

/// The one kernel-backed timer of the loop, armed to the wheel's next slot.
class shard_loop::alarm {
public:
  alarm(net::io_context& context, turns& of) : timer_(context), turns_(of) {}

  void arm() {
    const auto next = turns_.wheel.next();
    if (!next || (armed_ && *armed_ <= *next))
      return;
    armed_ = next;
    timer_.expires_at(*next);
    timer_.async_wait([this](beast::error_code ec) {
      if (ec)
        return;
      armed_.reset();
      turns_.touch();
      turns_.wheel.advance(clock::now());
    });
  }

private:
  net::basic_waitable_timer<clock, net::wait_traits<clock>, executor_type>
    timer_;
  turns& turns_;
  std::optional<clock::time_point> armed_;
};

/// Asks the kernel to be woken now and then, and looks how late that is: a
/// client's request would have waited as long. Not on the wheel, whose slots
/// are late by design.
class shard_loop::probe {
public:
  probe(net::io_context& context, turns& of, loop_figures& figures)
      : timer_(context), turns_(of), figures_(figures) {}

  void arm() {
    const auto due = clock::now() + loop_figures::probe_interval;
    timer_.expires_at(due);
    timer_.async_wait([this, due](beast::error_code ec) {
      if (ec)
        return;
      turns_.touch();
      const auto now = clock::now();
      figures_.probed(due, now, now + loop_figures::probe_interval);
      arm();
    });
  }

private:
  net::basic_waitable_timer<clock, net::wait_traits<clock>, executor_type>
    timer_;
  turns& turns_;
  loop_figures& figures_;
};

shard_loop::shard_loop()
    : turns_(std::make_unique<turns>()),
      alarm_(std::make_unique<alarm>(context_, *turns_)),
      probe_(std::make_unique<probe>(context_, *turns_, figures_)) {}

shard_loop::~shard_loop() {
  // Destructors of pending work may post or ask for a turn's end once more.
  turns_->destroyed = true;
  // Tasks own sockets, which must go before the context.
  const auto tasks = std::move(turns_->tasks_);
}

void shard_loop::on_failure(failure_hook hook) {
  turns_->failed = std::move(hook);
}

void shard_loop::run() {
  const auto before = std::exchange(current_loop, this);
  const std::shared_ptr<void> restore{
    nullptr, [before](void*) { current_loop = before; }};
  const auto work = net::make_work_guard(context_);
  const auto guarded = [this](auto&& step) -> std::size_t {
    try {
      return step();
    } catch (...) {
      if (!turns_->failed)
        throw;
      turns_->failed(std::current_exception());
      return 1;
    }
  };
  const auto run_task = [&guarded](turn_end_task& task) {
    guarded([&task] { return task.on_turn_end(), 1; });
  };
  auto may_wait = turns_->tasks_.empty();
  alarm_->arm();
  probe_->arm();
  while (!turns_->stopped.load(std::memory_order_acquire)) {
    if (may_wait)
      guarded([this] { return context_.run_one(); });
    const auto end = turns_->touch() + max_turn;
    for (std::size_t n = 1; n < max_handlers && clock::now() < end; ++n)
      if (guarded([this] { return context_.poll_one(); }) == 0)
        break;
    may_wait = turns_->run_tasks(run_task);
    alarm_->arm();
    turns_->end();
  }
}

void shard_loop::stop() {
  turns_->stopped.store(true, std::memory_order_release);
  context_.stop();
}

void shard_loop::post(std::function<void()> fn) {
  if (turns_->destroyed)
    return;
  net::post(context_, [turns = turns_.get(), fn = std::move(fn)] {
    turns->touch();
    fn();
  });
}

bool shard_loop::is_current() const { return current_loop == this; }

event_loop::clock::time_point shard_loop::now() const {
  return is_current() ? turns_->touch() : clock::now();
}

timer shard_loop::after(clock::duration delay, std::function<void()> fn) {
  // Not `now()`: that is the turn's beginning, and would fire early.
  return turns_->wheel.add(clock::now() + std::min(delay, max_delay),
                           std::move(fn));
}

void shard_loop::at_turn_end(std::shared_ptr<turn_end_task> task) {
  if (!turns_->destroyed)
    turns_->tasks_.push_back(std::move(task));
}

} // namespace wsgw::transport
