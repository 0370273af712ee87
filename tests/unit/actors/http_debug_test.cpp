#include "tests/support/http_fixture.hpp"

#include <doctest/doctest.h>

using namespace wsgw;
using namespace wsgw::actors;
using namespace std::chrono_literals;
using wsgw::tests::contains;
using wsgw::tests::http_fixture;

TEST_SUITE("actors/http_debug") {
  TEST_CASE_FIXTURE(http_fixture, "the status lists both pools of all shards") {
    hub.add_dialog(0, "10", {2, 1, 1});
    hub.add_dialog(1, "9", {0, 0, 1});
    hub.add_dialog(1, "11", {0, 0, 0}); // lingers
    CHECK(get("/api/debug/websocket/status").body
          == R"({"service":"ws-gateway",)"
             R"("admin_pools":{"10":{"connection_count":2,"meta_count":2}},)"
             R"("site_pools":{"9":{"connection_count":1,"meta_count":1},)"
             R"("10":{"connection_count":2,"meta_count":2}},)"
             R"("total_admin_connections":2,"total_site_connections":3,)"
             R"("truncated":false})");
  }

  TEST_CASE_FIXTURE(http_fixture, "sync of one dialog has both shapes") {
    hub.add_dialog(0, "10", {1, 1, 0});
    const auto body = get("/api/debug/websocket/sync?dialog_id=10").body;
    CHECK(body.starts_with(
      R"({"dialog_id":10,"admin_connections":1,"site_connections":1,)"
      R"("admin_metadata":1,"site_metadata":1,"synchronized":true,)"
      R"("sync_info":{"admin_dialogs":[10],"site_dialogs":[10],)"));
    CHECK(contains(body, R"("specific_dialog":{"dialog_id":10,)"));
    CHECK(contains(body, R"("connection_stats":{"total_connections":2)"));
    CHECK(contains(body, R"("diagnosis":{"issues":[])"));
  }

  TEST_CASE_FIXTURE(http_fixture, "sync of all dialogs names one-sided ones") {
    hub.add_dialog(0, "10", {1, 0, 0});
    hub.add_dialog(1, "12", {0, 1, 0});
    const auto body = get("/api/debug/websocket/sync").body;
    CHECK(!contains(body, "specific_dialog"));
    CHECK(contains(body, R"("admin_only_dialogs":[10])"));
    CHECK(contains(body, R"("site_only_dialogs":[12])"));
  }

  TEST_CASE_FIXTURE(http_fixture, "sync explains an empty dialog") {
    const auto body = get("/api/debug/websocket/sync?dialog_id=404").body;
    CHECK(contains(body, "Nobody is connected to dialog 404"));
    CHECK(contains(body, R"("status":"has_issues")"));
  }

  TEST_CASE_FIXTURE(http_fixture, "actors are listed by kind, room and limit") {
    hub.add_dialog(0, "10", {1, 0, 0});
    hub.add_subscriber(0, "dialog:10", protocol::role::admin);
    hub.add_subscriber(1, "dialog:11", protocol::role::site);
    const auto all = get("/debug/actors").body;
    CHECK(contains(all, R"({"kind":"dialog","id":100,"shard":0,)"
                        R"("room":"dialog:10","mailbox":0,"members":)"
                        R"({"admin":1,"widget":0,"site":0,"user":0,)"
                        R"("initiator":0,"opponent":0},)"
                        R"("head":"k3x:42"})"));
    CHECK(contains(all, R"("total":3,"truncated":false)"));
    const auto subscribers = get("/debug/actors?kind=subscriber").body;
    CHECK(contains(subscribers, R"("total":2)"));
    CHECK(!contains(subscribers, R"("kind":"dialog")"));
    CHECK(contains(get("/debug/actors?dialog_id=11").body, R"("total":1)"));
    const auto one = get("/debug/actors?limit=1").body;
    CHECK(contains(one, R"("total":3,"truncated":true)"));
    CHECK(contains(get("/debug/actors?limit=0").body, R"("actors":[])"));
  }

  TEST_CASE_FIXTURE(http_fixture, "connections are described one by one") {
    hub.add_dialog(1, "10", {1, 0, 0});
    hub.add_subscriber(1, "dialog:10", protocol::role::admin);
    CHECK(get("/debug/connections").body
          == R"({"total":1,"by_role":{"admin":1,"widget":0,"site":0,"user":0,)"
             R"("initiator":0,"opponent":0},)"
             R"("connections":[{"conn":"7f3a","role":"admin",)"
             R"("room":"dialog:10","dialog_id":10,"transport":"websocket",)"
             R"("dialect":"legacy","address":"192.0.2.7",)"
             R"("connected_at":"2025-09-06T13:05:00.000Z","last_seen_ms":12,)"
             R"("sent_seq":0,"acked_seq":null,"outbox_bytes":7,)"
             R"("lagging":false}],"truncated":false})");
  }

  TEST_CASE_FIXTURE(http_fixture, "a v1 client shows how far it is") {
    auto info = hub.add_subscriber(0, "dialog:10", protocol::role::widget);
    info->speaks = protocol::dialect::v1;
    info->sent_seq = 43;
    info->acked_seq = 41;
    info->is_lagging = true;
    const auto body = get("/debug/connections").body;
    CHECK(contains(body, R"("transport":"websocket","dialect":"v1",)"));
    CHECK(contains(body, R"("sent_seq":43,"acked_seq":41,)"));
    CHECK(contains(body, R"("lagging":true})"));
  }

  TEST_CASE_FIXTURE(http_fixture, "a stream is told from a socket") {
    hub.add_subscriber(0, "dialog:10", protocol::role::widget)->speaks =
      protocol::dialect::sse;
    const auto body = get("/debug/connections").body;
    CHECK(contains(body, R"("transport":"sse","dialect":"v1",)"));
    CHECK(contains(body, R"("acked_seq":null,)"));
  }

  TEST_CASE_FIXTURE(http_fixture, "malformed filters are refused") {
    for (const auto* target :
         {"/debug/actors?limit=x", "/debug/actors?limit=-1",
          "/debug/actors?limit=1000001", "/debug/connections?limit=1x",
          "/debug/actors?dialog_id=ten",
          "/api/debug/websocket/sync?dialog_id=0"})
      CHECK_MESSAGE(get(target).status == 400, target);
  }

  TEST_CASE_FIXTURE(http_fixture, "a shard that does not answer is left out") {
    hub.add_dialog(0, "10", {1, 0, 0});
    hub.add_dialog(1, "11", {1, 0, 0});
    std::optional<transport::http_response> answer;
    api.on_request(request("GET", "/debug/actors"),
                   [&](transport::http_response r) { answer = std::move(r); });
    hub.loops[0].advance(3s);
    REQUIRE(answer);
    CHECK(contains(answer->body, R"("total":1,"truncated":true)"));
    const auto given = answer->body;
    hub.run(); // the late answer goes nowhere
    CHECK(answer->body == given);
  }
}
