#include "tests/support/duel_hub.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>

namespace wsgw::tests {

namespace {

using namespace std::chrono_literals;

} // namespace

TEST_SUITE("integration/duel_v1") {

  TEST_CASE("v1: a cursor and a fresh ticket continue the duel, also logged") {
    for (const auto* mode : {"off", "on"}) {
      CAPTURE(mode);
      duel_hub duels{{{"WS_LOG", mode}}};
      auto a = duels.enter(duel_ticket_of(1), {}, "/",
                           {{"Sec-WebSocket-Protocol", "wsgw.v1"}});
      CHECK(a.header("Sec-WebSocket-Protocol") == "wsgw.v1");
      const auto hello = a.read_text(patience).value_or("");
      const auto at = hello.find(R"("cursor":")") + 10;
      const auto cursor = hello.substr(at, hello.find('"', at) - at);
      CHECK(a.read_text(patience)->find(duel_payload("in_progress", 1))
            != std::string::npos);
      a.send_close();
      a.closed();
      duels.keep("in_progress", 2);
      if (std::string_view{mode} == "on")
        duels.hub.redis.cli("FCALL", "wsgw_publish", "1", "duel:7",
                            duel_update("in_progress", 2));
      else
        duels.hub.publish_on("ws:duel:7", duel_update("in_progress", 2));
      auto b =
        duels.enter(duel_ticket_of(1), "&v=1&cursor=" + cursor, "/ws/duels");
      CHECK(b.read_text(patience)->find(R"("resume":"replayed","replay":1)")
            != std::string::npos);
      CHECK(b.read_text(patience)->find(duel_payload("in_progress", 2))
            != std::string::npos);
      duels.keep("finished", 10);
      duels.hub.publish_on("ws:duel:7", duel_update("finished", 10));
      const auto end = ending(b);
      CHECK(end.find(duel_payload("finished", 10)) != std::string::npos);
      CHECK(end.ends_with(" 1000"));
    }
  }

  TEST_CASE("v1 refusals have their codes") {
    duel_hub duels;
    const auto end_of = [&](const std::string& with) {
      auto client = duels.enter(with, "&v=1");
      return ending(client);
    };
    CHECK(end_of("bad").ends_with("4002invalid_ticket"));
    CHECK(end_of(duel_ticket_of(1, -90s)).ends_with("4001Token expired"));
    CHECK(end_of(duel_ticket_of(3)).ends_with("4004duel_access_denied"));
    const auto used = duel_ticket_of(1);
    auto a = duels.enter(used);
    CHECK(end_of(used).ends_with("4001ticket_already_used"));
  }

} // TEST_SUITE

} // namespace wsgw::tests
