#include "tests/support/json_document.hpp"
#include "tests/support/running_hub.hpp"

#include <doctest/doctest.h>

#include <csignal>

namespace wsgw::tests {

namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

environment_map on(const redis_server& redis) {
  return {{"REDIS_URL", redis.url()},
          {"WS_DEBUG_TOKEN", std::string{debug_token}}};
}

/// Revokes everybody in dialog 10; the page asks all nodes.
json_document revoke(const gateway_process& at) {
  const auto reply =
    http_post(at.port(), "/admin/v1/revoke", R"({"room":"dialog:10"})",
              {{"Authorization", "Bearer " + std::string{debug_token}}});
  CHECK(reply.status == 200);
  return json_document{reply.body};
}

bool is_revoked(ws_client& client) {
  const auto close = client.read_close(patience);
  return close && close->close_code == 4011;
}

/// Until the leases of so many nodes are there.
bool has_nodes(redis_server& redis, const std::string& count) {
  return eventually([&] { return redis.cli("ZCARD", "ws:nodes") == count; });
}

} // namespace

TEST_SUITE("integration/node_bus") {

  TEST_CASE("a question reaches all nodes, one that was killed is named") {
    redis_server redis;
    gateway_process first{on(redis)};
    gateway_process second{on(redis)};
    gateway_process third{on(redis)};
    REQUIRE(has_nodes(redis, "3"));
    auto a = connect(first, admin_target(10));
    auto b = connect(second, admin_target(10));
    auto c = connect(third, admin_target(11));
    const auto all = revoke(first);
    CHECK(all.number("/closed") == 2);
    CHECK(all.size("/nodes") == 3);
    CHECK(all.size("/silent") == 0);
    CHECK(is_revoked(a));
    CHECK(is_revoked(b));
    third.signal(SIGKILL);
    third.wait_exit();
    const auto begun = clock::now();
    const auto rest = revoke(second);
    CHECK(clock::now() - begun < 5s);
    CHECK(rest.size("/nodes") == 2);
    CHECK(rest.size("/silent") == 1);
    // Its lease ends; then nobody waits for it.
    CHECK(eventually([&] { return revoke(first).size("/silent") == 0; }, 20s));
  }

  TEST_CASE("a node that stands still is named in time") {
    redis_server redis;
    gateway_process first{on(redis)};
    gateway_process second{on(redis)};
    REQUIRE(has_nodes(redis, "2"));
    second.signal(SIGSTOP);
    const auto begun = clock::now();
    CHECK(revoke(first).size("/silent") == 1);
    CHECK(clock::now() - begun < 5s);
    second.signal(SIGCONT);
    CHECK(eventually([&] { return revoke(first).size("/nodes") == 2; }, 20s));
  }

  TEST_CASE("without Redis the answer says so, this node's part is done") {
    redis_server redis;
    gateway_process gateway{on(redis)};
    auto client = connect(gateway, admin_target(10));
    redis.stop();
    REQUIRE(gateway.wait_status("/ready", 503));
    const auto answer = revoke(gateway);
    CHECK(answer.number("/closed") == 1);
    CHECK(answer.has("/error"));
    CHECK(is_revoked(client));
  }

  TEST_CASE("malformed messages are counted and ignored") {
    redis_server redis;
    gateway_process first{on(redis)};
    gateway_process second{on(redis)};
    REQUIRE(has_nodes(redis, "2"));
    for (const auto* text : {"", "nonsense", "1 1 nobody revoke\n{}",
                             "2 1 00000000000000aa revoke\n{}"})
      redis.cli("PUBLISH", "wsgw:ask", text);
    CHECK(eventually(
      [&] { return first.metric("wsgw_node_messages_ignored_total") == 4; }));
    // A topic that nobody knows, from a node that is none.
    redis.cli("PUBLISH", "wsgw:ask", "1 1 00000000000000aa no_topic\n{}");
    CHECK(revoke(first).size("/nodes") == 2);
  }
}

} // namespace wsgw::tests
