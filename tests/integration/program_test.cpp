#include "tests/support/json_document.hpp"
#include "tests/support/running_hub.hpp"
#include "tests/support/verdict.hpp"

#include <doctest/doctest.h>

#include <csignal>

namespace wsgw::tests {

namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

constexpr int bad_configuration = 78;

/// Runs the program with these words and settings to its end.
finished_process run(std::vector<std::string> words,
                     const environment_map& changes = {}) {
  words.insert(words.begin(), gateway_binary());
  return run_to_end(words, with(default_environment(), changes));
}

std::string mint(std::vector<std::string> words) {
  const auto minted = run(std::move(words));
  CHECK_MESSAGE(minted.exit_code == 0, minted.errors);
  auto text = minted.output;
  REQUIRE(text.ends_with('\n'));
  text.pop_back();
  CHECK(text.find('\n') == std::string::npos);
  return text;
}

} // namespace

TEST_SUITE("integration/program") {

  TEST_CASE("SIGTERM closes every socket 1012 and ends with 0") {
    running_hub hub;
    dialog_clients clients{hub.gateway, 10};
    auto inbox = connect(hub.gateway, inbox_target("1"));
    REQUIRE(inbox.read_text().has_value());
    hub.gateway.signal(SIGTERM);
    for (auto* client :
         {&clients.admin, &clients.widget, &clients.site, &inbox}) {
      const auto close = client->read_close(patience);
      REQUIRE(close.has_value());
      CHECK(close->close_code == 1012);
      CHECK(close->reason == "Service restarting");
      client->send_close(1012);
    }
    CHECK(hub.gateway.wait_exit() == 0);
  }

  TEST_CASE("SIGINT without clients ends at once") {
    gateway_process gateway;
    const auto start = clock::now();
    gateway.signal(SIGINT);
    CHECK(gateway.wait_exit() == 0);
    CHECK(clock::now() - start < 5s);
  }

  TEST_CASE("compat gives the same reason at the end") {
    gateway_process gateway{{{"WS_COMPAT", "true"}}};
    auto client = connect(gateway, "/ws/dialogs/10");
    gateway.signal(SIGTERM);
    const auto close = client.read_close(patience);
    REQUIRE(close.has_value());
    CHECK(close->reason == "Service restarting");
  }

  TEST_CASE("clients that do not answer cannot hold the end up for long") {
    gateway_process gateway{{{"WS_SHUTDOWN_TIMEOUT", "1s"}}};
    const auto silent = connect(gateway, admin_target(10));
    const auto start = clock::now();
    gateway.signal(SIGTERM);
    CHECK(gateway.wait_exit() == 0);
    CHECK(clock::now() - start < 4s);
  }

  TEST_CASE("a second signal ends the program at once") {
    gateway_process gateway;
    auto silent = connect(gateway, admin_target(10));
    gateway.signal(SIGTERM);
    REQUIRE(silent.read_close(patience).has_value());
    const auto start = clock::now();
    gateway.signal(SIGTERM);
    CHECK(gateway.wait_exit().has_value());
    CHECK(clock::now() - start < 2s);
  }

  TEST_CASE("a second hub on the port is refused, the first goes on") {
    gateway_process first;
    const auto second = run({"--port", std::to_string(first.port())});
    CHECK(second.exit_code == 1);
    CHECK((second.output + second.errors).find(std::to_string(first.port()))
          != std::string::npos);
    CHECK(first.get("/live").status == 200);
  }

  TEST_CASE("bad settings are refused with name, value and range") {
    const environment_map good{{"WS_PORT", "8001"}};
    CHECK(run({"check-config"}, good).exit_code == 0);
    const environment_map bad_values{{"WS_PORT", "eighty"},
                                     {"WS_PING_INTERVAL_SECONDS", "-1"},
                                     {"WS_COMPAT", "perhaps"},
                                     {"ENVIRONMENT", "staging"},
                                     {"WS_MAX_MESSAGE_BYTES", "1"},
                                     {"WS_OUTBOX_BYTES", "1MB2"},
                                     {"WS_TRUSTED_PROXIES", "10.0.0.0/99"},
                                     {"REDIS_URL", "rediss://localhost"},
                                     {"WS_AUTH_URL", "ftp://backend"}};
    for (const auto& [name, value] : bad_values) {
      CAPTURE(name);
      for (const auto& words :
           std::vector<std::vector<std::string>>{{"check-config"}, {"serve"}}) {
        const auto refused = run(words, {{name, value}});
        const auto said = refused.output + refused.errors;
        CHECK(refused.exit_code == bad_configuration);
        CHECK(said.find(name) != std::string::npos);
        const bool is_secret = name.ends_with("_URL"); // may hold passwords
        CHECK((is_secret || said.find(value) != std::string::npos));
      }
    }
    const auto port = run({"check-config"}, {{"WS_PORT", "70000"}});
    CHECK((port.output + port.errors).find("65535") != std::string::npos);
  }

  TEST_CASE("production does not start without what protects it") {
    const environment_map production{{"ENVIRONMENT", "production"}};
    CHECK(run({"check-config"}, production).exit_code == bad_configuration);
    const environment_map open{{"ENVIRONMENT", "production"},
                               {"WS_ALLOW_ANY_DIALOG", "true"}};
    CHECK(run({"check-config"}, open).exit_code == 0);
    for (const auto* secret : {"SECRET_KEY", "SITE_SECRET"}) {
      auto without = open;
      without[secret] = "";
      CHECK(run({"check-config"}, without).exit_code == bad_configuration);
    }
    CHECK(run({"check-config", "--no-such-flag"}, open).exit_code == 2);
  }

  TEST_CASE("print-config shows what is in force and no secret") {
    const auto printed = run({"print-config"}, {{"WS_OUTBOX_BYTES", "64KiB"}});
    CHECK(printed.exit_code == 0);
    CHECK(printed.output.find("WS_OUTBOX_BYTES") != std::string::npos);
    for (const auto secret : {secret_key, site_secret, ticket_secret})
      CHECK(printed.output.find(secret) == std::string::npos);
  }

  TEST_CASE("minted tokens and tickets open their endpoints") {
    gateway_process gateway;
    CHECK(verdict_of(gateway, "/ws/dialogs/10?token="
                                + mint({"token", "access", "--sub", "1"}))
          == "open");
    const auto site = mint({"token", "site", "--user-id", "6", "--assistant-id",
                            "3", "--domains", "client.com,shop.ru"});
    CHECK(verdict_of(gateway, "/ws/site/dialogs/10?site_token=" + site,
                     {{"Origin", "https://shop.ru"}})
          == "open");
    CHECK(verdict_of(gateway, "/ws/site/dialogs/10?site_token=" + site,
                     {{"Origin", "https://evil.com"}})
          == "4003 Domain not allowed for this token");
    const auto ticket =
      mint({"ticket", "--dialog-id", "10", "--role", "widget", "--ttl", "1m"});
    CHECK(verdict_of(gateway,
                     "/ws/widget/dialogs/10?assistant_id=3&ticket=" + ticket)
          == "open");
  }

  TEST_CASE("a duel ticket is minted and checked with the server's secret") {
    const environment_map duels{{"WEBSOCKET_TICKET_SECRET", "key-of-duels"}};
    auto minted =
      run({"ticket", "--duel-id", "7", "--user-id", "3", "--ttl", "5m"}, duels);
    REQUIRE(minted.exit_code == 0);
    minted.output.pop_back();
    const auto good = run({"ticket", "--check", minted.output}, duels);
    CHECK(good.exit_code == 0);
    CHECK(good.output.starts_with("valid: duel ticket until "));
    CHECK(good.output.find(R"("duel_id":7,"user_id":3,)") != std::string::npos);
    const auto forged = run({"ticket", "--check", minted.output},
                            {{"WEBSOCKET_TICKET_SECRET", "another-key"}});
    CHECK(forged.exit_code == 1);
    CHECK(forged.errors == "refused: forged\n");
    CHECK(run({"ticket", "--duel-id", "7", "--user-id", "3"}).exit_code
          == bad_configuration);
  }

  TEST_CASE("healthcheck tells a running hub from none") {
    gateway_process gateway;
    const auto check = [](std::uint16_t port) {
      return run({"healthcheck"}, {{"WS_PORT", std::to_string(port)}})
        .exit_code;
    };
    CHECK(check(gateway.port()) == 0);
    CHECK(check(free_port()) == 1);
    const auto url = "http://127.0.0.1:" + std::to_string(gateway.port());
    CHECK(run({"healthcheck", "--url", url + "/ready"}).exit_code == 0);
    CHECK(run({"healthcheck", "--url", url + "/nothing"}).exit_code == 1);
  }

  TEST_CASE("version and help answer without a configuration") {
    const auto version = run({"--version"});
    CHECK(version.exit_code == 0);
    CHECK(version.output.find("0.1.0") != std::string::npos);
    const auto help = run({"--help"});
    CHECK(help.exit_code == 0);
    for (const std::string word : {"serve", "check-config", "print-config",
                                   "healthcheck", "token", "--redis-url"})
      CHECK_MESSAGE(help.output.find(word) != std::string::npos, word);
  }

  TEST_CASE("no token that clients bring reaches the log") {
    running_hub hub{{{"WS_LOG_LEVEL", "debug"}}};
    const auto token = access_token("99");
    const auto ticket_text = ticket("10", protocol::role::widget);
    verdict_of(hub.gateway, "/ws/dialogs/10?token=" + token);
    verdict_of(hub.gateway, "/ws/dialogs/10?token=bad" + token);
    verdict_of(hub.gateway, "/ws/unknown?token=" + token);
    verdict_of(hub.gateway,
               "/ws/widget/dialogs/10?assistant_id=3&ticket=" + ticket_text);
    http_get(hub.gateway.port(), "/none?site_token=" + token);
    CHECK(hub.gateway.wait_output("[Widget]"));
    CHECK(hub.gateway.output().find("[Admin]") != std::string::npos);
    CHECK(hub.gateway.output().find(token) == std::string::npos);
    CHECK(hub.gateway.output().find(ticket_text) == std::string::npos);
  }

  TEST_CASE("an event in the log names its dialog") {
    running_hub hub;
    auto client = connect(hub.gateway, admin_target(10));
    hub.publish(10, message_new(10, bare_message(1, "hello")));
    REQUIRE(client.read_text().has_value());
    CHECK(hub.gateway.wait_output("Broadcasting message to dialog 10"));
  }
}

} // namespace wsgw::tests
