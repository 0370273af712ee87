#include "tests/support/deterministic_system.hpp"
#include "tests/support/v1_summary.hpp"

#include <doctest/doctest.h>

using namespace wsgw;
using namespace wsgw::tests;
using namespace std::chrono_literals;
using protocol::dialect;
using protocol::role;

namespace {

constexpr auto room = "dialog:10";
constexpr auto for_admins =
  R"({"type":"operator_handling","_to":["admin"],"n":1})";

std::string words(const deterministic_system::client& of) {
  return v1_words(of.fresh());
}

/// A cursor in the epoch that `hello` came with.
std::string cursor_at(const std::string& hello, std::uint64_t seq) {
  auto at = *protocol::parse_cursor(cursor_in(hello));
  at.seq = seq;
  return protocol::to_string(at);
}

/// A room that keeps history, with events 1 to `n`.
std::string begin_history(deterministic_system& sys, int n) {
  const auto first = sys.connect_v1(room, role::widget);
  for (int i = 1; i <= n; ++i)
    sys.publish(room, {message_new(i)});
  const auto hello = first.texts().front();
  sys.disconnect(first);
  return hello;
}

} // namespace

TEST_SUITE("actors/dialog: hello and replay") {

  TEST_CASE("a new client gets a hello, then what happens") {
    deterministic_system sys;
    const auto client = sys.connect_v1(room, role::widget);
    CHECK(words(client) == "hello:fresh:0");
    sys.publish(room, {message_new(1), message_new(2)});
    CHECK(words(client) == "event:1 event:2");
  }

  TEST_CASE("legacy and v1 clients hear the same event in their own words") {
    deterministic_system sys;
    const auto old = sys.connect(room, role::site);
    const auto fresh = sys.connect_v1(room, role::site);
    const auto stream = sys.connect_v1(room, role::site, "", dialect::sse);
    sys.publish(room, {message_new(7)});
    CHECK(old.texts() == std::vector{bare_message(7)});
    CHECK(words(fresh) == "hello:fresh:0 event:1");
    const auto& block = stream.texts().back();
    CHECK(block.starts_with("id: "));
    CHECK(block.find("\nevent: event\ndata: {") != block.npos);
    CHECK(words(stream) == "hello:fresh:0 event:1");
  }

  TEST_CASE("numbers count what happened before anybody could have a cursor") {
    deterministic_system sys;
    const auto old = sys.connect(room, role::site);
    sys.publish(room, {message_new(1), message_new(2)});
    const auto client = sys.connect_v1(room, role::widget);
    CHECK(words(client) == "hello:fresh:2");
    sys.publish(room, {message_new(3)});
    CHECK(words(client) == "event:3");
  }

  TEST_CASE("a client that comes back gets what it missed, then goes on") {
    deterministic_system sys;
    const auto hello = begin_history(sys, 5);
    const auto client = sys.connect_v1(room, role::widget, cursor_at(hello, 2));
    CHECK(json_document{client.texts().front()}.number("/replay") == 3);
    sys.publish(room, {message_new(6)});
    CHECK(words(client)
          == "hello:replayed:5 replay:3 replay:4 replay:5 event:6");
  }

  TEST_CASE("a client that missed nothing gets nothing") {
    deterministic_system sys;
    const auto hello = begin_history(sys, 2);
    const auto client = sys.connect_v1(room, role::widget, cursor_at(hello, 2));
    CHECK(words(client) == "hello:replayed:2");
  }

  TEST_CASE("events around a join are heard once, whichever comes first") {
    deterministic_system sys;
    const auto hello = begin_history(sys, 1);
    auto who = sys.passport_for(room, role::widget);
    who->speaks = dialect::v1;
    who->cursor = cursor_at(hello, 1);
    sys.publish_unsettled(room, {message_new(2)});
    const auto client = sys.connect_unsettled(room, role::widget, who);
    sys.publish_unsettled(room, {message_new(3)});
    sys.settle();
    const auto heard = words(client);
    CHECK((heard == "hello:replayed:2 replay:2 event:3"
           || heard == "hello:replayed:3 replay:2 replay:3"));
  }

  TEST_CASE("a replay tells others' events as merged skips") {
    deterministic_system sys;
    const auto hello = begin_history(sys, 1);
    sys.publish(room, {for_admins, for_admins, message_new(2), for_admins});
    const auto widget = sys.connect_v1(room, role::widget, cursor_at(hello, 1));
    CHECK(json_document{widget.texts().front()}.number("/replay") == 1);
    CHECK(words(widget) == "hello:replayed:5 skip:3 replay:4 skip:5");
    const auto admin = sys.connect_v1(room, role::admin, cursor_at(hello, 3));
    CHECK(words(admin) == "hello:replayed:5 replay:4 replay:5 presence:1/1/0");
  }

  TEST_CASE("a cursor that cannot be continued is reset with its reason") {
    deterministic_system sys;
    const auto hello = begin_history(sys, 2);
    const auto join = [&](const std::string& cursor) {
      return words(sys.connect_v1(room, role::widget, cursor));
    };
    CHECK(join("nonsense") == "hello:reset:malformed:2");
    CHECK(join("1abc:1") == "hello:reset:epoch:2");
    CHECK(join(cursor_at(hello, 3)) == "hello:reset:ahead:2");
  }

  TEST_CASE("a cursor older than the history is reset") {
    actors::settings config;
    config.history_size = 3;
    deterministic_system sys{config};
    const auto hello = begin_history(sys, 5);
    CHECK(words(sys.connect_v1(room, role::widget, cursor_at(hello, 1)))
          == "hello:reset:trimmed:5");
    CHECK(words(sys.connect_v1(room, role::widget, cursor_at(hello, 2)))
          == "hello:replayed:5 replay:3 replay:4 replay:5");
  }

  TEST_CASE("a room keeps nothing for clients that cannot come back") {
    deterministic_system sys;
    const auto old = sys.connect(room, role::site);
    sys.publish(room, {message_new(1)});
    const auto client = sys.connect_v1(room, role::widget);
    const auto hello = client.texts().front();
    CHECK(words(sys.connect_v1(room, role::widget, cursor_at(hello, 0)))
          == "hello:reset:trimmed:1");
  }

  TEST_CASE("the history outlives the last member") {
    deterministic_system sys;
    const auto hello = begin_history(sys, 1);
    sys.publish(room, {message_new(2)});
    sys.advance(200s);
    CHECK(words(sys.connect_v1(room, role::widget, cursor_at(hello, 1)))
          == "hello:replayed:2 replay:2");
  }
}

