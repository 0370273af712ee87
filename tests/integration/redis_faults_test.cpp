#include "tests/support/json_document.hpp"
#include "tests/support/running_hub.hpp"

#include <doctest/doctest.h>

namespace wsgw::tests {

namespace {

using namespace std::chrono_literals;

/// A frozen server is noticed within two ping intervals (10 s); reconnecting
/// then may wait for one whole backoff (5 s).
constexpr auto fault_patience = 30s;

bool becomes_ready(const running_hub& hub) {
  return hub.gateway.wait_status("/ready", 200, fault_patience);
}

bool becomes_unready(const running_hub& hub) {
  return hub.gateway.wait_status("/ready", 503, fault_patience);
}

/// All three subscriptions stand: three patterns of rooms, one of presence,
/// two of the node bus.
bool has_subscribed(running_hub& hub) {
  return eventually([&] { return hub.redis.cli("PUBSUB", "NUMPAT") == "6"; },
                    fault_patience);
}

/// A connection that was open all the time still hears what is published.
void check_hears(running_hub& hub, ws_client& client, int id) {
  const auto message = bare_message(id, "after the fault");
  hub.publish(10, message_new(10, message));
  CHECK(client.read_text(patience) == message);
}

std::string with_password(const redis_server& redis,
                          const std::string& password) {
  return "redis://:" + password + "@127.0.0.1:" + std::to_string(redis.port());
}

std::string health_status(const gateway_process& gateway) {
  const auto reply = gateway.get("/health");
  CHECK(reply.status == 200);
  return json_document{reply.body}.text("/status");
}

} // namespace

TEST_SUITE("integration/redis_faults") {

  TEST_CASE("a hub that starts before Redis connects when Redis comes") {
    redis_server redis;
    redis.stop();
    gateway_process gateway{{{"REDIS_URL", redis.url()}}, {}, awaited::live};
    CHECK(gateway.status_of("/ready") == 503);
    CHECK(gateway.status_of("/live") == 200);
    CHECK(health_status(gateway) == "degraded");
    CHECK(gateway.metric("redis_available") == 0);
    auto client = connect(gateway, admin_target(10));
    redis.start();
    CHECK(gateway.wait_status("/ready", 200, fault_patience));
    CHECK(health_status(gateway) == "healthy");
    CHECK(gateway.metric("redis_available") == 1);
    const auto message = bare_message(1, "at last");
    redis.cli("PUBLISH", "ws:dialog:10", message_new(10, message));
    CHECK(client.read_text(patience) == message);
  }

  TEST_CASE("a restart of Redis closes no socket and loses no subscription") {
    running_hub hub;
    dialog_clients clients{hub.gateway, 10};
    hub.redis.stop();
    CHECK(becomes_unready(hub));
    CHECK(health_status(hub.gateway) == "degraded");
    hub.redis.start();
    CHECK(becomes_ready(hub));
    const auto message = bare_message(1, "after the restart");
    hub.publish(10, message_new(10, message));
    clients.each(
      [&](ws_client& client) { CHECK(client.read_text(patience) == message); });
  }

  TEST_CASE("Redis may be restarted again and again") {
    running_hub hub;
    auto client = connect(hub.gateway, admin_target(10));
    for (int round = 1; round <= 3; ++round) {
      hub.redis.stop();
      CHECK(becomes_unready(hub));
      hub.redis.start();
      CHECK(becomes_ready(hub));
      check_hears(hub, client, round);
    }
  }

  TEST_CASE("a subscription that Redis kills comes back by itself") {
    running_hub hub;
    auto client = connect(hub.gateway, admin_target(10));
    REQUIRE(has_subscribed(hub)); // to be ready only the first one is needed
    for (int round = 1; round <= 5; ++round) {
      REQUIRE(hub.redis.cli("CLIENT", "KILL", "TYPE", "pubsub") == "3");
      CHECK(has_subscribed(hub));
      check_hears(hub, client, round);
    }
    CHECK(hub.gateway.metric("wsgw_redis_reconnects_total") >= 5);
  }

  TEST_CASE("a frozen Redis is noticed and waited for") {
    running_hub hub;
    auto client = connect(hub.gateway, admin_target(10));
    hub.redis.pause();
    CHECK(becomes_unready(hub));
    CHECK(hub.gateway.metric("redis_available") == 0);
    client.send_text("__ping__");
    CHECK(client.read_text() == "__pong__");
    auto newcomer = connect(hub.gateway, site_target(10));
    hub.redis.resume();
    CHECK(becomes_ready(hub));
    CHECK(hub.gateway.metric("redis_available") == 1);
    check_hears(hub, client, 1);
    CHECK(newcomer.read_text().has_value());
  }

  TEST_CASE("a wrong password is said and waited out") {
    redis_server redis{{"right", {}}};
    gateway_process gateway{
      {{"REDIS_URL", with_password(redis, "wrong-password")}},
      {},
      awaited::live};
    CHECK(gateway.wait_output("WRONGPASS"));
    CHECK(gateway.status_of("/ready") == 503);
    auto client = connect(gateway, admin_target(10));
    redis.cli("CONFIG", "SET", "requirepass", "wrong-password");
    CHECK(gateway.wait_status("/ready", 200, fault_patience));
    const auto message = bare_message(1, "let in");
    redis.cli("PUBLISH", "ws:dialog:10", message_new(10, message));
    CHECK(client.read_text(patience) == message);
    CHECK(gateway.output().find("wrong-password") == std::string::npos);
  }

  TEST_CASE("a password that is asked for and not given is said") {
    redis_server redis{{"right", {}}};
    gateway_process gateway{
      {{"REDIS_URL", "redis://127.0.0.1:" + std::to_string(redis.port())}},
      {},
      awaited::live};
    CHECK(gateway.wait_output("NOAUTH"));
    CHECK(gateway.status_of("/ready") == 503);
  }

  TEST_CASE("a database number that Redis has not is said") {
    redis_server redis;
    gateway_process gateway{
      {{"REDIS_URL", redis.url() + "/99"}}, {}, awaited::live};
    CHECK(gateway.wait_output("DB index is out of range"));
    CHECK(gateway.status_of("/ready") == 503);
  }

  TEST_CASE("password, user, database and unix socket of the URL are used") {
    redis_server redis{
      {"se@c:ret", {"user hub on >p%w ~* &* +@all", "databases 16"}}};
    const auto port = std::to_string(redis.port());
    for (const auto& url : {
           with_password(redis, "se%40c%3Aret") + "/3",
           "redis://hub:p%25w@localhost:" + port + "/0",
           "unix://:se%40c%3Aret@" + redis.unix_path() + "?db=1",
           "unix://hub:p%25w@" + redis.unix_path(),
         }) {
      CAPTURE(url);
      gateway_process gateway{{{"REDIS_URL", url}}};
      auto client = connect(gateway, admin_target(10));
      const auto message = bare_message(1, "hello");
      redis.cli("PUBLISH", "ws:dialog:10", message_new(10, message));
      CHECK(client.read_text(patience) == message);
      CHECK(gateway.output().find("p%w") == std::string::npos);
      CHECK(gateway.output().find("se@c:ret") == std::string::npos);
    }
  }

  TEST_CASE("a Redis that cuts slow subscribers does not end the story") {
    running_hub hub;
    auto client = connect(hub.gateway, admin_target(10));
    hub.redis.cli("CONFIG", "SET", "client-output-buffer-limit",
                  "pubsub 1 1 1");
    const std::string big(500'000, 'x');
    for (int i = 0; i < 20; ++i)
      hub.publish(10, R"({"type":"filler","x":")" + big + R"("})");
    hub.redis.cli("CONFIG", "SET", "client-output-buffer-limit",
                  "pubsub 32mb 8mb 60");
    CHECK(has_subscribed(hub));
    const auto last = bare_message(1, "still here");
    hub.publish(10, message_new(10, last));
    CHECK(hears(client, last));
  }
}

} // namespace wsgw::tests
