#include "actors/serve.hpp"

#include "actors/drain.hpp"
#include "actors/gateway.hpp"
#include "actors/log.hpp"
#include "actors/upkeep.hpp"

#include <csignal>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <thread>

namespace wsgw::actors {

namespace {

using clock = std::chrono::steady_clock;

/// All that the main thread waits for.
sigset_t awaited_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGHUP);
  sigaddset(&set, drain_signal);
  return set;
}

/// The answer to a drain over HTTP goes out before the listener stops.
constexpr std::chrono::milliseconds time_to_answer{250};

/// How much time the service manager is asked for, once a second.
constexpr std::chrono::seconds time_to_stop{10};
constexpr std::chrono::seconds news_interval{1};

/// The signals that have come since the program was asked to end.
class stop_request {
public:
  explicit stop_request(int first)
      : signals_(awaited_signals()), first_(first) {
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
    if (signal == SIGHUP) {
      log::warning("main", "no reload while stopping");
      return;
    }
    if (!is_over_http() || was_told_again_)
      std::_Exit(EXIT_FAILURE);
    was_told_again_ = true;
  }

private:
  sigset_t signals_;
  int first_;
  bool was_told_again_ = false;
};

/// Waits while `busy` and there is time left.
void wait_while(const std::function<bool()>& busy,
                std::chrono::milliseconds most, stop_request& stop) {
  const auto deadline = clock::now() + most;
  while (busy() && clock::now() < deadline)
    stop.watch();
}

/// Asks the service manager for time while the program stops.
class farewell {
public:
  farewell(const supervisor& service, const hub& shared)
      : service_(service), shared_(shared) {}

  /// Says how it goes, if it is time to.
  void tell() {
    const auto now = clock::now();
    if (now < next_)
      return;
    next_ = now + news_interval;
    const auto left =
      shared_.connections.load() + shared_.inbox_connections.load();
    service_.stopping("Stopping; " + std::to_string(left)
                        + " connections are left",
                      time_to_stop);
  }

private:
  const supervisor& service_;
  const hub& shared_;
  clock::time_point next_;
};

/// Sends all clients away.
void drain(gateway& program, stop_request& stop, farewell& bye) {
  const auto most = time_for_sockets(program.shared().config());
  program.drain();
  const auto answered =
    clock::now() + (stop.is_over_http() ? time_to_answer : clock::duration{});
  wait_while(
    [&] {
      bye.tell();
      return program.has_sockets() || clock::now() < answered;
    },
    most, stop);
}

/// Ends all actors; false when some would not end in time.
bool end_actors(gateway& program, const std::function<void()>& pause) {
  program.end_actors();
  const auto deadline =
    clock::now() + time_for_actors(program.shared().config());
  while (program.has_actors() && clock::now() < deadline)
    pause();
  if (!program.has_actors())
    return true;
  log::warning("main", "actors still running");
  return false;
}

stop_request serve_until_asked(gateway& program, const startup& order,
                               const reading& read_again,
                               const supervisor& service) {
  reloader configuration{program.shared(), order, read_again};
  upkeep care{program.shared(), service, configuration, program.address()};
  return stop_request{care.run(awaited_signals())};
}

} // namespace

void block_signals() {
  const auto set = awaited_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

serve_result serve(const startup& order, const reading& read_again) {
  auto program = std::make_unique<gateway>(order.config);
  program->run_loops();
  serve_result result;
  if (program->open()) {
    const supervisor service;
    auto stop = serve_until_asked(*program, order, read_again, service);
    farewell bye{service, program->shared()};
    drain(*program, stop, bye);
    program->stop_listening();
    if (program->has_failed())
      result.exit_code = EXIT_FAILURE;
    result.must_leave = !end_actors(*program, [&] {
      bye.tell();
      stop.watch();
    });
  } else {
    result.exit_code = EXIT_FAILURE;
    result.must_leave = !end_actors(*program, [] {
      std::this_thread::sleep_for(std::chrono::milliseconds{10});
    });
  }
  if (result.must_leave)
    static_cast<void>(program.release()); // its destructor would wait for ever
  log::info("main", "stopped");
  return result;
}

} // namespace wsgw::actors
