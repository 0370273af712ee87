#include "protocol/log_library.hpp"
#include "protocol/numbered_event.hpp"
#include "tests/support/blocking_log.hpp"
#include "tests/support/redis_server.hpp"

#include <doctest/doctest.h>

using namespace wsgw;
using namespace wsgw::actors;
using namespace wsgw::tests;
using transport::redis_state;

namespace {

const std::string room = "dialog:10";
const std::string event = R"({"type":"note"})";

/// The library as another version would have it.
std::string library_of_version(const std::string& version) {
  std::string text{protocol::log_library()};
  const std::string line =
    "local VERSION = " + std::to_string(protocol::log_library_version());
  return text.replace(text.find(line), line.size(),
                      "local VERSION = " + version);
}

std::string version_in(redis_server& redis) {
  return redis.cli("FCALL_RO", "wsgw_version", "0");
}

settings limited(std::size_t maxlen) {
  settings config;
  config.log_maxlen = maxlen;
  config.log_ttl = std::chrono::seconds{60};
  return config;
}

} // namespace

TEST_SUITE("integration/log/redis_log") {
  TEST_CASE("a store opens, appends, reads and renews") {
    redis_server redis;
    blocking_log log{redis.url()};
    REQUIRE(log.is_ready());
    const auto head = std::get<protocol::cursor>(log.open(room));
    CHECK(head.seq == 0);
    const auto first = std::get<appended>(log.publish(room, event, "k"));
    CHECK(first.at == protocol::cursor{head.epoch, 1});
    CHECK(!first.is_duplicate);
    CHECK(std::get<appended>(log.publish(room, event, "k")).is_duplicate);
    const auto page = std::get<protocol::log_page>(log.read(room, 0));
    CHECK(page.epoch == head.epoch);
    CHECK(page.head == 1);
    CHECK(page.first == 1);
    REQUIRE(page.events.size() == 1);
    CHECK(page.events[0].json == event);
    const auto renewed =
      std::get<protocol::cursor>(log.renew(room, head.epoch));
    CHECK(renewed.epoch != head.epoch);
    CHECK(std::get<protocol::log_page>(log.read(room, 0)).renewed
          == "broker_lost_tail");
    CHECK(log.counts.reads == 2);
    CHECK(log.counts.appends == 2);
    CHECK(log.counts.errors == 0);
  }

  TEST_CASE("a room that Redis does not know is an empty page") {
    redis_server redis;
    blocking_log log{redis.url()};
    REQUIRE(log.is_ready());
    const auto page = std::get<protocol::log_page>(log.read(room, 5));
    CHECK(page.epoch == "");
    CHECK(page.head == 0);
    CHECK(page.first == 1);
  }

  TEST_CASE("errors of Redis are those of one command") {
    redis_server redis;
    blocking_log log{redis.url()};
    REQUIRE(log.is_ready());
    CHECK(error_of(log.publish(room, "[]")) == "WSGW not a JSON object");
    redis.cli("CONFIG", "SET", "maxmemory", "1");
    CHECK(error_of(log.publish(room, event)).starts_with("OOM"));
    CHECK(!std::get<store_error>(log.publish(room, event)).is_link_down);
    CHECK(error_of(log.open(room)) == "");
    CHECK(log.counts.errors == 3);
  }

  TEST_CASE("WS_LOG_MAXLEN and WS_LOG_TTL hold for backends, too") {
    redis_server redis;
    blocking_log log{redis.url(), limited(3)};
    REQUIRE(log.is_ready());
    for (int i = 0; i < 10; ++i)
      redis.cli("FCALL", "wsgw_publish", "1", room, event);
    CHECK(redis.cli("XLEN", "ws:log:{dialog:10}") == "3");
    CHECK(std::stol(redis.cli("PTTL", "ws:log:{dialog:10}")) <= 60'000);
    redis.cli("FLUSHALL");
    log.open(room);
    for (int i = 0; i < 10; ++i)
      redis.cli("FCALL", "wsgw_publish", "1", room, event);
    CHECK(redis.cli("XLEN", "ws:log:{dialog:10}") == "3");
  }

  TEST_CASE("an entry that is too large keeps its number only") {
    settings config;
    config.max_event_bytes = 1024;
    redis_server redis;
    blocking_log log{redis.url(), config};
    REQUIRE(log.is_ready());
    log.publish(room, R"({"type":")" + std::string(1024, 'x') + R"("})");
    const auto page = std::get<protocol::log_page>(log.read(room, 0));
    REQUIRE(page.events.size() == 1);
    CHECK(page.events[0].seq == 1);
    CHECK(protocol::is_same_event(page.events[0].json,
                                  R"({"_epoch":"a","_seq":1,)"));
  }

  TEST_CASE("a lost library is brought back and nothing fails") {
    redis_server redis;
    blocking_log log{redis.url()};
    REQUIRE(log.is_ready());
    redis.cli("FUNCTION", "FLUSH");
    CHECK(error_of(log.publish(room, event)) == "");
    redis.cli("FUNCTION", "FLUSH");
    CHECK(error_of(log.read(room, 0)) == "");
    CHECK(log.counts.errors == 0);
  }

  TEST_CASE("a restart of Redis brings the library again") {
    redis_server redis;
    blocking_log log{redis.url()};
    REQUIRE(log.is_ready());
    redis.stop();
    REQUIRE(log.states.becomes(redis_state::down));
    CHECK(std::get<store_error>(log.open(room)).is_link_down);
    CHECK(log.counts.errors == 1);
    redis.start();
    REQUIRE(log.is_ready());
    CHECK(error_of(log.publish(room, event)) == "");
  }

  TEST_CASE("an older library is replaced, a newer one is left") {
    redis_server redis;
    redis.cli("FUNCTION", "LOAD", library_of_version("0"));
    {
      blocking_log log{redis.url()};
      REQUIRE(log.is_ready());
      CHECK(version_in(redis)
            == std::to_string(protocol::log_library_version()));
    }
    redis.cli("FUNCTION", "LOAD", "REPLACE", library_of_version("999"));
    blocking_log log{redis.url()};
    REQUIRE(log.is_ready());
    CHECK(version_in(redis) == "999");
    CHECK(error_of(log.publish(room, event)) == "");
  }

  TEST_CASE("gateways that start at once agree on one library") {
    redis_server redis;
    std::vector<std::unique_ptr<blocking_log>> all;
    for (int i = 0; i < 6; ++i)
      all.push_back(std::make_unique<blocking_log>(redis.url()));
    for (auto& each : all)
      CHECK(each->is_ready());
  }

  TEST_CASE("without leave to load, the library is waited for") {
    settings config;
    config.redis_load_functions = false;
    redis_server redis;
    blocking_log log{redis.url(), config};
    CHECK(log.states.reason_with("redis-cli -x FUNCTION LOAD").find("missing")
          != std::string::npos);
    CHECK(error_of(log.publish(room, event)).find("missing")
          != std::string::npos);
    redis.cli("FUNCTION", "LOAD", std::string{protocol::log_library()});
    CHECK(log.is_ready());
    CHECK(error_of(log.publish(room, event)) == "");
  }

  TEST_CASE("a Redis without functions is an error that is said") {
    redis_server redis{{{}, {"rename-command FCALL_RO \"\""}}};
    blocking_log log{redis.url()};
    CHECK(log.states.reason_with("needs Redis 7").find("needs Redis 7")
          != std::string::npos);
    CHECK(error_of(log.publish(room, event)).find("needs Redis 7")
          != std::string::npos);
  }

  TEST_CASE("a user that may not load is told what Redis says") {
    redis_server redis{{{}, {"user default on nopass ~* &* +@all -function"}}};
    blocking_log log{redis.url()};
    CHECK(log.states.reason_with("NOPERM").find("was not loaded: NOPERM")
          != std::string::npos);
  }

  TEST_CASE("more commands than may wait fail at once") {
    redis_server redis;
    blocking_log log{redis.url()};
    REQUIRE(log.is_ready());
    redis.pause();
    std::atomic<int> failed{0};
    const auto most = static_cast<int>(redis_log::max_commands);
    for (int i = 0; i < most + 10; ++i)
      log.log().read(room_of(room), 0, 1, [&](const auto& result) {
        failed += std::holds_alternative<store_error>(result) ? 1 : 0;
      });
    CHECK(failed == 10);
    redis.resume();
    CHECK(eventually([&] { return error_of(log.open(room)).empty(); }));
    CHECK(failed == 10);
  }
}
