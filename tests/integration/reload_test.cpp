#include "protocol/token.hpp"
#include "tests/support/running_hub.hpp"
#include "tests/support/temporary_file.hpp"
#include "tests/support/verdict.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <fstream>

namespace wsgw::tests {

namespace {

using namespace std::chrono_literals;

constexpr std::string_view first_key = "the-first-key-of-users-000001";
constexpr std::string_view second_key = "the-second-key-of-users-00002";

/// A user's way into dialog 10 by a token of this key.
std::string target(std::string_view key, int dialog = 10) {
  protocol::access_token_order order;
  order.subject = "1";
  order.now = std::chrono::system_clock::now();
  return "/ws/dialogs/" + std::to_string(dialog)
         + "?token=" + protocol::mint_access_token(order, key);
}

/// A gateway with a configuration file and a key in a file of its own.
struct reloading_hub {
  explicit reloading_hub(const std::string& more = {})
      : key(first_key), file(config(more)),
        gateway({{"SECRET_KEY", ""}, {"WS_RATE_LIMIT_PER_IP", ""}},
                {"--config", file.path()}) {}

  std::string config(const std::string& more) const {
    return "SECRET_KEY_FILE=" + key.path() + "\n" + more;
  }

  /// Writes both files anew and has them read; true when `result` of the
  /// reload is counted.
  bool reload(std::string_view new_key, const std::string& more,
              const std::string& result) {
    std::ofstream{key.path()} << new_key << '\n';
    std::ofstream{file.path()} << config(more);
    const auto before = count(result);
    gateway.signal(SIGHUP);
    return eventually([&] { return count(result) > before; });
  }

  double count(const std::string& result) const {
    return gateway.metric("wsgw_config_reloads_total",
                          "result=\"" + result + '"');
  }

  bool has_logged(std::string_view text) const {
    return gateway.wait_output(text, 2s);
  }

  temporary_file key;
  temporary_file file;
  gateway_process gateway;
};

} // namespace

TEST_SUITE("integration/reload") {
  TEST_CASE("SIGHUP changes a secret, and clients do not notice") {
    reloading_hub hub;
    auto client = connect(hub.gateway, target(first_key));
    REQUIRE(hub.reload(second_key, {}, "changed"));
    CHECK(verdict_of(hub.gateway, target(first_key))
          == "4002 Invalid or expired token");
    CHECK(verdict_of(hub.gateway, target(second_key)) == "open");
    CHECK(client.send_text("__ping__"));
    CHECK(client.read_text().has_value());
    CHECK(hub.has_logged("setting=SECRET_KEY"));
    const auto text = hub.gateway.output();
    CHECK(text.find(first_key) == std::string::npos);
    CHECK(text.find(second_key) == std::string::npos);
  }

  TEST_CASE("SIGHUP changes limits and the log level") {
    reloading_hub hub{"WS_MAX_CONNECTIONS_PER_DIALOG=1\n"};
    const auto first = connect(hub.gateway, target(first_key));
    CHECK(verdict_of(hub.gateway, target(first_key)) != "open");
    REQUIRE(hub.reload(first_key,
                       "WS_MAX_CONNECTIONS_PER_DIALOG=2\n"
                       "WS_LOG_LEVEL=error\nWS_MAX_TOTAL_CONNECTIONS=77\n",
                       "changed"));
    CHECK(verdict_of(hub.gateway, target(first_key)) == "open");
    CHECK(hub.gateway.metric("wsgw_connection_limit") == 77);
    CHECK(hub.has_logged("reloaded"));
    CHECK(hub.has_logged("from=1 to=2"));
    const auto before = hub.gateway.output().size();
    connect(hub.gateway, target(first_key, 11));
    CHECK(verdict_of(hub.gateway, "/ws/unknown") == "HTTP 404 not_found");
    CHECK(hub.gateway.output().size() == before);
  }

  TEST_CASE("the window of attempts follows, and counts those before") {
    reloading_hub hub{"WS_RATE_LIMIT_PER_IP=1\n"};
    CHECK(verdict_of(hub.gateway, target(first_key)) == "open");
    CHECK(verdict_of(hub.gateway, target(first_key)).starts_with("HTTP 429"));
    REQUIRE(hub.reload(first_key, "WS_RATE_LIMIT_PER_IP=2\n", "changed"));
    CHECK(verdict_of(hub.gateway, target(first_key)) == "open");
    CHECK(verdict_of(hub.gateway, target(first_key)).starts_with("HTTP 429"));
  }

  TEST_CASE("SIGHUP without a file changes nothing and ends nothing") {
    gateway_process gateway;
    gateway.signal(SIGHUP);
    CHECK(gateway.wait_output("reloaded"));
    CHECK(gateway.metric("wsgw_config_reloads_total", "unchanged") == 1);
    CHECK(gateway.get("/live").status == 200);
  }

  TEST_CASE("what needs a restart is named and does not change") {
    reloading_hub hub;
    REQUIRE(hub.reload(first_key, "WS_HISTORY_SIZE=5\n", "unchanged"));
    CHECK(hub.has_logged("setting needs a restart"));
    CHECK(hub.has_logged("setting=WS_HISTORY_SIZE"));
    CHECK(hub.has_logged("needs_restart=1"));
  }

  TEST_CASE("a broken file changes nothing and says what is wrong") {
    reloading_hub hub;
    const auto client = connect(hub.gateway, target(first_key));
    REQUIRE(hub.reload(second_key, "WS_COMMAND_RATE=many\n", "refused"));
    CHECK(hub.has_logged("WS_COMMAND_RATE (file): \"many\" is not acceptable, "
                         "allowed: 1 to 10000"));
    CHECK(hub.has_logged("reload refused, nothing has changed"));
    CHECK(verdict_of(hub.gateway, target(first_key)) == "open");
    CHECK(verdict_of(hub.gateway, target(second_key))
          == "4002 Invalid or expired token");
  }

  TEST_CASE("SIGHUP while the hub drains does not end it early") {
    gateway_process gateway{{{"WS_SHUTDOWN_TIMEOUT", "2s"}}};
    const auto silent = connect(gateway, admin_target(10));
    gateway.signal(SIGTERM);
    REQUIRE(gateway.wait_output("stopping"));
    gateway.signal(SIGHUP);
    CHECK(gateway.wait_output("no reload while stopping"));
    CHECK(gateway.wait_exit() == 0);
  }
}

} // namespace wsgw::tests
