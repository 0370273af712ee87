#include "actors/log.hpp"
#include "actors/reload.hpp"
#include "tests/support/credentials.hpp"
#include "tests/support/fake_hub.hpp"
#include "tests/support/parsed_startup.hpp"
#include "tests/support/temporary_file.hpp"

#include <doctest/doctest.h>

#include <fstream>

using namespace wsgw;
using namespace wsgw::actors;
using tests::parse;

namespace {

std::string names(const std::vector<setting_change>& changes) {
  std::string text;
  for (const auto& each : changes)
    text += (text.empty() ? "" : " ") + each.name;
  return text;
}

reload_plan plan_of(const tests::environment_map& before,
                    const tests::environment_map& after) {
  return plan_reload(parse({}, before), parse({}, after));
}

/// A hub whose settings come from a file that the test rewrites.
struct running_config {
  explicit running_config(std::string_view text)
      : file(text), read([this] {
          return parse({"--config", file.path().c_str()});
        }),
        hub(read().config), configuration(hub.shared, read(), read) {}

  void write(std::string_view text) { std::ofstream{file.path()} << text; }
  std::uint64_t count(const std::string& result) {
    return hub.shared.reloads.snapshot()[result];
  }

  tests::temporary_file file;
  reading read;
  tests::fake_hub hub;
  reloader configuration;
};

} // namespace

