#include "tests/support/running_hub.hpp"

#include <doctest/doctest.h>

#include <sstream>
#include <string>

namespace wsgw::tests {

namespace {

using namespace std::chrono_literals;

environment_map audited(const redis_server& redis) {
  return {{"REDIS_URL", redis.url()},
          {"WS_LOG", "on"},
          {"WS_PRESENCE_GRACE", "300ms"},
          {"WS_AUDIT_INTERVAL", "1s"}};
}

double found(const gateway_process& at, std::string_view labels = {}) {
  return at.metric("wsgw_audit_mismatch_total", labels);
}

/// The node that is not `not_this`, as the leases name it.
std::string other_node(redis_server& redis, const std::string& not_this) {
  std::istringstream names{redis.cli("ZRANGE", "ws:nodes", "0", "-1")};
  for (std::string name; std::getline(names, name);)
    if (name != not_this)
      return name;
  return {};
}

} // namespace

TEST_SUITE("integration/audit") {

  TEST_CASE("a false word about members elsewhere is found and put right") {
    redis_server redis;
    gateway_process first{audited(redis)};
    REQUIRE(eventually([&] { return redis.cli("ZCARD", "ws:nodes") == "1"; }));
    const auto here = other_node(redis, {});
    gateway_process second{audited(redis)};
    REQUIRE(eventually([&] { return redis.cli("ZCARD", "ws:nodes") == "2"; }));
    const auto there = other_node(redis, here);
    auto admin = connect(first, admin_target(10) + "&v=1");
    const auto alone = R"({"type":"presence","admin":1,"widget":0,"site":0})";
    const auto wrong = R"({"type":"presence","admin":1,"widget":7,"site":0})";
    REQUIRE(hears(admin, alone));
    REQUIRE(eventually(
      [&] { return redis.cli("HLEN", "ws:presence:{dialog:10}") == "1"; }));
    redis.cli("PUBLISH", "ws:presence:dialog:10", there + " 0,7,0");
    REQUIRE(hears(admin, wrong));
    CHECK(
      eventually([&] { return found(first, R"(kind="presence")") == 1; }, 30s));
    CHECK(hears(admin, alone));
    CHECK(first.metric("wsgw_audit_repairs_total", R"(kind="presence")") >= 1);
    CHECK(first.wait_output("here 0,7,0 elsewhere, there 0,0,0"));
    CHECK(found(second) == 0);
  }

  TEST_CASE("nodes that share rooms agree about them") {
    redis_server redis;
    gateway_process first{audited(redis)};
    gateway_process second{audited(redis)};
    auto admin = connect(first, admin_target(10) + "&v=1");
    auto site = connect(second, site_target(10));
    auto widget = connect(second, widget_target(11));
    for (int i = 1; i <= 20; ++i)
      redis.cli("FCALL", "wsgw_publish", "1", "dialog:10",
                message_new(10, bare_message(i, "hi")));
    const auto runs = [&](gateway_process& at) {
      return at.metric("wsgw_audit_runs_total");
    };
    const auto end = runs(first) + 8;
    CHECK(
      eventually([&] { return runs(first) > end && runs(second) > 8; }, 30s));
    CHECK(found(first) + found(second) == 0);
  }
}

} // namespace wsgw::tests
