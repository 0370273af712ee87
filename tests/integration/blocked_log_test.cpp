#include "tests/support/child_process.hpp"
#include "tests/support/credentials.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/gateway_process.hpp"
#include "tests/support/redis_server.hpp"
#include "tests/support/ws_client.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

namespace wsgw::tests {

namespace {

/// A named pipe of 4 KiB that is open and never read.
class unread_pipe {
public:
  unread_pipe() {
    char folder[] = "/tmp/wsgw-pipe-XXXXXX";
    folder_ = ::mkdtemp(folder);
    path_ = folder_ + "/log";
    REQUIRE(::mkfifo(path_.c_str(), 0600) == 0);
    reader_ = ::open(path_.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
    REQUIRE(::fcntl(reader_, F_SETPIPE_SZ, 4096) > 0);
  }
  unread_pipe(const unread_pipe&) = delete;
  unread_pipe& operator=(const unread_pipe&) = delete;
  ~unread_pipe() {
    ::close(reader_);
    std::filesystem::remove_all(folder_);
  }

  const std::string& path() const { return path_; }

  /// True when not one more byte fits.
  bool is_full() const { return ::write(reader_, " ", 1) < 0; }

private:
  std::string folder_;
  std::string path_;
  int reader_ = -1;
};

bool is_live(std::uint16_t port) {
  auto client = ws_client::connect(port, "/live");
  return client.status() == 400 || client.status() == 404;
}

} // namespace

TEST_SUITE("integration/blocked_log") {

  TEST_CASE("a log that nobody reads holds up neither clients nor the end") {
    unread_pipe log;
    const auto port = free_port();
    child_process gateway{
      {"/bin/sh", "-c", "exec \"$0\" >\"$1\"", gateway_binary(), log.path()},
      with(default_environment(),
           {{"WS_PORT", std::to_string(port)}, {"WS_HOST", "127.0.0.1"}})};
    REQUIRE(eventually([&] { return is_live(port); }));
    REQUIRE(eventually([&] {
      ws_client::connect(port, admin_target(1));
      return log.is_full();
    }));
    auto late = ws_client::connect(port, admin_target(2));
    CHECK(late.status() == 101);
    gateway.signal(SIGTERM);
    CHECK(gateway.wait_exit(patience) == 0);
  }
}

} // namespace wsgw::tests
