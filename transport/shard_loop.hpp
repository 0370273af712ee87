#pragma once

#include "transport/event_loop.hpp"

#include <boost/asio/io_context.hpp>

#include <memory>
#include <thread>

namespace wsgw::transport {

/// `event_loop` on one Asio io_context, run by one thread. Owns the timer
/// wheel of the shard.
class shard_loop final : public event_loop {
public:
  using executor_type = boost::asio::io_context::executor_type;

  shard_loop();
  ~shard_loop() override;

  /// Runs turns until `stop`; the calling thread becomes the loop's thread.
  void run();
  /// Ends `run` after the present turn. Any thread.
  void stop();

  boost::asio::io_context& context() { return context_; }

  /// The longest time between the end of one turn and the end of the next
  /// that this loop has worked, since the last call. Any thread.
  std::chrono::nanoseconds take_longest_turn();

  void post(std::function<void()> fn) override;
  bool is_current() const override;
  clock::time_point now() const override;
  timer after(clock::duration delay, std::function<void()> fn) override;
  void at_turn_end(std::shared_ptr<turn_end_task> task) override;

private:
  boost::asio::io_context context_{1};
  class turns;
  std::unique_ptr<turns> turns_;
};

} // namespace wsgw::transport
