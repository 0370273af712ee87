#include "tests/support/running_hub.hpp"
#include "tests/support/temporary_file.hpp"

#include <doctest/doctest.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <poll.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

namespace wsgw::tests {

namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

/// The service manager's end of NOTIFY_SOCKET.
class notify_socket {
public:
  notify_socket() {
    char folder[] = "/tmp/wsgw-notify-XXXXXX";
    folder_ = ::mkdtemp(folder);
    descriptor_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path().copy(address.sun_path, sizeof address.sun_path - 1);
    REQUIRE(
      ::bind(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address)
      == 0);
  }
  notify_socket(const notify_socket&) = delete;
  notify_socket& operator=(const notify_socket&) = delete;
  ~notify_socket() {
    ::close(descriptor_);
    std::filesystem::remove_all(folder_);
  }

  std::string path() const { return folder_ + "/notify"; }

  /// The next message; empty when none comes in time.
  std::string next(std::chrono::milliseconds deadline = patience) {
    pollfd ready{descriptor_, POLLIN, 0};
    if (::poll(&ready, 1, static_cast<int>(deadline.count())) <= 0)
      return {};
    std::array<char, 2048> text{};
    const auto size = ::recv(descriptor_, text.data(), text.size(), 0);
    return {text.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))};
  }

  /// The next message with this text in it; those before it are dropped.
  std::string next_with(std::string_view text,
                        std::chrono::milliseconds deadline = patience) {
    for (const auto end = clock::now() + deadline; clock::now() < end;)
      if (auto got = next(50ms); got.find(text) != std::string::npos)
        return got;
    return {};
  }

  /// How many messages with this text come within `time`.
  int count(std::string_view text, std::chrono::milliseconds time) {
    int found = 0;
    for (const auto end = clock::now() + time; clock::now() < end;)
      if (next(20ms).find(text) != std::string::npos)
        ++found;
    return found;
  }

private:
  std::string folder_;
  int descriptor_ = -1;
};

environment_map notified(const notify_socket& manager) {
  return {{"NOTIFY_SOCKET", manager.path()}};
}

/// Stops all threads of a child but its first one, as a deadlock would.
class frozen_threads {
public:
  explicit frozen_threads(pid_t of) {
    const auto tasks = "/proc/" + std::to_string(of) + "/task";
    for (const auto& entry : std::filesystem::directory_iterator{tasks}) {
      const auto id = static_cast<pid_t>(std::stol(entry.path().filename()));
      if (id != of && ::ptrace(PTRACE_SEIZE, id, 0, 0) == 0)
        frozen_.push_back(id);
    }
    for (const auto id : frozen_) {
      ::ptrace(PTRACE_INTERRUPT, id, 0, 0);
      ::waitpid(id, nullptr, __WALL);
    }
  }
  frozen_threads(const frozen_threads&) = delete;
  frozen_threads& operator=(const frozen_threads&) = delete;
  ~frozen_threads() {
    for (const auto id : frozen_)
      ::ptrace(PTRACE_DETACH, id, 0, 0);
  }

  /// False where the system does not let a test do this.
  bool any() const { return !frozen_.empty(); }

private:
  std::vector<pid_t> frozen_;
};

} // namespace

TEST_SUITE("integration/service") {
  TEST_CASE("the service manager hears of start, reload and end") {
    notify_socket manager;
    gateway_process gateway{notified(manager)};
    const auto ready = manager.next();
    CHECK(ready.starts_with("READY=1\nSTATUS=Serving 0 connections on "));
    CHECK(ready.find(':' + std::to_string(gateway.port()))
          != std::string::npos);
    CHECK(ready.ends_with("; events of this process only"));
    gateway.signal(SIGHUP);
    const auto reloading = manager.next();
    CHECK(reloading.starts_with("RELOADING=1\nMONOTONIC_USEC="));
    CHECK(manager.next().starts_with("READY=1\n"));
    gateway.signal(SIGTERM);
    CHECK(manager.next().starts_with("STOPPING=1\nEXTEND_TIMEOUT_USEC="));
    CHECK(gateway.wait_exit() == 0);
  }

  TEST_CASE("it is ready with Redis, or says that Redis is away") {
    notify_socket manager;
    {
      running_hub hub{notified(manager)};
      CHECK(manager.next().ends_with("; Redis is connected"));
    }
    auto settings = notified(manager);
    settings["REDIS_URL"] = "redis://127.0.0.1:" + std::to_string(free_port());
    gateway_process gateway{settings, {}, awaited::live};
    const auto ready = manager.next_with("READY=1");
    CHECK(ready.find("; Redis is away: ") != std::string::npos);
  }

  TEST_CASE("a long drain asks for more time again and again") {
    notify_socket manager;
    auto settings = notified(manager);
    settings["WS_SHUTDOWN_TIMEOUT"] = "5s";
    gateway_process gateway{settings};
    const auto silent = connect(gateway, admin_target(10));
    gateway.signal(SIGTERM);
    for (int i = 0; i < 3; ++i)
      CHECK(manager.next_with("EXTEND_TIMEOUT_USEC=10000000")
              .find("1 connections are left")
            != std::string::npos);
    CHECK(gateway.wait_exit() == 0);
  }

  TEST_CASE("the watchdog is fed while every loop turns, and only then") {
    notify_socket manager;
    auto settings = notified(manager);
    settings["WATCHDOG_USEC"] = "800000";
    gateway_process gateway{settings};
    CHECK(manager.count("WATCHDOG=1", 2s) >= 3);
    {
      const frozen_threads stuck{gateway.pid()};
      if (!stuck.any()) {
        MESSAGE("threads cannot be stopped one by one here");
        return;
      }
      manager.count("WATCHDOG=1", 1s); // what was on its way
      CHECK(manager.count("WATCHDOG=1", 1500ms) == 0);
    }
    CHECK(!manager.next_with("WATCHDOG=1").empty());
    CHECK(gateway.wait_output("the watchdog is not fed"));
  }

  TEST_CASE("a watchdog meant for another process is not fed") {
    notify_socket manager;
    auto settings = notified(manager);
    settings["WATCHDOG_USEC"] = "200000";
    settings["WATCHDOG_PID"] = "1";
    const gateway_process gateway{settings};
    CHECK(manager.count("WATCHDOG=1", 700ms) == 0);
  }

  TEST_CASE("the log names the limits that hold") {
    const auto port = free_port();
    child_process gateway{
      {"/bin/sh", "-c", "ulimit -n 200; exec \"$0\"", gateway_binary()},
      with(default_environment(), {{"WS_PORT", std::to_string(port)},
                                   {"WS_MAX_TOTAL_CONNECTIONS", "1000"}})};
    REQUIRE(eventually([&] {
      return gateway.standard_output().find("listening") != std::string::npos;
    }));
    const auto text = gateway.standard_output();
    CHECK(text.find("open-file limit below WS_MAX_TOTAL_CONNECTIONS")
          != std::string::npos);
    CHECK(text.find("open_files=200") != std::string::npos);
    CHECK(text.find("max_connections=1000") != std::string::npos);
  }
}

} // namespace wsgw::tests
