#include "tests/unit/actors/subscriber_case.hpp"

#include <doctest/doctest.h>

using namespace wsgw;
using namespace wsgw::tests;
using namespace std::chrono_literals;
using protocol::dialect;

namespace {

std::chrono::system_clock::time_point in(std::chrono::seconds left) {
  return std::chrono::system_clock::now() + left;
}

/// Tells the only client to go away in `slot`.
bool drain(subscriber_case& one, std::chrono::milliseconds slot) {
  bool taken = false;
  one.hub.shards[0].actors().for_each(
    [&](actors::describable& who) { taken = who.request_drain(slot); });
  one.settle();
  return taken;
}

} // namespace

TEST_SUITE("actors/subscriber") {

  TEST_CASE_FIXTURE(subscriber_case, "a v1 client is pinged by its dialog") {
    join();
    advance(25s);
    REQUIRE(asked.pings.size() == 1);
    CHECK(asked.pings[0].who == actor.id());
    CHECK(texts().empty());
  }

  TEST_CASE_FIXTURE(subscriber_case, "a silent v1 client goes at pong_ms") {
    join();
    advance(39900ms);
    CHECK(!socket->closed);
    advance(200ms);
    REQUIRE(is_closed(1001));
    CHECK(socket->closed->reason == "Heartbeat timeout");
  }

  TEST_CASE_FIXTURE(subscriber_case, "any data frame keeps a v1 client alive") {
    join();
    for (int i = 0; i < 10; ++i) {
      advance(30s);
      say("{}");
    }
    CHECK(!socket->closed);
    send(actors::messages::pong_received{}); // a frozen tab's browser
    advance(40s);
    CHECK(is_closed(1001));
  }

  TEST_CASE_FIXTURE(subscriber_case, "a stream gets comments and needs none") {
    who->speaks = dialect::sse;
    join();
    for (int i = 0; i < 4; ++i)
      advance(25s);
    CHECK(socket->pings == 4);
    CHECK(!socket->closed);
    CHECK(counters().streams[1].get() == 1);
  }

  TEST_CASE_FIXTURE(subscriber_case, "a join that is lost closes 1011") {
    open();
    advance(25s);
    CHECK(is_closed(1011));
  }

  TEST_CASE_FIXTURE(subscriber_case, "who lags too long is closed 4010") {
    join();
    send(actors::messages::lagging{true});
    send(actors::messages::lagging{true});
    CHECK(described().is_lagging);
    CHECK(counters().lagging_entered.get() == 1);
    advance(30s);
    say("{}");
    advance(29900ms);
    CHECK(!socket->closed);
    advance(200ms);
    REQUIRE(is_closed(4010));
    CHECK(socket->dropped_unsent);
    CHECK(counters().slow_closed.get() == 1);
  }

  TEST_CASE_FIXTURE(subscriber_case, "who catches up stays") {
    join();
    send(actors::messages::lagging{true});
    send(actors::messages::lagging{false});
    CHECK(counters().lagging.get() == 0);
    for (int i = 0; i < 4; ++i) {
      advance(30s);
      say("{}");
    }
    CHECK(!socket->closed);
  }

  TEST_CASE_FIXTURE(subscriber_case, "a lagging client that goes is counted") {
    join();
    send(actors::messages::lagging{true});
    send(actors::messages::disconnected{});
    actor = nullptr;
    settle();
    CHECK(counters().lagging.get() == 0);
    CHECK(counters().by_dialect[1].get() == 0);
  }

  TEST_CASE_FIXTURE(subscriber_case, "an unreadable log closes 1013") {
    open();
    send(actors::messages::cannot_serve{});
    REQUIRE(is_closed(1013));
    CHECK(socket->closed->reason == "Event log unavailable");
  }

  TEST_CASE_FIXTURE(subscriber_case,
                    "a token near its end is told of at once") {
    who->expires_at = in(30s);
    open();
    CHECK(texts().empty()); // the hello comes first
    send(actors::messages::joined{dialog});
    REQUIRE(texts().size() == 1);
    CHECK(texts()[0].starts_with(R"({"type":"expiring","in_ms":)"));
  }

  TEST_CASE_FIXTURE(subscriber_case, "a token far from its end is not") {
    who->expires_at = in(3600s);
    join();
    CHECK(texts().empty());
  }

  TEST_CASE_FIXTURE(subscriber_case, "a drain sends a v1 client away in time") {
    join();
    CHECK(drain(*this, 2300ms));
    CHECK(!drain(*this, 1ms));
    REQUIRE(asked.slots.size() == 1);
    CHECK(asked.slots[0].in == 2300ms);
    advance(2290ms);
    CHECK(!socket->closed);
    advance(20ms);
    REQUIRE(is_closed(1012));
    CHECK(socket->closed->reason == "Service restarting");
  }

  TEST_CASE_FIXTURE(subscriber_case, "a drain amid the join waits for it") {
    open();
    CHECK(drain(*this, 1000ms));
    CHECK(asked.slots.empty());
    advance(400ms);
    send(actors::messages::joined{dialog});
    REQUIRE(asked.slots.size() == 1);
    CHECK(asked.slots[0].in == 600ms);
  }

  TEST_CASE_FIXTURE(subscriber_case, "who comes amid a drain goes at once") {
    hub.shared.draining = true;
    join();
    CHECK(asked.slots.size() == 1);
    advance(100ms);
    CHECK(is_closed(1012));
  }

  TEST_CASE_FIXTURE(subscriber_case, "a legacy client only sees the close") {
    who->speaks = dialect::legacy;
    join();
    drain(*this, 500ms);
    CHECK(asked.slots.empty());
    advance(500ms);
    CHECK(is_closed(1012));
    CHECK(texts().empty());
  }
}
