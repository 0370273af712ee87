#include "actors/serve.hpp"

#include "actors/gateway.hpp"
#include "actors/log.hpp"

#include <csignal>
#include <cstdlib>
#include <functional>
#include <memory>

namespace wsgw::actors {

namespace {

using clock = std::chrono::steady_clock;

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGHUP); // the terminal is gone
  return set;
}

/// Calls `step` every now and then while `waits` and there is time left; a
/// second signal ends the process.
void wait_while(const std::function<bool()>& waits,
                std::chrono::milliseconds most,
                const std::function<void()>& step) {
  const auto signals = stop_signals();
  const auto deadline = clock::now() + most;
  const timespec pause{0, 10'000'000};
  while (waits() && clock::now() < deadline) {
    step();
    if (sigtimedwait(&signals, nullptr, &pause) > 0)
      std::_Exit(EXIT_FAILURE);
  }
}

/// Ends all actors; false when some would not end in time.
bool end_actors(gateway& program) {
  program.end_actors();
  wait_while([&program] { return program.has_actors(); },
             program.time_for_actors(), [] {});
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
  const auto signals = stop_signals();
  auto program = std::make_unique<gateway>(config);
  program->run_loops();
  serve_result result;
  if (program->open()) {
    int signal = 0;
    sigwait(&signals, &signal);
    log::info("main", "stopping", {{"signal", signal}});
    program->close_sockets();
    wait_while([&program] { return program->has_sockets(); },
               program->time_for_sockets(),
               [&program] { program->close_sockets(); });
    if (program->has_failed())
      result.exit_code = EXIT_FAILURE;
  } else {
    result.exit_code = EXIT_FAILURE;
  }
  result.must_leave = !end_actors(*program);
  if (result.must_leave)
    static_cast<void>(program.release()); // its destructor would wait for ever
  log::info("main", "stopped");
  return result;
}

} // namespace wsgw::actors
