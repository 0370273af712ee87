#pragma once

#include "transport/shard_loop.hpp"

#include <functional>
#include <future>
#include <thread>
#include <type_traits>

namespace wsgw::tests {

/// A shard loop on a thread of its own, ended with the fixture.
class running_loop {
public:
  running_loop() : thread_([this] { loop_.run(); }) {}
  ~running_loop() {
    loop_.stop();
    thread_.join();
  }

  transport::shard_loop& operator*() { return loop_; }

  /// Runs `fn` on the loop's thread and waits for its result.
  template <class Fn>
  auto call(Fn fn) {
    std::packaged_task<std::invoke_result_t<Fn>()> task{std::move(fn)};
    auto result = task.get_future();
    loop_.post([&task] { task(); });
    return result.get();
  }

private:
  transport::shard_loop loop_;
  std::thread thread_;
};

} // namespace wsgw::tests
