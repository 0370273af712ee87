#include "actors/serve.hpp"

#include "actors/drain.hpp"
#include "actors/gateway.hpp"
#include "actors/log.hpp"

#include <csignal>
#include <cstdlib>
#include <functional>
#include <memory>
#include <thread>

namespace wsgw::actors {

namespace {

using clock = std::chrono::steady_clock;

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGHUP); // the terminal is gone
  sigaddset(&set, drain_signal);
  return set;
}

/// The answer to a drain over HTTP goes out before the listener stops.
constexpr std::chrono::milliseconds time_to_answer{250};

/// The signals that have come since the program was asked to end.
class stop_request {
public:
  /// Waits for the first one.
  explicit stop_request() : signals_(stop_signals()) {
    sigwait(&signals_, &first_);
    log::info("main", "stopping", {{"signal", first_}});
  }

  bool is_over_http() const { return first_ == drain_signal; }

  /// Looks for another signal for a moment. The second one ends the process,
  /// but an orchestrator that drains over HTTP sends SIGTERM as a matter of
  /// course.
  void watch() {
    const timespec pause{0, 10'000'000};
    const auto signal = sigtimedwait(&signals_, nullptr, &pause);
    if (signal <= 0 || signal == drain_signal)
      return;
    if (!is_over_http() || was_told_again_)
      std::_Exit(EXIT_FAILURE);
    was_told_again_ = true;
  }

private:
  sigset_t signals_;
  int first_ = 0;
  bool was_told_again_ = false;
};

/// Waits while `busy` and there is time left.
void wait_while(const std::function<bool()>& busy,
                std::chrono::milliseconds most, stop_request& stop) {
  const auto deadline = clock::now() + most;
  while (busy() && clock::now() < deadline)
    stop.watch();
}

/// Sends all clients away.
void drain(gateway& program, const settings& config, stop_request& stop) {
  program.drain();
  const auto answered =
    clock::now() + (stop.is_over_http() ? time_to_answer : clock::duration{});
  wait_while([&] { return program.has_sockets() || clock::now() < answered; },
             time_for_sockets(config), stop);
}

/// Ends all actors; false when some would not end in time.
bool end_actors(gateway& program, const settings& config,
                const std::function<void()>& pause) {
  program.end_actors();
  const auto deadline = clock::now() + time_for_actors(config);
  while (program.has_actors() && clock::now() < deadline)
    pause();
  if (!program.has_actors())
    return true;
  log::warning("main", "actors still running");
  return false;
}

} // namespace

void block_signals() {
  const auto set = stop_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

serve_result serve(const settings& config) {
  auto program = std::make_unique<gateway>(config);
  program->run_loops();
  serve_result result;
  if (program->open()) {
    stop_request stop;
    drain(*program, config, stop);
    program->stop_listening();
    if (program->has_failed())
      result.exit_code = EXIT_FAILURE;
    result.must_leave =
      !end_actors(*program, config, [&stop] { stop.watch(); });
  } else {
    result.exit_code = EXIT_FAILURE;
    result.must_leave = !end_actors(*program, config, [] {
      std::this_thread::sleep_for(std::chrono::milliseconds{10});
    });
  }
  if (result.must_leave)
    static_cast<void>(program.release()); // its destructor would wait for ever
  log::info("main", "stopped");
  return result;
}

} // namespace wsgw::actors
