#pragma once

#include "actors/directory.hpp"
#include "actors/history_budget.hpp"
#include "actors/shard_counters.hpp"
#include "transport/event_loop.hpp"

#include <caf/actor_config.hpp>
#include <caf/actor_system.hpp>
#include <caf/detail/init_fun_factory.hpp>
#include <caf/execution_unit.hpp>
#include <caf/infer_handle.hpp>
#include <caf/resumable.hpp>
#include <caf/scheduled_actor.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <cstddef>
#include <exception>
#include <memory>
#include <mutex>
#include <vector>

namespace wsgw::actors {

class delivery_meter;
class journal;

/// One shard: the execution unit that runs the actors pinned to one event
/// loop (design D1). Actors of other kinds that reach it go to CAF's own
/// scheduler. Outlives every actor pinned to it.
class shard final : public caf::execution_unit {
public:
  shard(caf::actor_system& system, transport::event_loop& loop,
        std::size_t index);
  ~shard() override;

  /// Schedules `job`: any thread. Pinned actors run on the loop's thread.
  void exec_later(caf::resumable* job) override;

  std::size_t index() const { return index_; }
  transport::event_loop& loop() { return loop_; }

  /// Every actor pinned here, in order of creation. Loop thread only.
  directory& actors() { return directory_; }
  shard_counters& counters() { return counters_; }
  /// Loop thread only.
  history_budget& histories() { return histories_; }
  /// What happened here lately. Loop thread only.
  journal& past() { return *past_; }
  /// Times what rooms deliver. Loop thread only.
  delivery_meter& deliveries() { return *deliveries_; }

  /// Runs queued actors within one turn's budget; posts another turn when work
  /// is left. An actor with many messages handles so many of them and goes on
  /// in the next turn, so that outboxes are written in between. The loop calls
  /// it; tests call it by hand. Returns what is left.
  std::size_t run_turn() noexcept;

private:
  void take_foreign();
  void post_turn();

  transport::event_loop& loop_;
  std::size_t index_;
  directory directory_;
  shard_counters counters_;
  history_budget histories_;
  std::unique_ptr<journal> past_;
  std::shared_ptr<delivery_meter> deliveries_;
  std::vector<caf::resumable*> queue_; ///< loop thread only
  std::vector<caf::resumable*> later_; ///< for the next turn; loop thread only
  bool is_running_ = false;            ///< loop thread only
  bool turn_posted_ = false;           ///< loop thread only
  std::mutex foreign_mutex_;
  std::vector<caf::resumable*> foreign_; ///< from other threads
};

/// Logs an exception that escaped a handler and returns the exit reason: the
/// actor ends, its monitors clean up, the process lives on.
caf::error on_actor_exception(caf::scheduled_actor* self,
                              std::exception_ptr& problem);

/// Messages that wait for `self`. Only on its own shard's thread. Asking CAF's
/// mailbox for its size directly would wake a blocked mailbox by mistake, and
/// the actor would never run again.
std::size_t mailbox_length(caf::scheduled_actor& self);

/// Mixin that keeps an actor on its home shard whoever sends to it, as
/// `caf::io::abstract_broker` does.
template <class Base>
class pinned final : public Base {
public:
  explicit pinned(caf::actor_config& config)
      : Base(config), home_(config.host) {
    this->set_exception_handler(on_actor_exception);
  }

  void enqueue(caf::mailbox_element_ptr element,
               caf::execution_unit*) override {
    Base::enqueue(std::move(element), home_);
  }

  void enqueue(caf::strong_actor_ptr sender, caf::message_id id,
               caf::message content, caf::execution_unit*) override {
    Base::enqueue(std::move(sender), id, std::move(content), home_);
  }

  caf::resumable::subtype_t subtype() const override {
    return caf::resumable::io_actor;
  }

private:
  caf::execution_unit* home_;
};

/// Spawns the function-based actor `fun(self, args…)` pinned to `home`. Any
/// thread. The behaviour function itself runs on the shard, before the first
/// message.
template <class F, class... Ts>
caf::infer_handle_from_fun_t<F> spawn_pinned(shard& home, F fun, Ts&&... args) {
  using impl = caf::infer_impl_from_fun_t<F>;
  caf::actor_config config{&home};
  caf::detail::init_fun_factory<impl, F> factory;
  config.init_fun = factory(std::move(fun), std::forward<Ts>(args)...);
  return home.system().template spawn_impl<pinned<impl>, caf::no_spawn_options>(
    config);
}

} // namespace wsgw::actors
