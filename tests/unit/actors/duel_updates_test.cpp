#include "actors/duel_poll.hpp"
#include "actors/duel_updates.hpp"
#include "tests/support/fake_duel_desk.hpp"
#include "tests/support/fake_hub.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

using namespace wsgw;
using namespace wsgw::actors;
using namespace wsgw::tests;
using namespace std::chrono_literals;

namespace {

using outcome = duel_updates::outcome;

/// A hub whose duels are in a fake desk; by default with Redis.
struct updates_fixture {
  updates_fixture() {
    hub.shared.duels = &desk;
    hub.set_source(source_status::kind::redis, source_status::state::ready);
    hub.shared.append = [this](const protocol::room_id& room, std::string json,
                               std::string key, actors::hub::append_done done) {
      hub.published.emplace_back(room.text(), std::move(json));
      keys.push_back(key);
      if (!error.empty())
        return done(store_error{true, error});
      done(appended{{}, !known.emplace(key, 0).second});
    };
    desk.keep("in_progress", duel_payload("in_progress", 10));
  }

  outcome signal(std::string version, std::string key = "1",
                 std::int64_t duel = 7, std::chrono::milliseconds age = 0ms) {
    auto answer = outcome::try_again;
    updates.signalled(duel, std::move(version), std::move(key), age,
                      [&](outcome what) { answer = what; });
    return answer;
  }

  /// What the room told its players.
  void told(const std::string& payload) {
    const auto update = protocol::read_duel_update(duel_event(payload));
    REQUIRE(update);
    desk.board().told(7, *update, {});
  }

  const duel_counts& counts() { return desk.board().counts; }

  fake_hub hub;
  fake_duel_desk desk;
  duel_updates updates{hub.shared};
  std::vector<std::string> keys;
  std::map<std::string, int> known;
  std::string error;
};

/// One duel is open here, and looked at.
struct poll_fixture : updates_fixture {
  poll_fixture() {
    desk.board().attended(7, {0, 0, 0, 0, 1, 1});
    poll.start();
  }
  ~poll_fixture() { poll.stop(); }

  duel_poll poll{hub.shared, hub.loops[0], updates};
};

} // namespace

TEST_SUITE("actors/duel_updates") {
  TEST_CASE_FIXTURE(updates_fixture, "a signal tells the room of the state") {
    CHECK(signal("1.25", "ino-5") == outcome::settled);
    REQUIRE(hub.published.size() == 1);
    CHECK(hub.published[0].first == "duel:7");
    CHECK(hub.published[0].second
          == duel_event(duel_payload("in_progress", 10, R"("1.25")")));
    CHECK(keys.back() == "signal-ino-5");
    CHECK(counts().signals == 1);
  }

  TEST_CASE_FIXTURE(updates_fixture, "a signal taken twice is told once") {
    CHECK(signal("1.25", "ino-5") == outcome::settled);
    CHECK(signal("1.25", "ino-5") == outcome::settled);
    CHECK(counts().suppressed == 1);
  }

  TEST_CASE_FIXTURE(updates_fixture, "a state that cannot be had is asked for "
                                     "again, an unknown duel is not") {
    desk.is_reachable = false;
    CHECK(signal("1") == outcome::try_again);
    desk.is_reachable = true;
    CHECK(signal("1", "1", 8) == outcome::settled);
    desk.is_malformed = true;
    CHECK(signal("1") == outcome::try_again);
    CHECK(signal("1", "1", 7, 121s) == outcome::settled);
    CHECK(hub.published.empty());
    CHECK(counts().signals_failed == 2);
    CHECK(counts().signals_void == 2);
  }

  TEST_CASE_FIXTURE(updates_fixture, "what Redis did not take is told later") {
    error = "link down";
    CHECK(signal("1") == outcome::try_again);
    error.clear();
    CHECK(signal("1") == outcome::settled);
  }

  TEST_CASE_FIXTURE(updates_fixture, "an old signal is told and counted") {
    CHECK(signal("1", "1", 7, 121s) == outcome::settled);
    CHECK(hub.published.size() == 1);
    CHECK(counts().signals_late == 1);
  }

  TEST_CASE_FIXTURE(updates_fixture, "without Redis rooms here are told") {
    hub.set_source(source_status::kind::embedded, source_status::state::ready);
    CHECK(signal("1") == outcome::settled);
    CHECK(hub.published.size() == 1);
    CHECK(keys.empty());
    hub.publish_error = "no";
    CHECK(signal("2") == outcome::try_again);
  }

  TEST_CASE_FIXTURE(poll_fixture, "a change without a signal is noticed") {
    hub.loops[0].advance(5s); // what it sees first is what the players saw
    CHECK(hub.published.empty());
    desk.keep("finished", duel_payload("finished", 10));
    hub.loops[0].advance(6s);
    REQUIRE(hub.published.size() == 1);
    CHECK(hub.published[0].second == duel_event(duel_payload("finished", 10)));
    CHECK(counts().polls == 1);
    // Only for seconds: the same state may come back.
    CHECK(keys.back().size() > std::string{"state--"}.size() + 64);
    told(duel_payload("finished", 10));
    hub.loops[0].advance(20s);
    CHECK(hub.published.size() == 1);
  }

  TEST_CASE_FIXTURE(poll_fixture, "a change that is told meanwhile is not "
                                  "told by the poll") {
    told(duel_payload("matched", 10));
    desk.keep("matched", duel_payload("matched", 10));
    hub.loops[0].advance(5s);
    desk.keep("in_progress", duel_payload("in_progress", 10));
    while (desk.questions < 2)
      hub.loops[0].advance(100ms); // the poll has seen it once
    told(duel_payload("in_progress", 10, R"("1.5")"));
    hub.loops[0].advance(20s);
    CHECK(hub.published.empty());
  }

  TEST_CASE_FIXTURE(poll_fixture, "many duels are looked at in turn") {
    for (std::int64_t id = 8; id < 7 + 120; ++id)
      desk.board().attended(id, {0, 0, 0, 0, 1, 0});
    hub.loops[0].advance(4s + 100ms);
    CHECK(desk.questions == 50);
    hub.loops[0].advance(8s);
    CHECK(desk.questions == 120);
  }

  TEST_CASE_FIXTURE(poll_fixture, "duels that nobody plays are left alone") {
    desk.board().attended(7, {});
    hub.loops[0].advance(20s);
    CHECK(desk.questions == 0);
  }
}
