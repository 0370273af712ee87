#include "tests/support/auth_backend.hpp"
#include "tests/support/running_hub.hpp"
#include "tests/support/verdict.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <stop_token>
#include <thread>

namespace wsgw::tests {

namespace {

using namespace std::chrono_literals;

/// Clients that come and go until they are told to stop.
class churn {
public:
  explicit churn(const gateway_process& gateway)
      : thread_([port = gateway.port()](const std::stop_token& stop) {
          for (std::uint64_t i = 0; !stop.stop_requested(); ++i) {
            auto client = ws_client::connect(port, admin_target(1 + i % 9));
            client.send_text("__ping__");
            if (i % 2 == 0)
              client.socket().abort();
          }
        }) {}

private:
  std::jthread thread_;
};

/// Events without a pause, on a connection of its own.
class flood {
public:
  explicit flood(redis_server& redis)
      : thread_([&redis](const std::stop_token& stop) {
          while (!stop.stop_requested())
            for (int dialog = 1; dialog <= 9; ++dialog)
              redis.cli("PUBLISH", "ws:dialog:" + std::to_string(dialog),
                        R"({"type":"handoff_started"})");
        }) {}

private:
  std::jthread thread_;
};

} // namespace

TEST_SUITE("integration/shutdown") {
  TEST_CASE("the hub ends cleanly amid joins, leaves and events") {
    for (int round = 0; round < 5; ++round) {
      running_hub hub{{{"WS_SHUTDOWN_TIMEOUT", "2s"}}};
      const flood events{hub.redis};
      const churn clients{hub.gateway};
      const churn more{hub.gateway};
      REQUIRE(eventually([&] {
        return hub.gateway.metric("wsgw_connections_opened_total") > 50;
      }));
      hub.gateway.signal(SIGTERM);
      CHECK(hub.gateway.wait_exit() == 0);
    }
  }

  TEST_CASE("the hub ends while the backend still thinks") {
    auth_backend backend;
    gateway_process gateway{{{"WS_AUTH_URL", backend.url()}}};
    backend.hold();
    raw_socket waiting{gateway.port(), {}};
    waiting.send(ws_client::handshake_text(admin_target(10)));
    REQUIRE(eventually([&] { return backend.question_count() == 1; }));
    gateway.signal(SIGTERM);
    CHECK(gateway.wait_exit() == 0);
    waiting.receive_all(patience);
    CHECK(waiting.at_end());
  }

  TEST_CASE("the hub ends while Redis is frozen or gone") {
    running_hub frozen;
    frozen.redis.pause();
    frozen.gateway.signal(SIGTERM);
    CHECK(frozen.gateway.wait_exit() == 0);
    frozen.redis.resume();
    running_hub gone;
    gone.redis.stop();
    gone.gateway.signal(SIGTERM);
    CHECK(gone.gateway.wait_exit() == 0);
  }

  TEST_CASE("a half-sent request does not hold the end up") {
    gateway_process gateway;
    raw_socket half{gateway.port(), {}};
    half.send("GET /live HTTP/1.1\r\nHost: ");
    raw_socket idle{gateway.port(), {}};
    CHECK(gateway.get("/live").status == 200);
    gateway.signal(SIGTERM);
    CHECK(gateway.wait_exit(5s) == 0);
  }

  TEST_CASE("while it stops the hub takes nobody in") {
    gateway_process gateway{{{"WS_SHUTDOWN_TIMEOUT", "3s"}}};
    auto silent = connect(gateway, admin_target(10));
    gateway.signal(SIGTERM);
    REQUIRE(silent.read_close(patience).has_value());
    const auto verdict = verdict_of(gateway, admin_target(10));
    CHECK((verdict == "HTTP 503 draining" || verdict == "HTTP 0"));
    CHECK(gateway.wait_exit() == 0);
  }
}

} // namespace wsgw::tests
