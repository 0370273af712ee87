#include "tests/support/raw_socket.hpp"
#include "tests/support/ws_client.hpp"
#include "tests/unit/transport/served_loops.hpp"
#include "transport/listener.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <netinet/in.h>
#include <set>
#include <string>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

using namespace wsgw::tests;
using wsgw::transport::event_loop;
using wsgw::transport::listener;
using wsgw::transport::shard_loop;

namespace {

/// Lowers the limit of open files to what is in use.
class no_descriptors {
public:
  no_descriptors() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const auto next = ::dup(0);
    ::close(next);
    auto now = before_;
    now.rlim_cur = static_cast<rlim_t>(next);
    ::setrlimit(RLIMIT_NOFILE, &now);
  }
  ~no_descriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }

private:
  rlimit before_{};
};

constexpr auto request = "GET /r HTTP/1.1\r\nHost: h\r\n\r\n";

} // namespace

TEST_SUITE("transport/listener") {
  TEST_CASE("all loops share one port") {
    served_loops server{3};
    std::vector<ws_client> clients;
    for (int i = 0; i < 64; ++i) {
      clients.push_back(ws_client::connect(server.port(), "/ws/x"));
      CHECK(clients.back().is_open());
    }
    std::set<event_loop*> used;
    for (std::size_t i = 0; i < clients.size(); ++i)
      used.insert(server.record(i)->loop);
    CHECK(used.size() == 3);
  }

  TEST_CASE("a second hub on the port is refused") {
    served_loops server{2};
    shard_loop loop;
    shard_loop* const loops[] = {&loop, &loop};
    listener second{loops, server, {}};
    CHECK(second.open("127.0.0.1", server.port()) == std::errc::address_in_use);
    CHECK(second.open("0.0.0.0", server.port()) == std::errc::address_in_use);
  }

  TEST_CASE("a port is free again after the listener") {
    shard_loop loop;
    shard_loop* const loops[] = {&loop};
    served_loops server;
    std::uint16_t port = 0;
    {
      listener first{loops, server, {}};
      CHECK_FALSE(first.open("127.0.0.1", 0));
      port = first.port();
      CHECK(port != 0);
    }
    loop.post([&] { loop.stop(); });
    loop.run();
    listener second{loops, server, {}};
    CHECK_FALSE(second.open("127.0.0.1", port));
  }

  TEST_CASE("an impossible address is an error") {
    served_loops server;
    shard_loop loop;
    shard_loop* const loops[] = {&loop};
    listener other{loops, server, {}};
    CHECK(other.open("192.0.2.1", 0));
    CHECK(other.open("not a host", 0));
  }

  TEST_CASE("IPv6 hosts work and :: takes IPv4 too") {
    served_loops server;
    listener other{std::vector{&server.loop()}, server, {}};
    if (other.open("::", 0))
      return; // a machine without IPv6
    other.start();
    raw_socket socket{other.port(), {}};
    std::string peer;
    server.request = [&](auto got, auto respond) {
      peer = got.peer;
      respond({200, "text/plain", "done", {}});
    };
    socket.send(request);
    CHECK(socket.receive_until("done").find("200 OK") != std::string::npos);
    CHECK(peer == "127.0.0.1");
  }

  TEST_CASE("stop refuses new connections and closes idle ones") {
    served_loops server{2};
    raw_socket idle{server.port(), {}};
    idle.send(request);
    idle.receive_until("GET /r ");
    auto open = ws_client::connect(server.port(), "/ws/x");
    server.doors().stop();
    server.doors().stop();
    CHECK(idle.receive_all().empty());
    CHECK(idle.at_end());
    server.run([] {}, 0);
    server.run([] {}, 1);
    CHECK_FALSE(raw_socket(server.port(), {}).is_open());
    open.send_text("still here");
    CHECK(open.read_text() == "still here");
  }

  TEST_CASE("accepting pauses when descriptors are short, and recovers") {
    served_loops server;
    raw_socket waiting{server.port(), {}};
    waiting.send(request);
    waiting.receive_until("GET /r ");
    raw_socket second;
    {
      const auto before = server.doors().pauses();
      const auto free_one = ::dup(0);
      const no_descriptors none;
      ::close(free_one); // for the client's end
      second = raw_socket{server.port(), {}};
      REQUIRE(second.is_open());
      second.send(request);
      std::string nothing;
      CHECK_FALSE(second.receive(nothing, milliseconds{350}));
      const auto pauses = server.doors().pauses() - before;
      CHECK(pauses >= 2);
      CHECK(pauses <= 5);
    }
    CHECK(second.receive_until("GET /r ").find("200 OK") != std::string::npos);
  }

  TEST_CASE("sockets are not inherited by child processes") {
    served_loops server;
    auto client = ws_client::connect(server.port(), "/ws/x");
    REQUIRE(client.is_open());
    int inherited = 0;
    for (int fd = 3; fd < 200; ++fd) {
      sockaddr_storage address{};
      socklen_t size = sizeof(address);
      if (::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0
          && (::fcntl(fd, F_GETFD) & FD_CLOEXEC) == 0)
        ++inherited;
    }
    CHECK(inherited == 0);
  }
}
