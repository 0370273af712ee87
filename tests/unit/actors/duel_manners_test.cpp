#include "actors/socket_bridge.hpp"
#include "tests/support/fake_upgrade.hpp"
#include "tests/unit/actors/subscriber_case.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>

using namespace wsgw;
using namespace wsgw::tests;
using namespace std::chrono_literals;

namespace {

/// A legacy player of duel 7.
struct player_case : subscriber_case {
  player_case() {
    who->room = *protocol::room_id::parse("duel:7");
    who->as = protocol::role::opponent;
    who->speaks = protocol::dialect::legacy;
  }

  std::string last() const {
    return socket->texts.empty() ? std::string{} : socket->texts.back();
  }
};

} // namespace

TEST_SUITE("actors/room_manners: duels") {
  TEST_CASE_FIXTURE(player_case, "the greeting comes first, before the join") {
    open();
    REQUIRE(texts().size() == 1);
    CHECK(
      last().starts_with(R"({"type":"connected","duel_id":7,"server_ts":1)"));
  }

  TEST_CASE_FIXTURE(player_case, "a ping gets a pong, all else nothing") {
    join();
    say(R"({"type":"ping"})");
    REQUIRE(texts().size() == 2);
    CHECK(last().starts_with(R"({"type":"pong","ts":1)"));
    for (const auto* text :
         {R"({"type":"pong"})", "__ping__", "garbage", "[1]", "7", ""})
      say(text);
    CHECK(texts().size() == 2);
    CHECK_FALSE(socket->closed);
  }

  TEST_CASE_FIXTURE(player_case, "the server never pings") {
    join();
    for (int i = 0; i < 6; ++i) {
      advance(30s);
      say("still here");
    }
    CHECK(texts().size() == 1);
    CHECK(socket->pings == 0);
    CHECK_FALSE(socket->closed);
  }

  TEST_CASE_FIXTURE(player_case, "silence over the limit ends it with a word") {
    join();
    advance(70s);
    CHECK_FALSE(socket->closed);
    advance(1s);
    CHECK(last() == R"({"type":"error","message":"connection_timeout"})");
    CHECK(socket->closed == protocol::close_status{1000, ""});
  }

  TEST_CASE_FIXTURE(player_case, "RFC pongs are no sign of life") {
    join();
    for (int i = 0; i < 7; ++i) {
      advance(10s);
      send(actors::messages::pong_received{});
    }
    advance(1s);
    CHECK(socket->closed);
  }

  TEST_CASE_FIXTURE(player_case, "binary is text; too much ends it") {
    actors::socket_bridge bridge{hub.shared, who};
    const auto other = std::make_shared<fake_connection>();
    bridge.on_open(other);
    bridge.on_binary(R"({"type":"ping"})");
    settle();
    REQUIRE(other->texts.size() == 2);
    CHECK(other->texts.back().starts_with(R"({"type":"pong")"));
    bridge.on_oversize();
    CHECK(other->texts.back()
          == R"({"type":"error","message":"message_too_large"})");
    CHECK(other->closed == protocol::close_status{1000, ""});
    bridge.on_closed({});
    settle();
  }

  TEST_CASE_FIXTURE(player_case, "v1 has no typing and no read marks here") {
    who->speaks = protocol::dialect::v1;
    join();
    say(R"({"type":"typing","state":"start","ref":"t"})");
    say(R"({"type":"read","seq":1})");
    REQUIRE(texts().size() == 2);
    CHECK(texts()[0].find(R"("code":"bad_command")") != std::string::npos);
    CHECK(hub.published.empty());
  }
}
