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
constexpr auto typing = R"({"type":"typing_start"})";

std::string words(const deterministic_system::client& of) {
  return v1_words(of.fresh());
}

void pull(deterministic_system& sys, const deterministic_system::client& who,
          std::uint64_t after, std::size_t limit = 100) {
  sys.say(who, R"({"type":"pull","after":)" + std::to_string(after)
                 + R"(,"limit":)" + std::to_string(limit) + "}");
}

std::uint64_t dropped(deterministic_system& sys) {
  return sys.shard(0).counters().frames_dropped.get()
         + sys.shard(1).counters().frames_dropped.get();
}

} // namespace

TEST_SUITE("actors/dialog: slow readers") {

  TEST_CASE("a full v1 client lags, pulls and is live again without a seam") {
    deterministic_system sys;
    const auto client = sys.connect_v1(room, role::widget);
    const auto other = sys.connect_v1(room, role::widget);
    sys.publish(room, {message_new(1)});
    client.socket->full = true;
    sys.publish(room, {message_new(2), message_new(3)});
    CHECK(words(client) == "hello:fresh:0 event:1 lagging:1/2");
    CHECK(words(other) == "hello:fresh:0 event:1 event:2 event:3");
    client.socket->full = false;
    sys.publish(room, {message_new(4)});
    CHECK(client.texts().empty());
    pull(sys, client, 1, 2);
    CHECK(words(client) == "replay:2 replay:3 page:1-3+");
    pull(sys, client, 3);
    sys.publish(room, {message_new(5)});
    CHECK(words(client) == "replay:4 page:3-4 live:4 event:5");
  }

  TEST_CASE("a v1 client that lags for too long is closed") {
    deterministic_system sys;
    const auto client = sys.connect_v1(room, role::widget);
    client.socket->full = true;
    sys.publish(room, {message_new(1)});
    for (int i = 0; i < 6; ++i) {
      CHECK(!client.socket->closed);
      sys.say(client, R"({"type":"pong"})");
      sys.advance(11s);
    }
    REQUIRE(client.socket->closed);
    CHECK(client.socket->closed->code == 4010);
  }

  TEST_CASE("a full stream and a full legacy client are closed") {
    deterministic_system sys;
    const auto stream = sys.connect_v1(room, role::widget, "", dialect::sse);
    const auto old = sys.connect(room, role::site);
    stream.socket->full = old.socket->full = true;
    sys.publish(room, {message_new(1)});
    REQUIRE(stream.socket->closed);
    CHECK(stream.socket->closed->code == 4010);
    REQUIRE(old.socket->closed);
    CHECK(old.socket->closed->code == 4010);
  }

  TEST_CASE("typing is spared a v1 client whose outbox fills up") {
    deterministic_system sys;
    const auto client = sys.connect_v1(room, role::widget);
    const auto before = dropped(sys);
    client.socket->capacity = (1U << 18) - 1;
    sys.publish(room, {typing, message_new(1)});
    CHECK(words(client) == "hello:fresh:0 event:1");
    CHECK(dropped(sys) == before + 1);
    client.socket->capacity = 1U << 18;
    sys.publish(room, {typing});
    CHECK(words(client) == "typing_start");
  }

  TEST_CASE("a page that does not fit says that there is more") {
    deterministic_system sys;
    const auto client = sys.connect_v1(room, role::widget);
    client.socket->full = true;
    sys.publish(room, {message_new(1), message_new(2)});
    words(client);
    pull(sys, client, 0);
    CHECK(words(client) == "page:0-0+");
  }
}