TEST_SUITE("actors/reload") {
  TEST_CASE("what was read again as it was changes nothing") {
    const tests::environment_map same{{"SECRET_KEY", "a"}, {"WS_PORT", "9"}};
    const auto plan = plan_of(same, same);
    CHECK(plan.changed.empty());
    CHECK(plan.needs_restart.empty());
  }

  TEST_CASE("secrets, limits, domains and the log level may change") {
    const auto plan = plan_of({{"SECRET_KEY", "a"}, {"WS_COMMAND_RATE", "5"}},
                              {{"SECRET_KEY", "b"},
                               {"WS_TRUSTED_IFRAME_HOSTS", "a.com"},
                               {"WS_MAX_CONNECTIONS_PER_DIALOG", "7"},
                               {"WS_LOG_LEVEL", "debug"}});
    CHECK(names(plan.changed)
          == "SECRET_KEY WS_TRUSTED_IFRAME_HOSTS "
             "WS_MAX_CONNECTIONS_PER_DIALOG WS_COMMAND_RATE WS_LOG_LEVEL");
    CHECK(plan.needs_restart.empty());
    CHECK(plan.next.secret_key == "b");
    CHECK(plan.next.max_connections_per_dialog == 7);
    CHECK(plan.next.command_rate == 20);
    CHECK(plan.next.level == log_level::debug);
  }

  TEST_CASE("a change says from what to what, but never a secret") {
    const auto plan = plan_of({{"SECRET_KEY", "old"}, {"WS_COMMAND_RATE", "5"}},
                              {{"SECRET_KEY", "new"}});
    REQUIRE(plan.changed.size() == 2);
    CHECK(plan.changed[0].is_secret);
    CHECK(plan.changed[0].from.empty());
    CHECK(plan.changed[0].to.empty());
    CHECK(plan.changed[1].from == "5");
    CHECK(plan.changed[1].to == "20");
  }

  TEST_CASE("all else needs a restart and stays as it is") {
    const auto plan = plan_of({}, {{"WS_PORT", "9"},
                                   {"REDIS_URL", "redis://:pw@h"},
                                   {"WS_COMPAT", "true"},
                                   {"WEBSOCKET_CLIENT_TIMEOUT_SECONDS", "40"}});
    CHECK(plan.changed.empty());
    CHECK(names(plan.needs_restart)
          == "WS_PORT REDIS_URL WS_COMPAT WEBSOCKET_CLIENT_TIMEOUT_SECONDS");
    CHECK(plan.needs_restart[1].to == "redis://***@h");
    CHECK(plan.next.port == 8001);
    CHECK(plan.next.trusted_iframe_hosts.empty());
  }

  TEST_CASE("duels neither begin nor end by a reload, but change their key") {
    const tests::environment_map without;
    const tests::environment_map one{{"WEBSOCKET_TICKET_SECRET", "a"}};
    const tests::environment_map two{{"WEBSOCKET_TICKET_SECRET", "b"}};
    CHECK(names(plan_of(without, one).needs_restart)
          == "WEBSOCKET_TICKET_SECRET");
    CHECK(plan_of(one, without).next.duel_secret == "a");
    CHECK(plan_of(one, two).next.duel_secret == "b");
  }

  TEST_CASE("a demo keeps the secrets that it made up") {
    const auto demo = [] { return parse({"--demo"}); };
    const auto now = demo();
    const auto plan = plan_reload(now, demo());
    CHECK(plan.changed.empty());
    CHECK(plan.next.secret_key == now.config.secret_key);
  }

  TEST_CASE("a hub follows its file, its limits with it") {
    running_config runs{"WS_MAX_TOTAL_CONNECTIONS=5\n"};
    runs.write("WS_MAX_TOTAL_CONNECTIONS=9\nWS_RATE_LIMIT_PER_IP=1\n");
    runs.configuration.reload();
    CHECK(runs.hub.shared.connection_limit == 9);
    CHECK(runs.hub.shared.try_attempt("1.2.3.4"));
    CHECK_FALSE(runs.hub.shared.try_attempt("1.2.3.4"));
    runs.configuration.reload();
    CHECK(runs.count("changed") == 1);
    CHECK(runs.count("unchanged") == 1);
  }

  TEST_CASE("a file with one error changes nothing at all") {
    running_config runs{"WS_COMMAND_RATE=5\n"};
    runs.write("WS_COMMAND_RATE=6\nWS_OUTBOX_BYTES=much\n");
    runs.configuration.reload();
    CHECK(runs.hub.shared.config().command_rate == 5);
    CHECK(runs.count("refused") == 1);
    runs.write("WS_COMMAND_RATE=6\n");
    runs.configuration.reload();
    CHECK(runs.hub.shared.config().command_rate == 6);
  }

  TEST_CASE("a value that is taken back is a change as well") {
    running_config runs{"WS_COMMAND_RATE=5\nWS_SHARDS=2\n"};
    runs.write("WS_SHARDS=3\n");
    runs.configuration.reload();
    CHECK(runs.hub.shared.config().command_rate == 20);
    CHECK(runs.hub.shared.config().shards == 2);
    runs.write("WS_COMMAND_RATE=5\nWS_SHARDS=2\n");
    runs.configuration.reload();
    CHECK(runs.hub.shared.config().command_rate == 5);
  }

  TEST_CASE("a secret's file is read again") {
    const tests::temporary_file secret{"first\n"};
    running_config runs{"WS_PUBLISH_TOKEN_FILE=" + secret.path() + "\n"};
    std::ofstream{secret.path()} << "second\n";
    runs.configuration.reload();
    CHECK(runs.hub.shared.config().publish_token == "second");
    std::filesystem::remove(secret.path());
    runs.configuration.reload();
    CHECK(runs.hub.shared.config().publish_token == "second");
    CHECK(runs.count("refused") == 1);
  }

  TEST_CASE("a public key's file is read again") {
    const tests::rsa_key first;
    const tests::rsa_key second;
    const tests::temporary_file key{first.public_pem()};
    running_config runs{"WS_JWT_PUBLIC_KEY_FILE=" + key.path() + "\n"};
    std::ofstream{key.path()} << second.public_pem();
    runs.configuration.reload();
    CHECK(runs.hub.shared.live.now().policy.jwt_public_key_pem
          == second.public_pem());
    CHECK(runs.count("changed") == 1);
    std::ofstream{key.path()} << "no key";
    runs.configuration.reload();
    CHECK(runs.hub.shared.config().jwt_public_key_pem == second.public_pem());
    CHECK(runs.count("refused") == 1);
  }
}
