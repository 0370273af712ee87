#include "tests/support/redis_links.hpp"
#include "tests/support/redis_server.hpp"

#include <doctest/doctest.h>

namespace wsgw::transport {

namespace {

using namespace tests;

struct subscribed {
  explicit subscribed(redis_server_options options = {},
                      const std::string& tail = {})
      : server(std::move(options)), subscriber(loop, server.url() + tail) {}

  redis_server server;
  running_loop loop;
  recording_subscriber subscriber;
};

/// Publishes `count` messages `prefix1` … in one go.
void publish_many(redis_server& server, int count, const std::string& prefix) {
  server.cli("EVAL",
             "for i=1,tonumber(ARGV[1]) do "
             "redis.call('PUBLISH','ws:a',ARGV[2]..i) end",
             "0", std::to_string(count), prefix);
}

} // namespace

TEST_SUITE("transport/redis_subscriber") {

  TEST_CASE("ten thousand messages arrive whole and in order, in batches") {
    subscribed s;
    REQUIRE(s.subscriber.states.becomes(redis_state::ready));
    publish_many(s.server, 10'000, "n");
    REQUIRE(s.subscriber.receives(10'000));
    const auto messages = s.subscriber.messages();
    CHECK(messages.size() == 10'000);
    auto is_ordered = true;
    for (std::size_t i = 0; i < messages.size(); ++i)
      is_ordered &= messages[i].channel == "ws:a"
                    && messages[i].payload == "n" + std::to_string(i + 1);
    CHECK(is_ordered);
    CHECK(s.subscriber.batches < 5'000);
  }

  TEST_CASE("payloads and channels may hold any bytes") {
    subscribed s;
    REQUIRE(s.subscriber.states.becomes(redis_state::ready));
    const std::string odd{"\0\r\n$5\r\n\xff\0", 9};
    s.server.cli("PUBLISH", "ws:" + odd, odd);
    s.server.cli("PUBLISH", "ws:b", "");
    s.server.cli("PUBLISH", "ws:b", std::string(3'000'000, '\n'));
    REQUIRE(s.subscriber.receives(3));
    const auto messages = s.subscriber.messages();
    CHECK(messages[0].channel == "ws:" + odd);
    CHECK(messages[0].payload == odd);
    CHECK(messages[1].payload.empty());
    CHECK(messages[2].payload == std::string(3'000'000, '\n'));
  }

  TEST_CASE("channels outside the patterns are not heard") {
    subscribed s;
    REQUIRE(s.subscriber.states.becomes(redis_state::ready));
    s.server.cli("PUBLISH", "other", "no");
    s.server.cli("PUBLISH", "ws:x", "yes");
    REQUIRE(s.subscriber.receives(1));
    CHECK(s.subscriber.messages().front().payload == "yes");
  }

  TEST_CASE("the right password lets in, a wrong one is a reason") {
    redis_server server{{"s%c:ret", {}}};
    running_loop loop;
    const auto place = "127.0.0.1:" + std::to_string(server.port());
    recording_subscriber wrong{loop, "redis://:not-it@" + place};
    CHECK(wrong.states.reason_with("WRONGPASS").find("AUTH refused: WRONGPASS")
          != std::string::npos);
    recording_subscriber right{loop, "redis://:s%25c%3Aret@" + place};
    CHECK(right.states.becomes(redis_state::ready));
  }

  TEST_CASE("a user with a password lets in") {
    redis_server server{{{}, {"user bob on >pw ~* &* +@all"}}};
    running_loop loop;
    const auto place = "127.0.0.1:" + std::to_string(server.port());
    recording_subscriber bob{loop, "redis://bob:pw@" + place};
    CHECK(bob.states.becomes(redis_state::ready));
    recording_subscriber eve{loop, "redis://eve:pw@" + place};
    const auto reason = eve.states.reason_with("WRONGPASS");
    CHECK(reason.find("AUTH refused: WRONGPASS") != std::string::npos);
  }

  TEST_CASE("a missing password is a reason, and the link tries again") {
    redis_server server{{"pw", {}}};
    running_loop loop;
    recording_subscriber s{loop, "redis://127.0.0.1:"
                                   + std::to_string(server.port())};
    CHECK(s.states.reason_with("NOAUTH").find("NOAUTH") != std::string::npos);
    CHECK(eventually([&] { return s.states.times(redis_state::down) >= 3; }));
    server.cli("CONFIG", "SET", "requirepass", "");
    CHECK(s.states.becomes(redis_state::ready));
  }

  TEST_CASE("a password is not shown even if the server echoes it") {
    redis_server server{{{}, {"rename-command AUTH \"\""}}};
    running_loop loop;
    recording_subscriber s{loop, "redis://:hidden@127.0.0.1:"
                                   + std::to_string(server.port())};
    const auto reason = s.states.reason_with("unknown command");
    CHECK(reason.find("AUTH refused: ERR unknown command")
          != std::string::npos);
    CHECK(reason.find("hidden") == std::string::npos);
  }

  TEST_CASE("the database is selected, and a wrong one is a reason") {
    subscribed s{{{}, {"databases 4"}}, "/3"};
    CHECK(s.subscriber.states.becomes(redis_state::ready));
    CHECK(s.server.cli("CLIENT", "LIST", "TYPE", "pubsub").find(" db=3 ")
          != std::string::npos);
    recording_subscriber wrong{s.loop, s.server.url() + "/9"};
    CHECK(wrong.states.reason_with("SELECT refused").find("out of range")
          != std::string::npos);
  }

  TEST_CASE("a unix socket serves as well") {
    redis_server server;
    running_loop loop;
    recording_subscriber s{loop, "unix://" + server.unix_path() + "?db=1"};
    REQUIRE(s.states.becomes(redis_state::ready));
    server.cli("PUBLISH", "ws:a", "hello");
    CHECK(s.receives(1));
  }

  TEST_CASE("a name is resolved to every address it has") {
    redis_server
      server; // listens on 127.0.0.1 only, localhost is often ::1 too
    running_loop loop;
    recording_subscriber s{loop, "redis://localhost:"
                                   + std::to_string(server.port())};
    CHECK(s.states.becomes(redis_state::ready));
  }

  TEST_CASE("a pause keeps messages in Redis and loses none") {
    subscribed s;
    REQUIRE(s.subscriber.states.becomes(redis_state::ready));
    s.subscriber.may_read = false;
    const std::string filler(10'000, 'x');
    publish_many(s.server, 2'000, filler); // 20 MB: more than sockets hold
    CHECK(eventually([&] {
      const auto list = s.server.cli("CLIENT", "LIST", "TYPE", "pubsub");
      return list.find(" omem=0 ") == std::string::npos;
    }));
    // Longer than two ping intervals: a paused link must not count as dead.
    CHECK_FALSE(eventually(
      [&] { return s.subscriber.states.times(redis_state::down) > 0; },
      std::chrono::milliseconds{1'000}));
    CHECK(s.subscriber.messages().empty());
    s.subscriber.may_read = true;
    REQUIRE(s.subscriber.receives(2'000));
    CHECK(s.subscriber.messages().back().payload == filler + "2000");
    CHECK(s.subscriber.states.times(redis_state::down) == 0);
  }

} // TEST_SUITE

} // namespace wsgw::transport
