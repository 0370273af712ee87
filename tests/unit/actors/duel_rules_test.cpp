#include "actors/duel_rules.hpp"
#include "tests/support/deterministic_system.hpp"
#include "tests/support/fake_duel_desk.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace wsgw;
using namespace wsgw::tests;
using namespace std::chrono_literals;
using protocol::role;

namespace {

using texts = std::vector<std::string>;

/// A hub with a desk that knows duel 7 of players 1 and 2.
class duel_room {
public:
  duel_room() : sys(config()) {
    sys.shared().duels = &desk;
    desk.keep("in_progress", waiting);
  }

  static actors::settings config() {
    actors::settings wanted;
    wanted.duel_max_per_player = 2;
    return wanted;
  }

  deterministic_system::client join(role as = role::initiator) {
    auto client = sys.connect("duel:7", as);
    return client;
  }

  void publish(const std::string& payload) {
    sys.publish("duel:7", {duel_event(payload)});
  }

  /// The link to Redis goes and comes back.
  void interrupt() {
    using news = actors::messages::link_state::news;
    for (const auto what : {news::lost, news::restored}) {
      caf::anon_send(sys.shared().broadcaster,
                     actors::messages::link_state{0, what});
      sys.settle();
    }
  }

  /// Lets the desk answer what it was asked.
  void answer() {
    desk.answer_all();
    sys.settle();
  }

  const std::string waiting = duel_payload("in_progress", 1);
  const std::string second = duel_payload("in_progress", 2);
  const std::string over = duel_payload("finished", 10);
  const std::string closing = R"({"type":"duel_closed","duel_id":7})";
  fake_duel_desk desk;
  deterministic_system sys;
};

bool is_greeting(const std::string& text) {
  return text.starts_with(R"({"type":"connected","duel_id":7,"server_ts":)");
}

/// All but the greeting.
texts after_greeting(const deterministic_system::client& c) {
  auto all = c.fresh();
  REQUIRE_FALSE(all.empty());
  REQUIRE(is_greeting(all.front()));
  all.erase(all.begin());
  return all;
}

} // namespace

TEST_SUITE("actors/duel_rules: snapshots") {
  TEST_CASE_FIXTURE(duel_room, "who joins is greeted and shown the state") {
    const auto a = join();
    CHECK(after_greeting(a) == texts{duel_event(waiting)});
    CHECK_FALSE(a.socket->closed);
  }

  TEST_CASE_FIXTURE(duel_room, "the state's event is not told again") {
    const auto a = join();
    a.fresh();
    publish(waiting);
    CHECK(a.fresh().empty());
    publish(second);
    CHECK(a.fresh() == texts{duel_event(second)});
  }

  TEST_CASE_FIXTURE(duel_room, "who knows a state early misses it alone") {
    const auto a = join();
    a.fresh();
    desk.keep("in_progress", second);
    const auto b = join(role::opponent);
    CHECK(after_greeting(b) == texts{duel_event(second)});
    publish(second);
    CHECK(a.fresh() == texts{duel_event(second)});
    CHECK(b.fresh().empty());
  }

  TEST_CASE_FIXTURE(duel_room, "an event that comes first is the snapshot") {
    desk.is_slow = true;
    const auto a = join();
    desk.keep("in_progress", second);
    publish(second);
    answer();
    CHECK(after_greeting(a) == texts{duel_event(second)});
    CHECK(desk.waiting.empty());
  }

  TEST_CASE_FIXTURE(duel_room, "a state that may be older is asked again") {
    desk.is_slow = true;
    const auto a = join();
    publish(second); // the state that is read next was written before it
    answer();
    CHECK(after_greeting(a) == texts{duel_event(second)});
    REQUIRE(desk.waiting.size() == 1);
    desk.keep("in_progress", second);
    answer();
    CHECK(a.fresh().empty());
    CHECK(desk.waiting.empty());
  }

  TEST_CASE_FIXTURE(duel_room, "who joins while it is asked gets a later one") {
    desk.is_slow = true;
    const auto a = join();
    const auto b = join(role::opponent);
    CHECK(desk.waiting.size() == 1);
    answer();
    CHECK(after_greeting(a) == texts{duel_event(waiting)});
    CHECK(after_greeting(b).empty());
    answer();
    CHECK(b.fresh() == texts{duel_event(waiting)});
  }

  TEST_CASE_FIXTURE(duel_room, "a state that cannot be read is read later") {
    desk.is_reachable = false;
    const auto a = join();
    CHECK(after_greeting(a).empty());
    desk.is_reachable = true;
    sys.advance(actors::duel_rules::retry);
    CHECK(a.fresh() == texts{duel_event(waiting)});
  }

  TEST_CASE_FIXTURE(duel_room, "after an interruption only news is shown") {
    const auto a = join();
    a.fresh();
    interrupt();
    CHECK(a.fresh().empty());
    desk.keep("in_progress", second);
    interrupt();
    CHECK(a.fresh() == texts{duel_event(second)});
  }

  TEST_CASE_FIXTURE(duel_room,
                    "a v1 client is shown the state without number") {
    const auto a = sys.connect_v1("duel:7", role::opponent);
    const auto all = a.fresh();
    REQUIRE(all.size() == 2);
    CHECK(all[0].find(R"("role":"opponent")") != std::string::npos);
    CHECK(all[0].find(R"("room":"duel:7")") != std::string::npos);
    CHECK(all[1].starts_with(R"({"type":"event","name":"duel_update","data":)"
                             + duel_event(waiting)));
  }
}

