#include "tests/unit/actors/subscriber_case.hpp"

#include <doctest/doctest.h>

using namespace wsgw;
using namespace wsgw::tests;
using namespace std::chrono_literals;

namespace {

using texts = std::vector<std::string>;

std::string typing_event(std::string_view state) {
  return R"({"type":"typing_)" + std::string{state}
         + R"(","_to":["admin"],"_client":{"role":"widget","conn":"7f"}})";
}

actors::settings with_rate(std::size_t per_second) {
  actors::settings config;
  config.command_rate = per_second;
  return config;
}

constexpr auto start = R"({"type":"typing","state":"start"})";
constexpr auto stop = R"({"type":"typing","state":"stop"})";
constexpr auto pull = R"({"type":"pull","after":1})";

} // namespace

TEST_SUITE("actors/client_commands") {

  TEST_CASE_FIXTURE(subscriber_case, "a ping is answered") {
    join();
    say(R"({"type":"ping"})");
    CHECK(texts() == ::texts{R"({"type":"pong"})"});
  }

  TEST_CASE_FIXTURE(subscriber_case, "a pull goes to the dialog") {
    join();
    say(R"({"type":"pull","after":41,"limit":7})");
    REQUIRE(asked.pulls.size() == 1);
    CHECK(asked.pulls[0].what.after == 41);
    CHECK(asked.pulls[0].what.limit == 7);
    CHECK(asked.pulls[0].who == actor.id());
  }

  TEST_CASE_FIXTURE(subscriber_case, "commands before the hello wait for it") {
    open();
    say(R"({"type":"ping"})");
    say(pull);
    CHECK(texts().empty());
    send(actors::messages::joined{dialog});
    CHECK(texts().size() == 1);
    CHECK(asked.pulls.size() == 1);
  }

  TEST_CASE_FIXTURE(subscriber_case, "early commands are bounded") {
    open();
    for (int i = 0; i < 100; ++i)
      say(pull);
    send(actors::messages::joined{dialog});
    CHECK(asked.pulls.size() == 16);
    CHECK(counters().commands_refused.get() == 84);
  }

  TEST_CASE_FIXTURE(subscriber_case, "acknowledgements only rise") {
    join();
    socket->latest = 50;
    say(R"({"type":"pong","seq":43})");
    CHECK(described().acked_seq == 43);
    say(R"({"type":"ack","seq":41})");
    CHECK(described().acked_seq == 43);
    say(R"({"type":"ack","seq":51})"); // it was never sent
    CHECK(described().acked_seq == 43);
    say(R"({"type":"ack","seq":50})");
    CHECK(described().acked_seq == 50);
  }

  TEST_CASE_FIXTURE(subscriber_case, "a new epoch acknowledges anew") {
    join();
    socket->latest = 50;
    say(R"({"type":"ack","seq":50})");
    socket->restart_marks(2);
    CHECK(described().acked_seq == 0);
    say(R"({"type":"ack","seq":1})");
    CHECK(described().acked_seq == 1);
  }

  TEST_CASE_FIXTURE(subscriber_case, "what a visitor types is for admins") {
    join();
    say(start);
    REQUIRE(hub.published.size() == 1);
    CHECK(hub.published[0].first == "dialog:10");
    CHECK(hub.published[0].second == typing_event("start"));
  }

  TEST_CASE_FIXTURE(subscriber_case, "what an admin has read is for all") {
    who->as = protocol::role::admin;
    join();
    say(R"({"type":"read","seq":43})");
    REQUIRE(hub.published.size() == 1);
    CHECK(hub.published[0].second
          == R"({"type":"read","_to":["admin","widget","site"],)"
             R"("_client":{"role":"admin","conn":"7f","seq":43}})");
  }

  TEST_CASE_FIXTURE(subscriber_case, "states are merged, the last one wins") {
    join();
    for (int i = 0; i < 5; ++i) {
      say(start);
      say(stop);
    }
    CHECK(hub.published.size() == 1);
    advance(250ms);
    REQUIRE(hub.published.size() == 2);
    CHECK(hub.published[1].second == typing_event("stop"));
    CHECK(counters().client_events_merged.get() == 8);
    advance(1s);
    CHECK(hub.published.size() == 2);
  }

  TEST_CASE_FIXTURE(subscriber_case, "read marks do not wait for typing") {
    join();
    say(start);
    say(R"({"type":"read","seq":1})");
    CHECK(hub.published.size() == 2);
  }

  TEST_CASE_FIXTURE(subscriber_case, "who leaves does not type any more") {
    join();
    say(start);
    send(actors::messages::disconnected{1000, "bye", true});
    REQUIRE(hub.published.size() == 2);
    CHECK(hub.published[1].second == typing_event("stop"));
    actor = nullptr;
  }

  TEST_CASE_FIXTURE(subscriber_case, "a failing publish is counted") {
    join();
    hub.publish_error = "no Redis";
    say(start);
    CHECK(hub.shared.bad_events.snapshot()["unavailable"] == 1);
    CHECK(!socket->closed);
  }

  TEST_CASE_FIXTURE(subscriber_case, "a malformed command is refused by ref") {
    join();
    say(R"({"type":"pull","after":"x","ref":"r1"})");
    REQUIRE(texts().size() == 1);
    CHECK(texts()[0].starts_with(R"({"type":"error","code":"bad_command",)"));
    CHECK(texts()[0].ends_with(R"("ref":"r1"})"));
    say("not JSON");
    CHECK(texts().size() == 2);
    CHECK(counters().commands_refused.get() == 2);
  }

  TEST_CASE_FIXTURE(subscriber_case, "an unknown command is ignored") {
    join();
    say(R"({"type":"dance"})");
    CHECK(texts().empty());
  }

  TEST_CASE_FIXTURE(subscriber_case, "a full outbox drops answers only") {
    join();
    socket->full = true;
    say(R"({"type":"ping"})");
    CHECK(!socket->closed);
    CHECK(counters().frames_dropped.get() == 1);
  }

  TEST_CASE("twice the rate goes through at once, then the rate") {
    subscriber_case one{with_rate(5)};
    one.join();
    for (int i = 0; i < 12; ++i)
      one.say(pull);
    CHECK(one.asked.pulls.size() == 10);
    CHECK(one.texts().size() == 2);
    CHECK(
      one.texts()[0].starts_with(R"({"type":"error","code":"rate_limited",)"));
    one.advance(1s);
    for (int i = 0; i < 12; ++i)
      one.say(pull);
    CHECK(one.asked.pulls.size() == 15);
  }

  TEST_CASE("signs of life are free") {
    subscriber_case one{with_rate(1)};
    one.join();
    for (int i = 0; i < 100; ++i)
      for (const auto* text :
           {R"({"type":"pong"})", R"({"type":"ack","seq":1})"})
        one.say(text);
    CHECK(one.texts().empty());
    CHECK(one.counters().commands[0].get() == 100);
  }

  TEST_CASE("who goes on for ten seconds is closed 4008") {
    subscriber_case one{with_rate(1)};
    one.join();
    for (int i = 0; i < 21; ++i) {
      one.say(pull);
      one.say(pull);
      CHECK(!one.socket->closed);
      one.advance(500ms);
    }
    one.say(pull);
    one.say(pull);
    CHECK(one.is_closed(4008));
  }

  TEST_CASE("a pause of more than a second forgives") {
    subscriber_case one{with_rate(1)};
    one.join();
    for (int i = 0; i < 30; ++i) {
      for (int j = 0; j < 5; ++j)
        one.say(pull);
      one.advance(1500ms);
    }
    CHECK(!one.socket->closed);
  }
}
