#pragma once

#include "transport/event_loop.hpp"

#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>

namespace wsgw::transport {

/// `event_loop` on one Asio io_context, run by one thread. Owns the timer
/// wheel of the shard. Everything with a socket on this loop must be destroyed
/// before it, except what only the loop's own pending operations hold.
class shard_loop final : public event_loop {
public:
  using executor_type = boost::asio::io_context::executor_type;
  using failure_hook = std::function<void(std::exception_ptr)>;

  shard_loop();
  ~shard_loop() override;

  /// Runs turns until `stop`; the calling thread becomes the loop's thread. An
  /// exception that escapes a handler goes to the failure hook and the loop
  /// goes on; without a hook it leaves `run`, which may be called again.
  void run();
  /// Ends `run` after the present turn, for good. Any thread.
  void stop();

  /// Who hears of exceptions. Set it before `run`.
  void on_failure(failure_hook hook);

  boost::asio::io_context& context() { return context_; }

  void post(std::function<void()> fn) override;
  bool is_current() const override;
  clock::time_point now() const override;
  timer after(clock::duration delay, std::function<void()> fn) override;
  void at_turn_end(std::shared_ptr<turn_end_task> task) override;
  const loop_figures& figures() const override { return figures_; }

  /// Tells how many bytes more (or fewer) wait for sockets that take none.
  void add_unsent(std::size_t more) { figures_.unsent_bytes.add(more); }
  void sub_unsent(std::size_t fewer) { figures_.unsent_bytes.sub(fewer); }

private:
  loop_figures figures_;
  class turns;
  // In this order: operations that the context destroys hold timers.
  std::unique_ptr<turns> turns_;
  boost::asio::io_context context_{1};
  class alarm;
  std::unique_ptr<alarm> alarm_;
  class probe;
  std::unique_ptr<probe> probe_;
};

} // namespace wsgw::transport