TEST_SUITE("actors/dialog: replays that do not fit") {

  /// Joins with an outbox of `bytes`.
  deterministic_system::client join_small(deterministic_system & sys,
                                          const std::string& cursor,
                                          std::size_t bytes, dialect speaks) {
    auto who = sys.passport_for(room, role::widget);
    who->speaks = speaks;
    who->cursor = cursor;
    auto socket = std::make_shared<fake_connection>();
    socket->capacity = bytes;
    socket->is_bounded = true;
    auto client = sys.connect_unsettled(room, role::widget, who, socket);
    sys.settle();
    return client;
  }

  TEST_CASE("a v1 client gets what fits and pulls the rest") {
    deterministic_system sys;
    const auto hello = begin_history(sys, 20);
    const auto client =
      join_small(sys, cursor_at(hello, 0), 1024 + 600, dialect::v1);
    CHECK(words(client)
          == "hello:replayed:20+ replay:1 replay:2 replay:3 lagging:3/20");
    sys.publish(room, {message_new(21)});
    CHECK(client.texts().empty());
    client.socket->capacity = 1U << 20;
    client.socket->drain();
    sys.say(client, R"({"type":"pull","after":3,"limit":17})");
    CHECK(v1_word(client.texts().back()) == "page:3-20+");
    sys.say(client, R"({"type":"pull","after":20})");
    sys.publish(room, {message_new(22)});
    CHECK(words(client).ends_with("replay:21 page:20-21 live:21 event:22"));
  }

  TEST_CASE("a stream gets what fits and ends") {
    deterministic_system sys;
    const auto hello = begin_history(sys, 20);
    const auto client =
      join_small(sys, cursor_at(hello, 0), 1024 + 600, dialect::sse);
    CHECK(words(client) == "hello:replayed:20+ replay:1 replay:2 replay:3");
    REQUIRE(client.socket->closed);
    CHECK(!client.socket->dropped_unsent);
    sys.publish(room, {message_new(21)});
    CHECK(client.texts().empty());
  }

  TEST_CASE("a stream gets on by one event even when none fits") {
    deterministic_system sys;
    const auto hello = begin_history(sys, 3);
    const auto client = join_small(sys, cursor_at(hello, 1), 1, dialect::sse);
    CHECK(words(client) == "hello:replayed:3+ replay:2");
    CHECK(client.socket->closed);
  }
}