TEST_SUITE("actors/duel_rules: updates") {
  TEST_CASE_FIXTURE(duel_room, "equal updates are sent once, in both roles") {
    const auto a = join();
    const auto b = join(role::opponent);
    a.fresh();
    b.fresh();
    for (int i = 0; i < 3; ++i)
      publish(second);
    CHECK(a.fresh() == texts{duel_event(second)});
    CHECK(b.fresh() == texts{duel_event(second)});
  }

  TEST_CASE_FIXTURE(duel_room, "a new version is news, a missing one is not") {
    const auto a = join();
    a.fresh();
    const auto first = duel_payload("in_progress", 1, R"("1.5")");
    const auto next = duel_payload("in_progress", 1, R"("1.6")");
    publish(first);
    publish(waiting); // noticed by a poll
    publish(first);
    publish(next);
    CHECK(a.fresh() == texts{duel_event(first), duel_event(next)});
  }

  TEST_CASE_FIXTURE(duel_room, "both players get it in one turn") {
    const auto a = join();
    const auto b = join(role::opponent);
    a.fresh();
    b.fresh();
    sys.publish_unsettled("duel:7", {duel_event(second)});
    for (auto busy = true; busy && a.texts().empty();) {
      busy = sys.loop(0).step();
      busy = sys.loop(1).step() || busy;
    }
    CHECK(a.texts().size() == 1);
    CHECK(a.texts().size() == b.texts().size());
  }

  TEST_CASE_FIXTURE(duel_room, "only what the contract names is passed on") {
    const auto a = join();
    a.fresh();
    sys.publish("duel:7", {R"({"ts":1,"type":"duel_update","payload":)" + second
                           + R"(,"trace_id":"x"})"});
    CHECK(a.fresh() == texts{duel_event(second)});
  }

  TEST_CASE_FIXTURE(duel_room, "an update without a payload is skipped") {
    const auto a = join();
    a.fresh();
    sys.publish("duel:7", {R"({"type":"duel_update"})",
                           R"({"type":"duel_update","payload":[1]})"});
    CHECK(a.fresh().empty());
    CHECK(sys.shared().bad_events.snapshot().at("event_without_payload") == 2);
  }
}

TEST_SUITE("actors/duel_rules: the end") {
  TEST_CASE_FIXTURE(duel_room, "the last update is followed by the close") {
    const auto a = join();
    const auto b = sys.connect_v1("duel:7", role::opponent);
    a.fresh();
    b.fresh();
    publish(over);
    CHECK(a.fresh() == texts{duel_event(over), closing});
    const auto last = b.fresh();
    REQUIRE(last.size() == 1);
    CHECK(last[0].find(R"("seq":1)") != std::string::npos);
    for (const auto& each : {a, b}) {
      REQUIRE(each.socket->closed);
      CHECK(*each.socket->closed == protocol::close_status{1000, ""});
      CHECK_FALSE(each.socket->dropped_unsent);
    }
  }

  TEST_CASE_FIXTURE(duel_room, "who joins too late is told so") {
    desk.keep("cancelled", duel_payload("cancelled", 1));
    const auto a = join();
    CHECK(after_greeting(a)
          == texts{duel_event(duel_payload("cancelled", 1)), closing});
    CHECK(a.socket->closed == protocol::close_status{1000, ""});
  }

  TEST_CASE_FIXTURE(duel_room, "a cursor from before the end is continued") {
    const auto a = sys.connect_v1("duel:7", role::initiator);
    const auto hello = a.fresh().front();
    const auto at = hello.find(R"("cursor":")") + 10;
    const auto cursor = hello.substr(at, hello.find('"', at) - at);
    sys.disconnect(a);
    publish(second);
    desk.keep("finished", over);
    publish(over);
    const auto b = sys.connect_v1("duel:7", role::initiator, cursor);
    const auto all = b.fresh();
    REQUIRE(all.size() == 3);
    CHECK(all[0].find(R"("resume":"replayed","replay":2)")
          != std::string::npos);
    CHECK(all[2].find(over) != std::string::npos);
    CHECK(b.socket->closed == protocol::close_status{1000, ""});
  }
}

TEST_SUITE("actors/duel_rules: sockets of a player") {
  TEST_CASE_FIXTURE(duel_room, "the oldest beyond the limit goes, wordless") {
    const auto oldest = join();
    const auto v1 = sys.connect_v1("duel:7", role::initiator);
    const auto other = join(role::opponent);
    oldest.fresh();
    const auto third = join();
    CHECK(oldest.socket->closed == protocol::close_status{1000, ""});
    CHECK(oldest.fresh().empty());
    CHECK_FALSE(v1.socket->closed);
    const auto fourth = join();
    CHECK(v1.socket->closed
          == protocol::close_status{4009, "Replaced by a newer connection"});
    for (const auto& each : {third, fourth, other})
      CHECK_FALSE(each.socket->closed);
  }
}
