#include "tests/support/child_process.hpp"
#include "tests/support/json_document.hpp"
#include "tests/support/running_hub.hpp"

#include <doctest/doctest.h>

#include <array>

namespace wsgw::tests {

namespace {

using namespace std::chrono_literals;

constexpr auto fault_patience = 30s;

/// A gateway over two Redis servers that are called `one` and `two`.
struct two_servers {
  explicit two_servers(environment_map changes = {})
      : urls(redis[0].url() + "?name=one," + redis[1].url() + "?name=two"),
        gateway(with_urls(std::move(changes))) {}

  environment_map with_urls(environment_map changes) const {
    changes.emplace("REDIS_URL", urls);
    return changes;
  }

  /// Which server `ws-gateway redis-shard` names for a dialog.
  std::size_t server_of(int dialog) const {
    const auto done =
      run_to_end({gateway_binary(), "redis-shard", std::to_string(dialog)},
                 {{"REDIS_URL", urls}});
    REQUIRE(done.exit_code == 0);
    const auto is_two = done.output.ends_with("?name=two\n");
    REQUIRE((is_two || done.output.ends_with("?name=one\n")));
    return is_two ? 1 : 0;
  }
  /// The first dialog that a server keeps.
  int dialog_on(std::size_t server) const {
    int dialog = 1;
    while (server_of(dialog) != server)
      ++dialog;
    return dialog;
  }

  std::array<redis_server, 2> redis;
  std::string urls;
  gateway_process gateway;
};

void publish_to(redis_server& redis, int dialog, const std::string& message) {
  redis.cli("FCALL", "wsgw_publish", "1", std::to_string(dialog),
            message_new(static_cast<std::uint64_t>(dialog), message));
}

} // namespace

TEST_SUITE("integration/redis_fleet") {

  TEST_CASE("each room lives on the server that redis-shard names") {
    two_servers fleet{{{"WS_LOG", "on"}}};
    for (const std::size_t server : {0, 1}) {
      const auto dialog = fleet.dialog_on(server);
      auto client = connect(fleet.gateway, admin_target(dialog));
      const auto key = "ws:meta:{dialog:" + std::to_string(dialog) + "}";
      CHECK(eventually(
        [&] { return fleet.redis[server].cli("EXISTS", key) == "1"; }));
      CHECK(fleet.redis[1 - server].cli("EXISTS", key) == "0");
      const auto message = bare_message(1, "over its own server");
      publish_to(fleet.redis[server], dialog, message);
      CHECK(client.read_text(patience) == message);
    }
  }

  TEST_CASE("one server away makes the node unready and names it") {
    two_servers fleet{{{"WS_LOG", "on"}}};
    const auto dialog = fleet.dialog_on(0);
    auto client = connect(fleet.gateway, admin_target(dialog));
    fleet.redis[1].stop();
    CHECK(fleet.gateway.wait_status("/ready", 503, fault_patience));
    CHECK(fleet.gateway.get("/health").body.find("two: ") != std::string::npos);
    const auto message = bare_message(1, "the other works on");
    publish_to(fleet.redis[0], dialog, message);
    CHECK(client.read_text(patience) == message);
    fleet.redis[1].start();
    CHECK(fleet.gateway.wait_status("/ready", 200, fault_patience));
  }

  TEST_CASE("without a log two servers work as well") {
    two_servers fleet;
    for (const std::size_t server : {0, 1}) {
      const auto dialog = fleet.dialog_on(server);
      auto client = connect(fleet.gateway, admin_target(dialog));
      const auto message = bare_message(1, "plain");
      fleet.redis[server].cli(
        "PUBLISH", "ws:dialog:" + std::to_string(dialog),
        message_new(static_cast<std::uint64_t>(dialog), message));
      CHECK(client.read_text(patience) == message);
    }
  }

  TEST_CASE("print-config and the log show no password of any server") {
    const environment_map environment{
      {"REDIS_URL", "redis://:hidden1@a,redis://u:hidden2@b:7000/1"}};
    const auto shown =
      run_to_end({gateway_binary(), "print-config"}, environment);
    CHECK(shown.exit_code == 0);
    CHECK(shown.output.find("redis://***@a,redis://***@b:7000/1")
          != std::string::npos);
    CHECK(shown.output.find("hidden") == std::string::npos);
    const auto shard =
      run_to_end({gateway_binary(), "redis-shard", "dialog:10"}, environment);
    CHECK(shard.exit_code == 0);
    CHECK(shard.output.find("hidden") == std::string::npos);
    CHECK(run_to_end({gateway_binary(), "redis-shard", "no room"}, environment)
            .exit_code
          == 2);
    CHECK(run_to_end({gateway_binary(), "redis-shard", "10"}, {}).exit_code
          == 78);
  }

  TEST_CASE("redis-functions prints what Redis can load") {
    redis_server redis;
    const auto done = run_to_end({gateway_binary(), "redis-functions"}, {});
    CHECK(done.exit_code == 0);
    CHECK(redis.cli("FUNCTION", "LOAD", done.output) == "wsgw");
  }

  TEST_CASE("a Redis without functions is said, and the node is not ready") {
    redis_server redis{{{}, {"rename-command FCALL_RO \"\""}}};
    gateway_process gateway{
      {{"REDIS_URL", redis.url()}, {"WS_LOG", "on"}}, {}, awaited::live};
    CHECK(gateway.wait_output("needs Redis 7"));
    CHECK(gateway.status_of("/ready") == 503);
    CHECK(gateway.status_of("/live") == 200);
  }

  TEST_CASE("adopted events are numbered, though nobody has the room open") {
    running_hub hub{{{"WS_LOG", "adopt"}}};
    const auto message = bare_message(1, "adopted");
    hub.publish(10, message_new(10, message));
    hub.publish(10, message_new(10, message));
    CHECK(eventually([&] {
      return hub.redis.cli("HGET", "ws:meta:{dialog:10}", "seq") == "1";
    }));
    auto client = connect(hub.gateway, admin_target(10));
    const auto second = bare_message(2, "adopted, too");
    hub.publish(10, message_new(10, second));
    CHECK(client.read_text(patience) == second);
    CHECK(hub.redis.cli("HGET", "ws:meta:{dialog:10}", "seq") == "2");
  }
}

} // namespace wsgw::tests
