#include "tests/support/log_redis.hpp"
#include "tests/support/redis_links.hpp"

#include <doctest/doctest.h>

using namespace wsgw;
using namespace wsgw::tests;
using lines = std::vector<std::string>;

namespace {

const std::string room = "dialog:10";
const std::string meta = "ws:meta:{dialog:10}";
const std::string stream = "ws:log:{dialog:10}";
const std::string event = R"({"type":"note"})";

std::string epoch_of(const std::string& cursor) {
  return cursor.substr(0, cursor.find(':'));
}

/// What is left after `lose` belongs to a new epoch alone.
template <class Lose>
void check_new_epoch(Lose lose) {
  log_redis redis;
  const auto before = redis.publish(room, event);
  redis.publish(room, event);
  lose(redis.server);
  const auto after = redis.publish(room, event);
  CHECK(after.epoch != before.epoch);
  CHECK(after.seq == 1);
  CHECK(redis.server.cli("XLEN", stream) == "1");
}

} // namespace

TEST_SUITE("integration/log/epochs") {
  TEST_CASE("FLUSHALL begins a new epoch") {
    check_new_epoch([](redis_server& server) { server.cli("FLUSHALL"); });
  }

  TEST_CASE("an evicted hash begins a new epoch and deletes its stream") {
    check_new_epoch([](redis_server& server) { server.cli("DEL", meta); });
  }

  TEST_CASE("a broken hash begins a new epoch") {
    check_new_epoch(
      [](redis_server& server) { server.cli("HSET", meta, "seq", "x"); });
    check_new_epoch(
      [](redis_server& server) { server.cli("HDEL", meta, "epoch"); });
  }

  TEST_CASE("a stream that is ahead of its hash begins a new epoch") {
    check_new_epoch(
      [](redis_server& server) { server.cli("HSET", meta, "seq", "0"); });
  }

  TEST_CASE("an evicted stream leaves the numbers as they are") {
    log_redis redis;
    const auto first = redis.publish(room, event);
    redis.publish(room, event);
    redis.server.cli("DEL", stream);
    CHECK(redis.read(room, 0) == lines{first.epoch, "2", "3", ""});
    CHECK(redis.publish(room, event) == protocol::cursor{first.epoch, 3});
    CHECK(redis.read(room, 0) == lines{first.epoch, "3", "3", "", "3", event});
  }

  TEST_CASE("keys of another type are an error, not a loss") {
    log_redis redis;
    redis.publish(room, event);
    redis.server.cli("DEL", stream);
    redis.server.cli("SET", stream, "x");
    CHECK(redis.call("wsgw_publish", room, event).at(0).find("WRONGTYPE")
          != std::string::npos);
    CHECK(redis.server.cli("HGET", meta, "seq") == "1");
    redis.server.cli("DEL", stream);
    CHECK(redis.publish(room, event).seq == 2);
  }

  TEST_CASE("an epoch is the time in base 36") {
    log_redis redis;
    const auto epoch = redis.publish(room, event).epoch;
    const auto time = std::stoull(epoch, nullptr, 36) / 1'000'000;
    const auto now = redis.server.cli("TIME");
    CHECK(std::stoull(now) - time <= 10);
  }

  TEST_CASE("a renewal says why, once, and only to who is right") {
    log_redis redis;
    const auto old = redis.publish(room, event);
    CHECK(redis.call("wsgw_renew", room, "zzz") == lines{to_string(old)});
    const auto renewed = redis.call("wsgw_renew", room, old.epoch).at(0);
    CHECK(renewed.ends_with(":0"));
    CHECK(epoch_of(renewed) != old.epoch);
    CHECK(redis.call("wsgw_renew", room, old.epoch) == lines{renewed});
    CHECK(redis.read(room, 0)
          == lines{epoch_of(renewed), "0", "1", "broker_lost_tail"});
    CHECK(redis.server.cli("HMGET", meta, "why", "before")
          == "broker_lost_tail\n" + old.epoch);
    CHECK(redis.server.cli("EXISTS", stream) == "0");
    CHECK(redis.publish(room, event).seq == 1);
    CHECK(redis.read(room, 0).at(3) == "broker_lost_tail");
  }

  TEST_CASE("a renewed epoch sorts behind the one it replaces, and is never "
            "the same, whatever the clock says") {
    log_redis redis;
    redis.publish(room, event);
    const std::string future = "zzzzzzzzzz";
    redis.server.cli("HSET", meta, "epoch", future);
    const auto once = epoch_of(redis.call("wsgw_renew", room, future).at(0));
    CHECK(once.size() == future.size() + 1);
    redis.server.cli("HSET", meta, "epoch", future);
    CHECK(epoch_of(redis.call("wsgw_renew", room, future).at(0)) != once);
  }

  TEST_CASE("an epoch that follows an eviction has no reason") {
    log_redis redis;
    const auto old = redis.publish(room, event);
    redis.call("wsgw_renew", room, old.epoch);
    redis.server.cli("DEL", meta);
    redis.publish(room, event);
    CHECK(redis.read(room, 0).at(3) == "");
  }

  TEST_CASE("a renewal when the hash is gone says why as well") {
    log_redis redis;
    const auto old = redis.publish(room, event);
    redis.server.cli("FLUSHALL");
    redis.call("wsgw_renew", room, old.epoch);
    CHECK(redis.read(room, 0).at(3) == "broker_lost_tail");
    CHECK(redis.call("wsgw_renew", room, "A:b") == lines{"WSGW bad arguments"});
  }

  TEST_CASE("a full Redis refuses events and answers joins") {
    log_redis redis;
    const auto old = redis.publish(room, event);
    redis.server.cli("CONFIG", "SET", "maxmemory", "1");
    CHECK(redis.call("wsgw_publish", room, event).at(0).starts_with("OOM"));
    CHECK(redis.cursor(room) == to_string(old));
    CHECK(redis.read(room, 0).size() == 6);
    CHECK(redis.cursor("dialog:11").ends_with(":0"));
    redis.server.cli("CONFIG", "SET", "maxmemory", "0");
    CHECK(redis.publish(room, event).seq == 2);
  }

  TEST_CASE("a published event carries its number in front") {
    log_redis redis;
    running_loop loop;
    recording_subscriber heard{loop, redis.server.url()};
    REQUIRE(heard.states.becomes(transport::redis_state::ready));
    const auto epoch = redis.publish(room, event).epoch;
    redis.publish(room, "{}");
    redis.publish("0010", " \n{ \t \"a\":1}");
    redis.publish(room, " { } ");
    redis.publish(room, R"({"type":"typing_start"})");
    redis.publish("user:5", event, "k");
    REQUIRE(heard.receives(6));
    const auto front = R"({"_epoch":")" + epoch + R"(","_seq":)";
    const auto all = heard.messages();
    CHECK(all[0].channel == "ws:dialog:10");
    CHECK(all[0].payload == front + R"(1,"type":"note"})");
    CHECK(all[1].payload == front + "2}");
    CHECK(all[2].payload == front + R"(3,"a":1})");
    CHECK(all[2].channel == "ws:dialog:10");
    CHECK(all[3].payload == front + "4} ");
    CHECK(all[4].payload == R"({"type":"typing_start"})");
    CHECK(all[5].channel == "ws:user:5");
  }
}
