#include "tests/support/redis_links.hpp"
#include "tests/support/redis_server.hpp"
#include "tests/support/tcp_server.hpp"

#include <doctest/doctest.h>

namespace wsgw::transport {

namespace {

using namespace tests;

/// A fake Redis that greets properly and then sends `bytes`.
class rude_redis {
public:
  explicit rude_redis(std::string bytes, std::string waits_for = "PSUBSCRIBE")
      : server_([bytes = std::move(bytes),
                 mark = std::move(waits_for)](tcp_server::peer& client) {
          if (!client.read_until("PING"))
            return;
          client.write("+PONG\r\n");
          if (!mark.empty() && !client.read_until(mark))
            return;
          client.write(bytes);
          client.read_until("the end");
        }) {}

  std::string url() const {
    return "redis://127.0.0.1:" + std::to_string(server_.port());
  }

private:
  tcp_server server_;
};

const std::string confirmed = "*3\r\n$10\r\npsubscribe\r\n$4\r\nws:*\r\n:1\r\n";
const std::string message =
  "*4\r\n$8\r\npmessage\r\n$4\r\nws:*\r\n$4\r\nws:a\r\n$2\r\nhi\r\n";

} // namespace

TEST_SUITE("transport/redis_faults") {

  TEST_CASE("a server that is absent at the start is found when it comes") {
    redis_server server;
    server.stop();
    running_loop loop;
    recording_subscriber s{loop, server.url()};
    CHECK(s.states.reason_with("refused").find("refused") != std::string::npos);
    server.start();
    REQUIRE(s.states.becomes(redis_state::ready));
    server.cli("PUBLISH", "ws:a", "x");
    CHECK(s.receives(1));
  }

  TEST_CASE("a restart is survived and messages arrive again") {
    redis_server server;
    running_loop loop;
    recording_subscriber s{loop, server.url()};
    for (std::size_t round = 1; round <= 3; ++round) {
      REQUIRE(s.states.becomes(redis_state::ready));
      server.cli("PUBLISH", "ws:a", "x");
      CHECK(s.receives(round));
      server.stop();
      REQUIRE(
        eventually([&] { return s.states.times(redis_state::down) >= round; }));
      server.start();
    }
  }

  TEST_CASE("CLIENT KILL TYPE pubsub is survived") {
    redis_server server;
    running_loop loop;
    recording_subscriber s{loop, server.url()};
    REQUIRE(s.states.becomes(redis_state::ready));
    CHECK(server.cli("CLIENT", "KILL", "TYPE", "pubsub") == "1");
    REQUIRE(
      eventually([&] { return s.states.times(redis_state::ready) == 2; }));
    CHECK(s.states.times(redis_state::down) == 1);
    server.cli("PUBLISH", "ws:a", "x");
    CHECK(s.receives(1));
  }

  TEST_CASE("a frozen server is noticed within two intervals and heals") {
    redis_server server;
    running_loop loop;
    recording_subscriber s{loop, server.url()};
    blocking_client client{loop, server.url()};
    REQUIRE(s.states.becomes(redis_state::ready));
    REQUIRE(client.states.becomes(redis_state::ready));
    const auto frozen = std::chrono::steady_clock::now();
    server.pause();
    REQUIRE(eventually([&] {
      return s.states.times(redis_state::down) == 1
             && client.states.times(redis_state::down) == 1;
    }));
    const auto noticed = std::chrono::steady_clock::now() - frozen;
    CHECK(noticed < 3 * quick_timing().ping_interval);
    CHECK(s.states.reason_with("PING").find("no answer to PING within 400 ms")
          != std::string::npos);
    server.resume();
    CHECK(s.states.becomes(redis_state::ready));
    CHECK(client.states.becomes(redis_state::ready));
  }

  TEST_CASE("an idle link stays up over many intervals") {
    redis_server server;
    running_loop loop;
    auto timing = quick_timing();
    timing.ping_interval = std::chrono::milliseconds{100};
    recording_subscriber s{loop, server.url(), timing};
    blocking_client client{loop, server.url(), timing};
    REQUIRE(s.states.becomes(redis_state::ready));
    REQUIRE(client.states.becomes(redis_state::ready));
    CHECK(eventually([&] {
      const auto stats = server.cli("INFO", "commandstats");
      const auto at = stats.find("cmdstat_ping:calls=");
      return at != std::string::npos && std::stoi(stats.substr(at + 19)) > 15;
    }));
    CHECK(s.states.times(redis_state::down) == 0);
    CHECK(client.states.times(redis_state::down) == 0);
  }

  TEST_CASE("a server that accepts and is silent is given up after a while") {
    tcp_server silent{[](tcp_server::peer& p) { p.read_until("never"); }};
    running_loop loop;
    auto timing = quick_timing();
    timing.connect_timeout = std::chrono::milliseconds{150};
    recording_subscriber s{
      loop, "redis://127.0.0.1:" + std::to_string(silent.port()), timing};
    CHECK(s.states.reason_with("not ready").find("not ready within 150 ms")
          != std::string::npos);
    CHECK(eventually([&] { return silent.accepted() >= 3; }));
  }

  TEST_CASE("a name that does not exist is a reason") {
    running_loop loop;
    recording_subscriber s{loop, "redis://no-such-host.invalid"};
    CHECK(s.states.reason_with("not").find("not") != std::string::npos);
    CHECK(s.states.times(redis_state::ready) == 0);
  }

  TEST_CASE("pushes of a shape nobody expects are counted and passed over") {
    rude_redis server{
      confirmed
      + "*4\r\n$8\r\npmessage\r\n$4\r\nws:*\r\n:7\r\n$1\r\nx\r\n"
        "*3\r\n$8\r\npmessage\r\n$4\r\nws:*\r\n$1\r\nx\r\n"
        "*4\r\n$8\r\npmessage\r\n$4\r\nws:*\r\n$1\r\nx\r\n$-1\r\n"
        ":12\r\n+what\r\n$-1\r\n"
      + message};
    running_loop loop;
    recording_subscriber s{loop, server.url()};
    REQUIRE(s.receives(1));
    CHECK(s.messages().front().payload == "hi");
    CHECK(s.ignored() >= 3);
  }

  TEST_CASE("replies that would abort hiredis drop the link instead") {
    for (const auto* bytes :
         {"*0\r\n", "*1\r\n$1\r\nx\r\n", "*2\r\n:1\r\n:2\r\n",
          "*2\r\n$8\r\npmessage\r\n*0\r\n",
          "*2\r\n$12\r\npunsubscribe\r\n$4\r\nws:*\r\n",
          "*3\r\n$12\r\npunsubscribe\r\n$4\r\nws:*\r\n$1\r\nx\r\n",
          "*3\r\n$-1\r\n$4\r\nws:*\r\n:1\r\n", "*2000000000\r\n", "*-1\r\n",
          "nonsense\r\n", "-ERR go away\r\n"}) {
      CAPTURE(bytes);
      rude_redis server{confirmed + bytes};
      running_loop loop;
      recording_subscriber s{loop, server.url()};
      CHECK(eventually([&] { return s.states.times(redis_state::down) > 0; }));
    }
  }

  TEST_CASE("an unasked reply on a command link drops it") {
    for (const auto* bytes :
         {"+what\r\n:1\r\n$1\r\nx\r\n", "*1\r\n:1\r\n*0\r\n:2\r\n+a\r\n"}) {
      CAPTURE(bytes);
      rude_redis server{bytes, ""};
      running_loop loop;
      blocking_client client{loop, server.url()};
      CHECK(client.states.reason_with("unexpected").find("unexpected reply")
            != std::string::npos);
    }
  }

  TEST_CASE("nothing is heard after stop, whatever the server does") {
    redis_server server;
    running_loop loop;
    recording_subscriber s{loop, server.url()};
    REQUIRE(s.states.becomes(redis_state::ready));
    s.stop();
    CHECK(server.cli("PUBLISH", "ws:a", "x") == "0");
    server.stop();
    CHECK_FALSE(
      eventually([&] { return s.states.times(redis_state::down) > 0; },
                 std::chrono::milliseconds{200}));
    CHECK(s.messages().empty());
  }

} // TEST_SUITE

} // namespace wsgw::transport
