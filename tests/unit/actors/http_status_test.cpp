#include "tests/support/http_fixture.hpp"

#include <doctest/doctest.h>

using namespace wsgw;
using namespace wsgw::actors;
using namespace std::chrono_literals;
using wsgw::tests::contains;
using wsgw::tests::http_fixture;
using kind = source_status::kind;
using state = source_status::state;

TEST_SUITE("actors/http_status") {
  TEST_CASE_FIXTURE(http_fixture, "health counts pools as the contract does") {
    hub.add_dialog(0, "10", {2, 1, 0});
    hub.add_dialog(1, "11", {0, 0, 3});
    const auto body = get("/health").body;
    CHECK(contains(body, R"("status":"healthy","service":"ws-gateway")"));
    CHECK(contains(body, R"("database":"not_used")"));
    CHECK(contains(body, R"("admin_pools":1,"site_pools":2,)"
                         R"("total_connections":6)"));
    CHECK(contains(body, R"("timestamp":1757163900.0)"));
    CHECK(get("/ws-health").body == body);
  }

  TEST_CASE_FIXTURE(http_fixture, "without Redis the hub is alive, not ready") {
    hub.set_source(kind::redis, state::down, "connection refused");
    const auto health = get("/health");
    CHECK(health.status == 200);
    CHECK(contains(health.body, R"("status":"degraded")"));
    CHECK(contains(health.body, R"("status":"unhealthy","state":"down",)"
                                R"("error":"connection refused")"));
    const auto ready = get("/ready");
    CHECK(ready.status == 503);
    CHECK(contains(ready.body, "connection refused"));
    CHECK(get("/live").status == 200);
  }

  TEST_CASE_FIXTURE(http_fixture, "a draining hub is not ready") {
    CHECK(get("/ready").status == 200);
    hub.shared.draining = true;
    const auto answer = get("/ready");
    CHECK(answer.status == 503);
    CHECK(contains(answer.body, R"("not_draining":{"ok":false})"));
  }

  TEST_CASE_FIXTURE(http_fixture, "live fails when a loop has not answered") {
    const auto live = [this] {
      transport::http_response answer;
      api.on_request(request("GET", "/live"), [&](transport::http_response r) {
        answer = std::move(r);
      });
      return answer; // the loops do not run: the first probe stays out
    };
    CHECK(live().status == 200);
    steady += 9s;
    CHECK(live().status == 200);
    steady += 1s;
    const auto stuck = live();
    CHECK(stuck.status == 503);
    CHECK(contains(stuck.body, R"("status":"stuck")"));
    hub.run();
    CHECK(live().status == 200);
  }

  TEST_CASE_FIXTURE(http_fixture, "a shard that is stuck only delays health") {
    std::optional<transport::http_response> answer;
    api.on_request(request("GET", "/health"),
                   [&](transport::http_response r) { answer = std::move(r); });
    hub.loops[0].advance(1999ms);
    CHECK(!answer);
    hub.loops[0].advance(2ms);
    REQUIRE(answer);
    CHECK(answer->status == 200);
  }

  TEST_CASE_FIXTURE(http_fixture, "shards are asked once a second at most") {
    get("/health");
    hub.add_dialog(0, "10", {1, 0, 0});
    CHECK(contains(get("/health").body, R"("admin_pools":0)"));
    steady += 1s;
    CHECK(contains(get("/health").body, R"("admin_pools":1)"));
  }

  TEST_CASE_FIXTURE(http_fixture, "askers that come together share one count") {
    int answers = 0;
    for (int i = 0; i < 3; ++i)
      api.on_request(request("GET", "/api/websocket/stats"),
                     [&](const transport::http_response&) { ++answers; });
    CHECK(hub.loops[0].pending() == 1);
    hub.run();
    CHECK(answers == 3);
  }

  TEST_CASE_FIXTURE(http_fixture, "stats have the contract's shape") {
    hub.add_dialog(0, "10", {1, 0, 1});
    const auto body = get("/api/websocket/stats").body;
    CHECK(contains(body, R"({"total_connections":2,"connection_details":)"
                         R"({"admin_dialogs":1,"admin_connections":1,)"
                         R"("site_dialogs":1,"site_connections":1})"));
    CHECK(contains(body, R"("rate_limit_window":60,"rate_limit_per_ip":100)"));
  }

  TEST_CASE_FIXTURE(http_fixture, "websocket health warns at 90 percent") {
    const auto status = [this](std::size_t more) {
      hub.shards[1].counters().connections[0].add(more);
      steady += 2s;
      return get("/api/websocket/health").body;
    };
    CHECK(contains(status(899), R"("status":"healthy","connections":899)"));
    CHECK(contains(status(1), R"("status":"degraded")"));
    CHECK(contains(status(100), R"("status":"unhealthy")"));
  }

  TEST_CASE_FIXTURE(http_fixture, "the bridge's health follows the source") {
    CHECK(contains(get("/api/ws/bridge/health").body,
                   R"("status":"disabled","subscriber":"stopped")"));
    hub.set_source(kind::redis, state::ready);
    CHECK(get("/api/ws/bridge/health").body
          == R"({"status":"healthy","subscriber":"running","redis":"ok",)"
             R"("channels":["ws:dialog:*","ws:user:*","ws:duel:*"],)"
             R"("enabled":true,)"
             R"("timestamp":"2025-09-06T13:05:00.000000",)"
             R"("service":"ws-bridge"})");
    hub.set_source(kind::redis, state::down);
    CHECK(contains(get("/api/ws/bridge/health").body,
                   R"("status":"unhealthy","subscriber":"stopped",)"
                   R"("redis":"error")"));
  }
}
