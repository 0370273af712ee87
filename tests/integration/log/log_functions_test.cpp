#include "tests/support/log_redis.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace wsgw;
using namespace wsgw::tests;
using lines = std::vector<std::string>;

namespace {

const std::string room = "dialog:10";
const std::string meta = "ws:meta:{dialog:10}";
const std::string stream = "ws:log:{dialog:10}";

std::string numbered(int n) {
  return R"({"type":"note","n":)" + std::to_string(n) + "}";
}

void publish_many(log_redis& redis, int count) {
  for (int i = 1; i <= count; ++i)
    redis.publish(room, numbered(i));
}

} // namespace

TEST_SUITE("integration/log/functions") {
  TEST_CASE("events are numbered one by one and can be read back") {
    log_redis redis;
    const auto first = redis.publish(room, numbered(1));
    const auto second = redis.publish(room, numbered(2));
    CHECK(protocol::parse_cursor(to_string(first)) == first);
    CHECK(first.seq == 1);
    CHECK(second == protocol::cursor{first.epoch, 2});
    CHECK(redis.cursor(room) == first.epoch + ":2");
    CHECK(
      redis.read(room, 0)
      == lines{first.epoch, "2", "1", "", "1", numbered(1), "2", numbered(2)});
    CHECK(redis.read(room, 1, 5)
          == lines{first.epoch, "2", "1", "", "2", numbered(2)});
    CHECK(redis.read(room, 2) == lines{first.epoch, "2", "1", ""});
    CHECK(redis.read(room, 0, 1).size() == 6);
  }

  TEST_CASE("an entry holds the event as it was given") {
    log_redis redis;
    const std::string json = " { \"type\" : \"x\" } ";
    redis.publish(room, json);
    CHECK(redis.server.cli("XRANGE", stream, "-", "+") == "1-0\ne\n" + json);
    CHECK(redis.server.cli("HGET", meta, "seq") == "1");
  }

  TEST_CASE("rooms count for themselves") {
    log_redis redis;
    publish_many(redis, 3);
    CHECK(redis.publish("user:a@b.c", numbered(1)).seq == 1);
    CHECK(redis.publish("dialog:11", numbered(1)).seq == 1);
  }

  TEST_CASE("a bare number and leading zeros mean the same dialog") {
    log_redis redis;
    CHECK(redis.publish("10", numbered(1)).seq == 1);
    CHECK(redis.publish("dialog:0010", numbered(2)).seq == 2);
    CHECK(redis.publish("0010", numbered(3)).seq == 3);
    CHECK(redis.read("10", 0).size() == 10);
    CHECK(redis.publish("dialog:9223372036854775807", "{}").seq == 1);
  }

  TEST_CASE("what is no room is refused by every function") {
    log_redis redis;
    for (const std::string name :
         {"", "dialog:", "dialog:0", "dialog:x", "dialog:9223372036854775808",
          "Dialog:1", "user:a b", "user:a:b", "user", ":1", "-1"}) {
      CAPTURE(name);
      const lines refused{"WSGW bad room"};
      CHECK(redis.call("wsgw_publish", name, "{}") == refused);
      CHECK(redis.call("wsgw_cursor", name) == refused);
      CHECK(redis.call("wsgw_read", name, "0", "1") == refused);
      CHECK(redis.call("wsgw_renew", name, "abc") == refused);
    }
    const std::string longest(64, 'a');
    CHECK(redis.publish("user:" + longest, "{}").seq == 1);
    CHECK(redis.call("wsgw_publish", "user:" + longest + "a", "{}")
          == lines{"WSGW bad room"});
    CHECK(redis.server.cli("DBSIZE") == "2");
  }

  TEST_CASE("what is no JSON object is refused and leaves nothing") {
    log_redis redis;
    for (const std::string json : {"", " ", "[]", "1", "null", "\"{\"", "x{}"})
      CHECK(redis.call("wsgw_publish", room, json)
            == lines{"WSGW not a JSON object"});
    CHECK(redis.call("wsgw_publish", room) == lines{"WSGW bad arguments"});
    CHECK(redis.server.cli("DBSIZE") == "0");
  }

  TEST_CASE("what only looks like an object is kept for gateways to judge") {
    log_redis redis;
    std::string deep =
      R"({"a":)" + std::string(2000, '[') + std::string(2000, ']') + "}";
    for (const auto& json : {std::string{"{"}, std::string{"{broken"}, deep})
      CHECK(redis.publish(room, json).epoch != "");
    CHECK(redis.cursor(room).ends_with(":3"));
  }

  TEST_CASE("the log keeps exactly as many events as the gateways say") {
    log_redis redis;
    CHECK(redis.call("wsgw_cursor", room, "5", "60000").size() == 1);
    publish_many(redis, 250);
    CHECK(redis.server.cli("XLEN", stream) == "5");
    const auto page = redis.read(room, 0);
    CHECK(lines(page.begin() + 1, page.begin() + 6)
          == lines{"250", "246", "", "246", numbered(246)});
    CHECK(redis.server.cli("HGETALL", "ws:config")
          == "maxlen\n5\nttl_ms\n60000");
  }

  TEST_CASE("without a gateway's word a log keeps 1000 events for a day") {
    log_redis redis;
    redis.publish(room, "{}");
    const auto ttl = std::stol(redis.server.cli("TTL", stream));
    CHECK(ttl > 86'300);
    CHECK(ttl <= 86'400);
  }

  TEST_CASE("publishing and asking for the cursor renew both keys") {
    log_redis redis;
    const auto is_renewed = [&](const std::string& key) {
      return std::stol(redis.server.cli("PTTL", key)) > 50'000;
    };
    redis.call("wsgw_cursor", room, "5", "60000");
    redis.publish(room, "{}");
    for (const bool by_cursor : {false, true}) {
      redis.server.cli("PEXPIRE", meta, "30000");
      redis.server.cli("PEXPIRE", stream, "30000");
      by_cursor ? redis.cursor(room) : redis.publish(room, "{}").epoch;
      CHECK(is_renewed(meta));
      CHECK(is_renewed(stream));
    }
  }

  TEST_CASE("an idempotency key counts once per room, for five minutes") {
    log_redis redis;
    publish_many(redis, 2);
    const auto first = redis.call("wsgw_publish", room, "{}", "k");
    const auto again = redis.call("wsgw_publish", room, numbered(9), "k");
    CHECK(first.at(1) == "3");
    CHECK(again == lines{first.at(0), "3", "1"});
    CHECK(redis.cursor(room).ends_with(":3"));
    const auto ttl =
      std::stol(redis.server.cli("PTTL", "ws:idem:{dialog:10}:k"));
    CHECK(ttl > 290'000);
    CHECK(ttl <= 300'000);
    CHECK(redis.publish("dialog:11", "{}", "k").seq == 1);
    CHECK(redis.publish(room, "{}", "").seq == 4);
    CHECK(redis.publish(room, "{}", "").seq == 5);
  }

  TEST_CASE("a key that a gateway without a log has seen is a duplicate") {
    log_redis redis;
    publish_many(redis, 2);
    redis.server.cli("SET", "ws:idem:{dialog:10}:k", "1");
    const auto reply = redis.call("wsgw_publish", room, "{}", "k");
    CHECK(lines(reply.begin() + 1, reply.end()) == lines{"2", "1"});
  }

  TEST_CASE("an ephemeral event gets no number") {
    log_redis redis;
    publish_many(redis, 2);
    for (const std::string json :
         {R"({"type":"typing_start"})", R"({"type":"typing_stop"})",
          R"({"type":"message_received"})",
          R"({"type":"read","_client":{"role":"admin"}})"})
      CHECK(redis.publish(room, json).seq == 2);
    CHECK(redis.publish(room, R"({"type":"x","y":{"_client":{}}})").seq == 3);
    CHECK(redis.publish(room, R"({"type":7})").seq == 4);
    CHECK(redis.server.cli("XLEN", stream) == "4");
    CHECK(redis.publish("dialog:12", R"({"type":"typing_stop"})").seq == 0);
  }

  TEST_CASE("a `_client` means something in a client's own event only") {
    log_redis redis;
    for (const std::string json :
         {R"({"type":"note","_client":{"a":1}})", R"({"type":"note"})",
          R"({"type":"read"})", R"({"type":"read","_client":{}})",
          R"({"type":"read","_client":[1]})",
          R"({"type":"read","_client":"x"})"})
      redis.publish(room, json);
    CHECK(redis.cursor(room).ends_with(":6"));
  }

  TEST_CASE("a dialog without events has a cursor that stays") {
    log_redis redis;
    const auto cursor = redis.cursor(room);
    CHECK(cursor.ends_with(":0"));
    CHECK(redis.cursor(room) == cursor);
    CHECK(to_string(redis.publish(room, "{}"))
          == cursor.substr(0, cursor.size() - 1) + "1");
  }

  TEST_CASE("reading a room that is not there makes nothing") {
    log_redis redis;
    CHECK(redis.read(room, 7) == lines{"", "0", "1", ""});
    CHECK(redis.server.cli("DBSIZE") == "0");
    CHECK(redis.call("wsgw_read", room, "x", "1")
          == lines{"WSGW bad arguments"});
    CHECK(redis.call("wsgw_read", room, "9007199254740993", "1")
          == lines{"WSGW bad arguments"});
  }

  TEST_CASE("a page of large events ends early and leaves none out") {
    log_redis redis;
    const std::string text(300'000, 'x');
    for (int i = 0; i < 40; ++i)
      redis.publish(room, R"({"type":"x","t":")" + text + R"("})");
    std::set<std::string> seen;
    std::uint64_t after = 0;
    while (after < 40) {
      const auto page = redis.read(room, after, 500);
      REQUIRE(page.size() > 4);
      CHECK(page.size() < 4 + 2 * 40);
      for (std::size_t i = 4; i < page.size(); i += 2)
        CHECK(seen.insert(page[i]).second);
      CHECK(page[4] == std::to_string(after + 1));
      after = std::stoull(page[page.size() - 2]);
    }
    CHECK(seen.size() == 40);
  }
}
