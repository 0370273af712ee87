#include "actors/config.hpp"
#include "tests/support/parsed_startup.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <vector>

using namespace wsgw;
using namespace wsgw::actors;
using namespace std::chrono_literals;
using tests::contains;
using tests::mentions;
using tests::parse;
using tests::refusal;

namespace {

const environment_map production{
  {"ENVIRONMENT", "production"}, {"SECRET_KEY", "k1"}, {"SITE_SECRET", "k2"}};

environment_map with(environment_map all, const environment_map& more) {
  for (const auto& [name, value] : more)
    all[name] = value;
  return all;
}

} // namespace

TEST_SUITE("actors/config_check") {
  TEST_CASE("strict production without an authoriser is refused") {
    CHECK(contains(refusal(parse({}, production)), "WS_AUTH_URL"));
    for (const auto& [name, value] :
         environment_map{{"WS_AUTH_URL", "http://backend/allow"},
                         {"WS_ALLOW_ANY_DIALOG", "true"},
                         {"WS_COMPAT", "true"}})
      CHECK_MESSAGE(
        refusal(parse({}, with(production, {{name, value}}))).empty(), name);
  }

  TEST_CASE("production needs its secrets, development only warns") {
    const auto text = refusal(
      parse({}, {{"ENVIRONMENT", "production"}, {"WS_ALLOW_ANY_DIALOG", "1"}}));
    CHECK(contains(text, "SECRET_KEY"));
    CHECK(contains(text, "SITE_SECRET"));
    const auto development = parse({});
    CHECK(!development.stop);
    CHECK(mentions(development.warnings, "SECRET_KEY is not set"));
    CHECK(mentions(development.warnings, "WS_AUTH_URL is not set"));
  }

  TEST_CASE("Redis URLs that cannot work are refused without their password") {
    for (const auto* url :
         {"rediss://u:hunter2@h", "redis://a,rediss://u:hunter2@b",
          "http://u:hunter2@a"}) {
      const auto text = refusal(parse({}, {{"REDIS_URL", url}}));
      CHECK_MESSAGE(contains(text, "REDIS_URL"), url);
      CHECK_MESSAGE(!contains(text, "hunter2"), url);
    }
    CHECK(refusal(parse({}, {{"REDIS_URL", "redis://h:1/2"}})).empty());
    CHECK(refusal(parse({}, {{"REDIS_URL", "redis://h,unix:///s"}})).empty());
  }

  TEST_CASE("the log needs a Redis") {
    for (const auto* mode : {"on", "adopt"}) {
      CHECK(contains(refusal(parse({}, {{"WS_LOG", mode}})),
                     "WS_LOG: the log needs Redis"));
      CHECK(refusal(parse({}, {{"WS_LOG", mode}, {"REDIS_URL", "redis://h"}}))
              .empty());
    }
  }

  TEST_CASE("the transport layer's opinion on the Redis URL counts") {
    const std::array arguments{"ws-gateway"};
    const auto result =
      parse_startup(1, arguments.data(), {{"REDIS_URL", "redis://h:x"}},
                    [](std::string_view) { return std::string{"bad port"}; });
    CHECK(contains(refusal(result), "REDIS_URL: bad port"));
  }

  TEST_CASE("a demo listens on loopback and makes its own secrets") {
    const auto first = parse({"--demo"});
    const auto second = parse({"--demo"}, {{"SECRET_KEY", "mine"}});
    REQUIRE(!first.stop);
    CHECK(first.config.host == "127.0.0.1");
    CHECK(first.config.secret_key.size() == 64);
    CHECK(first.config.site_secret != first.config.secret_key);
    CHECK(first.config.site_secret != second.config.site_secret);
    CHECK(second.config.secret_key == "mine");
  }

  TEST_CASE("a demo on an open address is allowed, with a warning") {
    const auto open = parse({"--demo", "--host", "0.0.0.0"});
    CHECK(open.config.host == "0.0.0.0");
    CHECK(mentions(open.warnings, "0.0.0.0 gets tokens"));
    CHECK(!mentions(parse({"--demo"}).warnings, "gets tokens"));
  }

  TEST_CASE("a demo in production is refused") {
    CHECK(contains(refusal(parse({"--demo"}, production)), "WS_DEMO"));
  }

  TEST_CASE("compat brings the reference's defaults, which can be overridden") {
    const auto compat = parse({"--compat"}).config;
    CHECK(compat.trusted_iframe_hosts
          == std::vector<std::string>{"replyx.ru", "www.replyx.ru",
                                      "localhost:3000"});
    CHECK(compat.max_total_connections == 1000);
    CHECK(parse({}).config.trusted_iframe_hosts.empty());
    CHECK(parse({"--compat", "--trusted-iframe-hosts", "none"})
            .config.trusted_iframe_hosts.empty());
  }

  TEST_CASE("a pong timeout below the ping interval only warns") {
    const auto result = parse({}, {{"WS_PONG_TIMEOUT_SECONDS", "0.5"}});
    CHECK(!result.stop);
    CHECK(result.config.pong_timeout == 500ms);
    CHECK(mentions(result.warnings, "WS_PONG_TIMEOUT_SECONDS"));
  }

  TEST_CASE("a bad proxy list and a bad authoriser URL are refused") {
    CHECK(contains(refusal(parse({}, {{"WS_TRUSTED_PROXIES", "10.0.0.0/99"}})),
                   "10.0.0.0/99"));
    CHECK(contains(refusal(parse({}, {{"WS_AUTH_URL", "ftp://x"}})),
                   "WS_AUTH_URL"));
  }
}

