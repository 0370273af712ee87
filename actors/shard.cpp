#include "actors/shard.hpp"

#include "actors/delivery_meter.hpp"
#include "actors/journal.hpp"
#include "actors/log.hpp"

#include <caf/scheduler/abstract_coordinator.hpp>
#include <caf/sec.hpp>

#include <utility>

namespace wsgw::actors {

namespace {

/// Actors resumed before the turn ends and outboxes are written. Deep turns
/// coalesce frames and so lower the cost per message (feasibility.md 2).
constexpr std::size_t turn_budget = 50'000;

/// Messages one actor may handle before others get their turn.
constexpr std::size_t max_throughput = 1'000;

} // namespace

caf::error on_actor_exception(caf::scheduled_actor* self,
                              std::exception_ptr& problem) {
  try {
    std::rethrow_exception(problem);
  } catch (const std::exception& e) {
    log::error("actor", "handler threw",
               {{"actor", self->name()}, {"what", e.what()}});
  } catch (...) {
    log::error("actor", "handler threw", {{"actor", self->name()}});
  }
  return caf::sec::runtime_error;
}

std::size_t mailbox_length(caf::scheduled_actor& self) {
  auto& mailbox = self.mailbox();
  return mailbox.blocked() || mailbox.closed() ? 0 : mailbox.size();
}

shard::shard(caf::actor_system& system, transport::event_loop& loop,
             std::size_t index)
    : caf::execution_unit(&system), loop_(loop), index_(index),
      past_(std::make_unique<journal>()),
      deliveries_(std::make_shared<delivery_meter>(loop, counters_)) {}

shard::~shard() {
  is_running_ = true; // nothing is posted any more
  take_foreign();
  // What is cleaned up tells its monitors, which may live here as well.
  while (!queue_.empty()) {
    for (auto* job : std::exchange(queue_, {}))
      caf::scheduler::abstract_coordinator::cleanup_and_release(job);
    take_foreign();
  }
}

void shard::exec_later(caf::resumable* job) {
  const auto kind = job->subtype();
  if (kind != caf::resumable::io_actor
      && kind != caf::resumable::function_object) {
    system().scheduler().enqueue(job);
    return;
  }
  if (loop_.is_current()) {
    queue_.push_back(job);
    post_turn();
    return;
  }
  std::unique_lock lock{foreign_mutex_};
  foreign_.push_back(job);
  const auto first = foreign_.size() == 1;
  lock.unlock();
  if (first)
    loop_.post([this] { run_turn(); });
}

void shard::post_turn() {
  if (is_running_ || std::exchange(turn_posted_, true))
    return;
  loop_.post([this] {
    turn_posted_ = false;
    run_turn();
  });
}

void shard::take_foreign() {
  std::lock_guard lock{foreign_mutex_};
  queue_.insert(queue_.end(), foreign_.begin(), foreign_.end());
  foreign_.clear();
}

std::size_t shard::run_turn() noexcept {
  is_running_ = true; // whoever is scheduled now is run below
  take_foreign();
  counters_.turns.add();
  std::size_t done = 0;
  // The queue grows while it is worked off: index, not iterator.
  while (done < queue_.size() && done < turn_budget) {
    auto* job = queue_[done++];
    switch (job->resume(this, max_throughput)) {
    case caf::resumable::resume_later:
      later_.push_back(job);
      break;
    case caf::resumable::done:
    case caf::resumable::awaiting_message:
      caf::intrusive_ptr_release(job);
      break;
    case caf::resumable::shutdown_execution_unit:
      break;
    }
  }
  counters_.actors_resumed.add(done);
  queue_.erase(queue_.begin(), queue_.begin() + static_cast<long>(done));
  queue_.insert(queue_.end(), later_.begin(), later_.end());
  later_.clear();
  is_running_ = false;
  if (!queue_.empty())
    post_turn();
  return queue_.size();
}

} // namespace wsgw::actors
