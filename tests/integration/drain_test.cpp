#include "tests/support/json_document.hpp"
#include "tests/support/running_hub.hpp"
#include "tests/support/verdict.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>

namespace wsgw::tests {

namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

const header_pairs& bearer() {
  static const header_pairs headers{
    {"Authorization", "Bearer " + std::string{debug_token}}};
  return headers;
}

http_reply admin_post(const gateway_process& gateway, std::string_view page,
                      std::string_view body = {}) {
  return http_post(gateway.port(), "/admin/v1/" + std::string{page}, body,
                   bearer());
}

/// How many connections were closed.
std::int64_t revoke(const gateway_process& gateway, std::string_view what) {
  return json_document{admin_post(gateway, "revoke", what).body}.number(
    "/closed");
}

/// A spread of 0 is scaled to the number of clients.
environment_map spread_over(const std::string& spread) {
  return {{"WS_DRAIN_SPREAD", spread},
          {"WS_DEBUG_TOKEN", std::string{debug_token}}};
}

ws_client connect_v1(const gateway_process& gateway,
                     const std::string& target) {
  auto client = connect(gateway, target + "&v=1");
  REQUIRE(client.read_text(patience).has_value()); // the hello
  return client;
}

/// Reads on until the drain frame; its `retry_after_ms`, or -1.
std::int64_t slot_of(ws_client& client) {
  while (const auto text = client.read_text(patience))
    if (text->starts_with(R"({"type":"drain")"))
      return json_document{*text}.number("/retry_after_ms");
  return -1;
}

bool is_sent_away(ws_client& client) {
  const auto close = client.read_close(patience);
  return close && close->close_code == 1012
         && close->reason == "Service restarting";
}

} // namespace

TEST_SUITE("integration/drain") {

  TEST_CASE("clients are sent away over the spread, each told its slot") {
    gateway_process gateway{spread_over("1s")};
    std::vector<ws_client> clients;
    for (int i = 0; i < 10; ++i)
      clients.push_back(connect_v1(gateway, admin_target(1 + i % 4)));
    auto legacy = connect(gateway, admin_target(10));
    gateway.signal(SIGTERM);
    std::vector<std::int64_t> slots;
    for (auto& client : clients)
      slots.push_back(slot_of(client));
    std::sort(slots.begin(), slots.end());
    CHECK(slots.front() >= 0);
    CHECK(slots.front() <= 200);
    CHECK(slots.back() >= 600);
    CHECK(slots.back() <= 1000);
    for (auto& client : clients)
      CHECK(is_sent_away(client));
    CHECK(is_sent_away(legacy));
    CHECK(gateway.wait_exit() == 0);
  }

  TEST_CASE("a drain over HTTP turns the node red and ends it") {
    gateway_process gateway{spread_over("2s")};
    std::vector<ws_client> clients;
    for (int i = 0; i < 8; ++i)
      clients.push_back(connect_v1(gateway, admin_target(1 + i % 4)));
    const auto reply = admin_post(gateway, "drain");
    CHECK(reply.status == 202);
    CHECK(reply.body
          == R"({"draining":true,"connections":8,"spread_ms":2000})");
    CHECK(gateway.status_of("/ready") == 503);
    CHECK(gateway.status_of("/health") == 200);
    CHECK(gateway.status_of("/metrics") == 200);
    CHECK(verdict_of(gateway, admin_target(10)) == "HTTP 503 draining");
    CHECK(admin_post(gateway, "drain").status == 202);
    gateway.signal(SIGTERM); // an orchestrator's next step: changes nothing
    for (auto& client : clients) {
      CHECK(slot_of(client) >= 0);
      CHECK(is_sent_away(client));
      client.send_close(1012);
    }
    CHECK(gateway.wait_exit() == 0);
  }

  TEST_CASE("events go on until the slot") {
    running_hub hub{spread_over("2s")};
    std::vector<ws_client> clients;
    for (int i = 0; i < 8; ++i)
      clients.push_back(connect_v1(hub.gateway, admin_target(10)));
    hub.gateway.signal(SIGTERM);
    REQUIRE(hub.gateway.wait_status("/ready", 503));
    hub.publish(10, message_new(10, bare_message(1, "late")));
    int heard = 0;
    for (auto& client : clients)
      while (const auto text = client.read_text(patience))
        heard += text->starts_with(R"({"type":"event","seq":1,)") ? 1 : 0;
    CHECK(heard >= 4);
    CHECK(hub.gateway.wait_exit() == 0);
  }

  TEST_CASE("a drain without clients ends at once and is answered") {
    gateway_process gateway{spread_over("0")};
    const auto start = clock::now();
    CHECK(admin_post(gateway, "drain").body
          == R"({"draining":true,"connections":0,"spread_ms":0})");
    CHECK(gateway.wait_exit() == 0);
    CHECK(clock::now() - start < 3s);
  }

  TEST_CASE("a second signal ends a drain") {
    gateway_process gateway{spread_over("20s")};
    auto client = connect_v1(gateway, admin_target(10));
    auto other = connect_v1(gateway, admin_target(11));
    gateway.signal(SIGTERM);
    REQUIRE(gateway.wait_output("stopping"));
    gateway.signal(SIGTERM);
    CHECK(gateway.wait_exit(3s) == EXIT_FAILURE);
  }

  TEST_CASE("operators need the bearer even on this machine") {
    gateway_process gateway{spread_over("0")};
    for (const std::string page : {"/admin/v1/drain", "/admin/v1/revoke"}) {
      CHECK(http_post(gateway.port(), page, "").status == 403);
      CHECK(
        http_post(gateway.port(), page, "", {{"Authorization", "Bearer no"}})
          .status
        == 401);
      CHECK(http_get(gateway.port(), page, bearer()).status == 405);
    }
    CHECK(gateway.status_of("/ready") == 200);
  }

  TEST_CASE("connections are revoked by user, room and connection") {
    gateway_process gateway{spread_over("0")};
    auto first = connect(gateway, admin_target(10));
    auto second = connect_v1(gateway, admin_target(11));
    auto visitor = connect(gateway, widget_target(11));
    const auto revoked = [](ws_client& client) {
      const auto close = client.read_close(patience);
      return close && close->close_code == 4011 && close->reason == "Revoked";
    };
    CHECK(revoke(gateway, R"({"room":"dialog:10"})") == 1);
    CHECK(revoked(first));
    first.send_close(4011);
    CHECK(first.closed(patience));
    CHECK(eventually([&] { return gateway.metric("wsgw_connections") == 2; }));
    CHECK(revoke(gateway, R"({"user_id":1})") == 1);
    CHECK(revoked(second));
    const json_document page{
      gateway.get("/debug/connections?dialog_id=11").body};
    std::string conn;
    for (std::size_t i = 0; i < page.size("/connections"); ++i) {
      const auto at = "/connections/" + std::to_string(i);
      if (page.text((at + "/role").c_str()) == "widget")
        conn = page.text((at + "/conn").c_str());
    }
    CHECK(revoke(gateway, R"({"conn":")" + conn + "\"}") == 1);
    CHECK(revoked(visitor));
    CHECK(admin_post(gateway, "revoke", "{}").status == 400);
    CHECK(admin_post(gateway, "revoke", R"({"room":"x"})").status == 400);
  }
}

} // namespace wsgw::tests