TEST_SUITE("actors/dialog: pull") {

  TEST_CASE("a live client may pull") {
    deterministic_system sys;
    const auto client = sys.connect_v1(room, role::widget);
    sys.publish(room, {message_new(1), for_admins, message_new(2)});
    words(client);
    pull(sys, client, 0, 1);
    CHECK(words(client) == "replay:1 skip:2 page:0-2+");
    pull(sys, client, 1);
    CHECK(words(client) == "skip:2 replay:3 page:1-3");
    pull(sys, client, 3);
    CHECK(words(client) == "page:3-3");
  }

  TEST_CASE("a pull of what is not there is a reset") {
    actors::settings config;
    config.history_size = 2;
    deterministic_system sys{config};
    const auto client = sys.connect_v1(room, role::widget);
    sys.publish(room, {message_new(1), message_new(2), message_new(3)});
    words(client);
    pull(sys, client, 0);
    CHECK(words(client) == "reset:trimmed:3");
    pull(sys, client, 9);
    CHECK(words(client) == "reset:ahead:3");
    sys.say(client, R"({"type":"pull","cursor":"1abc:1"})");
    CHECK(words(client) == "reset:epoch:3");
  }

  TEST_CASE("a reset ends lagging") {
    actors::settings config;
    config.history_size = 1;
    deterministic_system sys{config};
    const auto client = sys.connect_v1(room, role::widget);
    client.socket->full = true;
    sys.publish(room, {message_new(1), message_new(2)});
    client.socket->full = false;
    words(client);
    pull(sys, client, 0);
    CHECK(words(client) == "reset:trimmed:2 live:2");
    sys.publish(room, {message_new(3)});
    CHECK(words(client) == "event:3");
  }

  TEST_CASE("a legacy client's pull is ignored") {
    deterministic_system sys;
    const auto old = sys.connect(room, role::site);
    pull(sys, old, 0);
    CHECK(old.texts().empty());
  }
}

TEST_SUITE("actors/dialog: skips, pings and drains") {

  TEST_CASE("a quiet reader's cursor moves on after a moment, once") {
    deterministic_system sys;
    const auto client = sys.connect_v1(room, role::widget);
    sys.publish(room, {for_admins, for_admins});
    CHECK(words(client) == "hello:fresh:0");
    sys.advance(101ms);
    CHECK(words(client) == "skip:2");
    sys.advance(1s);
    CHECK(client.texts().empty());
  }

  TEST_CASE("skips come before the next event and before a ping") {
    deterministic_system sys;
    const auto client = sys.connect_v1(room, role::widget);
    sys.advance(24'990ms);
    words(client);
    sys.publish(room, {for_admins, message_new(1), for_admins});
    CHECK(words(client) == "skip:1 event:2");
    sys.advance(20ms);
    CHECK(words(client) == "skip:3 ping:3");
  }

  TEST_CASE("typing does not wait for skips") {
    deterministic_system sys;
    const auto client = sys.connect_v1(room, role::widget);
    sys.publish(room, {for_admins, typing});
    CHECK(words(client) == "hello:fresh:0 typing_start");
  }

  TEST_CASE("who joins behind skips is not told of them") {
    deterministic_system sys;
    const auto first = sys.connect_v1(room, role::widget);
    sys.publish(room, {for_admins});
    const auto second = sys.connect_v1(room, role::widget);
    sys.advance(1s);
    CHECK(words(first) == "hello:fresh:0 skip:1");
    CHECK(words(second) == "hello:fresh:1");
  }

  TEST_CASE("a lagging client is pinged, and told how far it got in a drain") {
    deterministic_system sys;
    const auto client = sys.connect_v1(room, role::widget);
    sys.publish(room, {message_new(1)});
    client.socket->full = true;
    sys.publish(room, {message_new(2)});
    client.socket->full = false;
    words(client);
    const auto who = client.actor.id();
    const auto dialog = sys.dialog_of(room);
    caf::anon_send(dialog, actors::messages::ping_due{who});
    caf::anon_send(dialog, actors::messages::drain_slot{who, 5s});
    sys.settle();
    CHECK(words(client) == "ping:2 drain:1");
  }

  TEST_CASE("a client's typing reaches others in their words, not itself") {
    deterministic_system sys;
    const auto sender = sys.connect_v1(room, role::admin);
    const auto admin = sys.connect_v1(room, role::admin);
    const auto old = sys.connect(room, role::site);
    words(sender), words(admin);
    const auto conn = protocol::to_string(protocol::connection_id{1});
    const auto client = R"(,"_to":["admin","site"],"_client":{"role":"admin",)"
                        R"("conn":")"
                        + conn + "\"}}";
    sys.publish(room, {R"({"type":"typing_start")" + client,
                       R"({"type":"read")" + client});
    CHECK(words(sender).empty());
    CHECK(old.texts() == std::vector<std::string>{typing});
    CHECK(json_document{admin.texts().front()}.text("/data/conn") == conn);
    CHECK(words(admin) == "typing_start read");
  }
}