TEST_SUITE("actors/config_command_line") {
  TEST_CASE("token and ticket orders are read") {
    const auto access =
      parse({"token", "access", "--sub", "1", "--ttl", "2h"}).what;
    CHECK(access.what == action::mint_access);
    CHECK(access.sub == "1");
    CHECK(access.ttl == 2h);
    const auto site = parse({"token", "site", "--user-id", "6", "--domains",
                             "client.com,shop.ru"})
                        .what;
    CHECK(site.what == action::mint_site);
    CHECK(site.domains == std::vector<std::string>{"client.com", "shop.ru"});
    const auto ticket =
      parse({"ticket", "--dialog-id", "10", "--role", "site"}).what;
    CHECK(ticket.what == action::mint_ticket);
    CHECK(ticket.as == protocol::role::site);
  }

  TEST_CASE("a ticket is for a dialog, for a duel or to be checked") {
    const auto duel =
      parse({"ticket", "--duel-id", "7", "--user-id", "3", "--ttl", "1m"}).what;
    CHECK(duel.what == action::mint_duel_ticket);
    CHECK(duel.duel_id == 7);
    CHECK(duel.user_id == 3);
    CHECK(duel.ttl == 1min);
    const auto check = parse({"ticket", "--check", "abc.def"}).what;
    CHECK(check.what == action::check_ticket);
    CHECK(check.ticket == "abc.def");
    for (const auto& arguments : std::vector<std::vector<const char*>>{
           {"ticket"},
           {"ticket", "--duel-id", "7"},
           {"ticket", "--duel-id", "0", "--user-id", "3"},
           {"ticket", "--duel-id", "7", "--user-id", "-3"},
           {"ticket", "--duel-id", "7", "--user-id", "3", "--role", "site"},
           {"ticket", "--duel-id", "7", "--user-id", "3", "--dialog-id", "1"},
           {"ticket", "--check", "a.b", "--user-id", "3"}}) {
      const auto result = parse(arguments);
      REQUIRE(result.stop);
      CHECK(result.stop->code == exit_usage);
    }
  }

  TEST_CASE("an incomplete or malformed order is a usage error") {
    for (const auto& arguments : std::vector<std::vector<const char*>>{
           {"token"},
           {"token", "access"},
           {"ticket", "--dialog-id", "10", "--role", "king"},
           {"token", "access", "--sub", "1", "--ttl", "soon"},
           {"token", "site", "--user-id", "six"}}) {
      const auto result = parse(arguments);
      REQUIRE(result.stop);
      CHECK(result.stop->code == exit_usage);
    }
  }

  TEST_CASE("settings of duels that contradict each other are named") {
    CHECK(contains(refusal(parse({}, {{"WEBSOCKET_STATE_URL", "ftp://b/s"}})),
                   "WEBSOCKET_STATE_URL: not an http:// or https:// URL"));
    CHECK(contains(refusal(parse({}, {{"WEBSOCKET_TICKET_SECRET", "s"},
                                      {"WEBSOCKET_PORT", "8001"}})),
                   "WEBSOCKET_PORT: the same as WS_PORT"));
    CHECK(mentions(parse({}, {{"WEBSOCKET_EVENTS_PATH", "/run/x"}}).warnings,
                   "WEBSOCKET_TICKET_SECRET is not set: there are no duels"));
  }

  TEST_CASE("the version names compiler and libraries") {
    const auto result = parse({"--version"});
    REQUIRE(result.stop);
    CHECK(result.stop->code == 0);
    for (const auto* part : {"ws-gateway ", "commit ", "gcc", "CAF 0.17.6",
                             "Boost 1.81", "hiredis 0.14"})
      CHECK_MESSAGE(contains(result.stop->text, part), part);
  }
}
