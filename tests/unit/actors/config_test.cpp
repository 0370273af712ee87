#include "actors/config.hpp"
#include "tests/support/parsed_startup.hpp"
#include "tests/support/temporary_file.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace wsgw;
using namespace wsgw::actors;
using namespace std::chrono_literals;
using tests::contains;
using tests::mentions;
using tests::parse;
using tests::refusal;

TEST_SUITE("actors/config") {
  TEST_CASE("without any setting the defaults of the reference hold") {
    const auto result = parse({});
    REQUIRE(!result.stop);
    CHECK(result.what.what == action::serve);
    CHECK(result.config.port == 8001);
    CHECK(result.config.host == "0.0.0.0");
    CHECK(result.config.ping_interval == 25s);
    CHECK(result.config.pong_timeout == 40s);
    CHECK(result.config.max_connections_per_dialog == 50);
    CHECK(result.config.rate_limit_per_ip == 100);
  }

  TEST_CASE("a flag wins over the environment, which wins over the file") {
    const tests::temporary_file file{
      "# limits\nexport WS_PORT=1\nWS_SHARDS=1\nWS_OUTBOX_BYTES=\"64KiB\"\n"};
    const auto result = parse({"--port", "3", "--config", file.path().c_str()},
                              {{"WS_PORT", "2"}, {"WS_SHARDS", "2"}});
    REQUIRE(!result.stop);
    CHECK(result.config.port == 3);
    CHECK(result.config.shards == 2);
    CHECK(result.config.outbox_bytes == 65536);
    CHECK(result.sources.at("WS_PORT") == "flag");
    CHECK(result.sources.at("WS_SHARDS") == "environment");
    CHECK(result.sources.at("WS_OUTBOX_BYTES") == "file");
  }

  TEST_CASE("flags may follow a sub-command") {
    const auto result = parse({"check-config", "--port", "9", "--echo"});
    REQUIRE(!result.stop);
    CHECK(result.what.what == action::check_config);
    CHECK(result.config.port == 9);
    CHECK(result.config.echo);
    CHECK(!parse({"--echo=false"}, {{"WS_ECHO", "true"}}).config.echo);
  }

  TEST_CASE("UVICORN_PORT is another name of WS_PORT, which is stronger") {
    CHECK(parse({}, {{"UVICORN_PORT", "9001"}}).config.port == 9001);
    CHECK(parse({}, {{"UVICORN_PORT", "9001"}, {"WS_PORT", "9002"}}).config.port
          == 9002);
  }

  TEST_CASE("a bad value is refused with name, value and allowed range") {
    const auto text = refusal(parse({}, {{"WS_PORT", "70000"}}));
    CHECK(contains(text, "WS_PORT"));
    CHECK(contains(text, "\"70000\""));
    CHECK(contains(text, "0 to 65535"));
  }

  TEST_CASE("all bad values are reported at once") {
    const auto text = refusal(
      parse({"--log-level", "loud"}, {{"WS_SHARDS", "-1"}, {"WS_ECHO", "2"}}));
    CHECK(contains(text, "WS_LOG_LEVEL"));
    CHECK(contains(text, "debug|info|warning|error"));
    CHECK(contains(text, "WS_SHARDS"));
    CHECK(contains(text, "WS_ECHO"));
  }

  TEST_CASE("an empty value is as good as none") {
    const auto result = parse({}, {{"WS_PORT", ""}, {"REDIS_URL", ""}});
    REQUIRE(!result.stop);
    CHECK(result.config.port == 8001);
  }

  TEST_CASE("a misspelt flag is a usage error") {
    const auto result = parse({"--prot", "1"});
    REQUIRE(result.stop);
    CHECK(result.stop->code == exit_usage);
    CHECK(contains(result.stop->text, "--prot"));
  }

  TEST_CASE("help names every flag and exits 0") {
    const auto result = parse({"--help"});
    REQUIRE(result.stop);
    CHECK(result.stop->code == 0);
    for (const auto* flag : {"--port", "--redis-url-file", "--demo",
                             "--ping-interval-seconds", "token", "healthcheck"})
      CHECK_MESSAGE(contains(result.stop->text, flag), flag);
  }

  TEST_CASE("a secret has no plain flag") {
    const auto result = parse({"--secret-key", "x"});
    REQUIRE(result.stop);
    CHECK(result.stop->code == exit_usage);
  }

  TEST_CASE("a Redis URL may be a flag as long as it has no password") {
    CHECK(parse({"--redis-url", "redis://h:1/2"}).config.redis_url
          == "redis://h:1/2");
    const auto text = refusal(parse({"--redis-url", "redis://:hunter2@h"}));
    CHECK(contains(text, "REDIS_URL (flag): a secret may only come from"));
    CHECK(!contains(text, "hunter2"));
    const tests::temporary_file file{"redis://:hunter2@h\n"};
    CHECK(parse({"--redis-url-file", file.path().c_str()}).config.redis_url
          == "redis://:hunter2@h");
  }

  TEST_CASE("a secret's file wins and loses its trailing newline") {
    const tests::temporary_file file{"from-file\n"};
    const auto result = parse({}, {{"SECRET_KEY", "from-environment"},
                                   {"SECRET_KEY_FILE", file.path()}});
    CHECK(result.config.secret_key == "from-file");
    CHECK(parse({"--secret-key-file", file.path().c_str()}).config.secret_key
          == "from-file");
  }

  TEST_CASE("a secret's file that cannot be read is refused") {
    CHECK(contains(refusal(parse({}, {{"SITE_SECRET_FILE", "/nowhere/x"}})),
                   "SITE_SECRET_FILE: cannot read /nowhere/x"));
  }

  TEST_CASE("a config file may not hold a secret, only the name of its file") {
    const tests::temporary_file secret{"s3cret"};
    const tests::temporary_file bad{"SECRET_KEY=s3cret\n"};
    const tests::temporary_file good{"SECRET_KEY_FILE=" + secret.path() + "\n"};
    const auto text = refusal(parse({"--config", bad.path().c_str()}));
    CHECK(contains(text, "SECRET_KEY"));
    CHECK(!contains(text, "s3cret"));
    CHECK(parse({"--config", good.path().c_str()}).config.secret_key
          == "s3cret");
  }

  TEST_CASE("a config file that is missing or malformed is refused") {
    CHECK(contains(refusal(parse({"--config", "/nowhere/x"})), "/nowhere/x"));
    const tests::temporary_file bad{"WS_PORT=1\nnonsense\n"};
    CHECK(contains(refusal(parse({"--config", bad.path().c_str()})), ":2:"));
  }

  TEST_CASE("an unknown WS_ name is warned about, a reference one is not") {
    const auto result = parse(
      {}, {{"WS_PROT", "1"}, {"WS_MAX_DIALOG_LOCKS", "1"}, {"PATH", "/"}});
    CHECK(mentions(result.warnings, "unknown setting WS_PROT"));
    CHECK(!mentions(result.warnings, "WS_MAX_DIALOG_LOCKS"));
    CHECK(!mentions(result.warnings, "PATH"));
  }

  TEST_CASE("a setting of a later version is warned about") {
    CHECK(mentions(parse({}, {{"WS_COMPRESSION", "true"}}).warnings,
                   "WS_COMPRESSION has no effect"));
    CHECK(
      mentions(parse({}, {{"WEBSOCKET_STATS_INTERVAL_SECONDS", "30"}}).warnings,
               "WEBSOCKET_STATS_INTERVAL_SECONDS has no effect"));
  }

  TEST_CASE("a duel limit below its least is raised with a warning") {
    const auto result = parse({}, {{"WEBSOCKET_CLIENT_TIMEOUT_SECONDS", "5"},
                                   {"WEBSOCKET_SYNC_INTERVAL", "0.1"}});
    REQUIRE(!result.stop);
    CHECK(result.config.duel_client_timeout == 30s);
    CHECK(result.config.duel_sync_interval == 500ms);
    CHECK(mentions(result.warnings,
                   "WEBSOCKET_CLIENT_TIMEOUT_SECONDS (environment): \"5\" is "
                   "too small, 30s is used instead"));
  }

  TEST_CASE("nonsense for a duel limit is refused all the same") {
    const auto text =
      refusal(parse({}, {{"WEBSOCKET_CLIENT_TIMEOUT_SECONDS", "soon"}}));
    CHECK(contains(text, "WEBSOCKET_CLIENT_TIMEOUT_SECONDS"));
    CHECK(contains(text, "30s to 24h"));
  }

  TEST_CASE("duels have a secret of their own, that falls back to nothing") {
    const tests::temporary_file file{"duels\n"};
    CHECK(parse({}, {{"WEBSOCKET_TICKET_SECRET_FILE", file.path()}})
            .config.duel_secret
          == "duels");
    CHECK(parse({}, {{"TELEGRAM_BOT_TOKEN", "x"}, {"WS_TICKET_SECRET", "y"}})
            .config.duel_secret.empty());
  }

  TEST_CASE("a misspelt WEBSOCKET_ name is warned about, foreign ones not") {
    const auto result = parse({}, {{"WEBSOCKET_PROT", "1"},
                                   {"WEBSOCKET_PING_INTERVAL", "25"},
                                   {"WEBSOCKET_PORT", "tcp://10.0.0.1:80"}});
    REQUIRE(!result.stop);
    CHECK(result.config.duel_port == 8090);
    CHECK(mentions(result.warnings, "unknown setting WEBSOCKET_PROT"));
    CHECK(!mentions(result.warnings, "PING_INTERVAL"));
  }

  TEST_CASE("a demo's duels take a free port of this machine") {
    const auto demo = parse({"--demo"});
    CHECK(demo.config.duel_host == "127.0.0.1");
    CHECK(demo.config.duel_port == 0);
    CHECK(!demo.config.duel_secret.empty());
    CHECK(parse({"--demo", "--websocket-port", "8090"}).config.duel_port
          == 8090);
  }

  TEST_CASE("Kubernetes service variables are ignored with one warning") {
    const auto result =
      parse({}, {{"WS_PORT", "tcp://10.0.0.1:80"},
                 {"WS_SERVICE_HOST", "10.0.0.1"},
                 {"WS_GATEWAY_PORT_8001_TCP_ADDR", "10.0.0.1"}});
    REQUIRE(!result.stop);
    CHECK(result.config.port == 8001);
    CHECK(mentions(result.warnings, "Kubernetes"));
    CHECK(!mentions(result.warnings, "unknown setting"));
  }
}
