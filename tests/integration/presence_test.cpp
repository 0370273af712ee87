#include "tests/support/running_hub.hpp"

#include <doctest/doctest.h>

#include <array>
#include <csignal>

namespace wsgw::tests {

namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;
using counts = std::array<int, 3>; ///< admin, widget, site

environment_map with_grace(const redis_server& redis,
                           const std::string& grace = "300ms") {
  return {{"REDIS_URL", redis.url()}, {"WS_PRESENCE_GRACE", grace}};
}

std::string frame_of(const counts& c) {
  return R"({"type":"presence","admin":)" + std::to_string(c[0])
         + R"(,"widget":)" + std::to_string(c[1]) + R"(,"site":)"
         + std::to_string(c[2]) + '}';
}

ws_client watch(const gateway_process& gateway) {
  return connect(gateway, admin_target(10) + "&v=1");
}

/// Reads presence until it says `c`.
bool sees(ws_client& admin, const counts& c,
          std::chrono::milliseconds within = patience) {
  const auto end = clock::now() + within;
  while (clock::now() < end) {
    const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(end - clock::now());
    if (const auto text = admin.read_text(left); !text)
      return false;
    else if (*text == frame_of(c))
      return true;
  }
  return false;
}

/// All that presence says in this time.
std::vector<std::string> presence_during(ws_client& admin,
                                         std::chrono::milliseconds time) {
  std::vector<std::string> seen;
  const auto end = clock::now() + time;
  while (clock::now() < end) {
    const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(end - clock::now());
    if (const auto text = admin.read_text(left);
        text && text->starts_with(R"({"type":"presence")"))
      seen.push_back(*text);
  }
  return seen;
}

std::string field_count(redis_server& redis) {
  return redis.cli("HLEN", "ws:presence:{dialog:10}");
}

} // namespace

TEST_SUITE("integration/presence") {

  TEST_CASE("an admin sees who is connected, on whichever node") {
    redis_server redis;
    gateway_process first{with_grace(redis)};
    gateway_process second{with_grace(redis)};
    auto admin = watch(first);
    auto widget = connect(second, widget_target(10));
    CHECK(sees(admin, {1, 1, 0}));
    auto late = watch(second);
    CHECK(sees(late, {2, 1, 0}));
    CHECK(sees(admin, {2, 1, 0}));
    auto site = connect(first, site_target(10));
    CHECK(sees(late, {2, 1, 1}));
    widget.send_close();
    CHECK(sees(admin, {2, 0, 1}));
    CHECK(sees(late, {2, 0, 1}));
  }

  TEST_CASE("members of a killed node are gone within ten seconds") {
    redis_server redis;
    gateway_process first{with_grace(redis)};
    auto admin = watch(first);
    auto third = [&] {
      gateway_process second{with_grace(redis)};
      auto widget = connect(second, widget_target(10));
      CHECK(sees(admin, {1, 1, 0}));
      second.signal(SIGKILL);
      second.wait_exit();
      return clock::now();
    }();
    CHECK(sees(admin, {1, 0, 0}, 10s));
    CHECK(clock::now() - third < 10s);
    CHECK(eventually([&] { return field_count(redis) == "1"; }));
  }

  TEST_CASE("who comes back to another node within the grace never flickers") {
    redis_server redis;
    gateway_process first{with_grace(redis, "2s")};
    gateway_process second{with_grace(redis, "2s")};
    auto admin = watch(first);
    {
      auto widget = connect(second, widget_target(10));
      REQUIRE(sees(admin, {1, 1, 0}));
    }
    CHECK(presence_during(admin, 500ms).empty());
    auto again = connect(first, widget_target(10));
    CHECK(presence_during(admin, 3s).empty());
    again.send_close();
    CHECK(sees(admin, {1, 0, 0}));
  }

  TEST_CASE("nothing flickers while Redis is emptied or restarted") {
    redis_server redis;
    gateway_process first{with_grace(redis)};
    gateway_process second{with_grace(redis)};
    auto admin = watch(first);
    auto widget = connect(second, widget_target(10));
    REQUIRE(sees(admin, {1, 1, 0}));
    redis.cli("FLUSHALL");
    CHECK(presence_during(admin, 3s).empty());
    CHECK(field_count(redis) == "2");
    redis.stop();
    CHECK(presence_during(admin, 1s).empty());
    redis.start();
    CHECK(eventually([&] { return field_count(redis) == "2"; }, 20s));
    CHECK(presence_during(admin, 1s).empty());
    auto site = connect(second, site_target(10));
    CHECK(sees(admin, {1, 1, 1}));
  }

  TEST_CASE("a node that ends leaves nothing of itself in Redis") {
    redis_server redis;
    gateway_process first{with_grace(redis)};
    auto admin = watch(first);
    gateway_process second{with_grace(redis)};
    auto widget = connect(second, widget_target(10));
    REQUIRE(sees(admin, {1, 1, 0}));
    CHECK(redis.cli("ZCARD", "ws:nodes") == "2");
    second.signal(SIGTERM);
    widget.send_close();
    CHECK(second.wait_exit() == 0);
    CHECK(redis.cli("ZCARD", "ws:nodes") == "1");
    CHECK(field_count(redis) == "1");
    CHECK(sees(admin, {1, 0, 0}));
  }
}

} // namespace wsgw::tests
