#include "tests/unit/actors/duel_case.hpp"

#include <chrono>
#include <string>
#include <vector>

using namespace wsgw;
using namespace wsgw::tests;
using namespace std::chrono_literals;

TEST_SUITE("actors/duel_gateway: tickets") {
  TEST_CASE_FIXTURE(duel_gate, "a good ticket lets its player in, once") {
    const auto mine = ticket(1, "a");
    const auto first = enter(mine);
    CHECK(is_in(first));
    CHECK(
      first->accepted_on
      == &sys.shared().shard_of(*protocol::room_id::parse("duel:7")).loop());
    CHECK(farewell(enter(mine)) == legacy_error("ticket_already_used"));
    CHECK(bad("used") == 1);
    CHECK(desk.last_ttl > 55s);
    CHECK(desk.last_ttl <= 62s);
  }

  TEST_CASE_FIXTURE(duel_gate, "what is no good ticket is invalid_ticket") {
    const auto good = ticket(1, "a");
    for (const auto& text :
         {std::string{}, std::string{"nonsense"}, good.substr(0, 90),
          good + "0", ticket(1, "b", 0s, "another secret"),
          ticket(1, "c", -90s), ticket(1, "d", 30s), "%3D" + good})
      CHECK(farewell(enter(text)) == legacy_error("invalid_ticket"));
    CHECK(bad("missing") == 1);
    CHECK(bad("malformed") == 3);
    CHECK(bad("forged") == 2);
    CHECK(bad("expired") == 1);
    CHECK(bad("future") == 1);
    CHECK(desk.questions == 0);
    CHECK(desk.used.empty());
  }

  TEST_CASE_FIXTURE(duel_gate, "the last ticket of several counts") {
    const auto bad_first = "bad&ticket=" + ticket(2, "a");
    CHECK(is_in(enter(bad_first)));
    CHECK(farewell(enter(ticket(2, "b") + "&ticket=bad"))
          == legacy_error("invalid_ticket"));
  }

  TEST_CASE_FIXTURE(duel_gate, "both players sit on their own side") {
    enter(ticket(1, "a"));
    enter(ticket(2, "b"));
    std::vector<protocol::role> sides;
    for (const auto& each : sys.actors_of_kind("subscriber"))
      sides.push_back(each.as);
    CHECK(sides
          == std::vector{protocol::role::initiator, protocol::role::opponent});
  }
}

TEST_SUITE("actors/duel_gateway: order of the checks") {
  TEST_CASE_FIXTURE(duel_gate, "a used ticket is that before all else") {
    CHECK(is_in(enter(ticket(1, "a"))));
    desk.keep("finished", duel_payload("finished", 10));
    CHECK(farewell(enter(ticket(1, "a")))
          == legacy_error("ticket_already_used"));
    desk.states.clear();
    CHECK(farewell(enter(ticket(1, "a")))
          == legacy_error("ticket_already_used"));
    CHECK(farewell(enter(ticket(1, "b")))
          == legacy_error("duel_access_denied"));
    CHECK(desk.used.size() == 1);
  }

  TEST_CASE_FIXTURE(duel_gate, "a stranger is turned away, his ticket unused") {
    CHECK(farewell(enter(ticket(3, "a")))
          == legacy_error("duel_access_denied"));
    CHECK(bad("no_player") == 1);
    desk.states[7].opponent_user_id = 3;
    CHECK(is_in(enter(ticket(3, "a"))));
  }

  TEST_CASE_FIXTURE(duel_gate, "an unknown duel is denied as well") {
    desk.states.clear();
    CHECK(farewell(enter(ticket(1, "a")))
          == legacy_error("duel_access_denied"));
    CHECK(bad("unknown_duel") == 1);
  }

  TEST_CASE_FIXTURE(duel_gate, "a waiting duel has no opponent yet") {
    desk.states[7].opponent_user_id.reset();
    CHECK(is_in(enter(ticket(1, "a"))));
    CHECK(farewell(enter(ticket(2, "b")))
          == legacy_error("duel_access_denied"));
  }

  TEST_CASE_FIXTURE(duel_gate, "a duel that is over uses no ticket up") {
    desk.keep("finished", duel_payload("finished", 10));
    CHECK(farewell(enter(ticket(1, "a"))) == legacy_error("duel_closed"));
    CHECK(farewell(enter(ticket(3, "b")))
          == legacy_error("duel_access_denied"));
    CHECK(desk.used.empty());
    desk.keep("cancelled", duel_payload("cancelled", 1));
    CHECK(farewell(enter(ticket(1, "a"))) == legacy_error("duel_closed"));
    CHECK(bad("duel_over") == 2);
  }

  TEST_CASE_FIXTURE(duel_gate, "without the state nobody is judged: 1013") {
    desk.is_reachable = false;
    CHECK(farewell(enter(ticket(1, "a"))) == "1013");
    desk.is_reachable = true;
    desk.is_malformed = true;
    CHECK(farewell(enter(ticket(1, "a"))) == "1013");
    CHECK(bad("state_unreachable") == 1);
    CHECK(bad("state_malformed") == 1);
    desk.is_malformed = false;
    CHECK(is_in(enter(ticket(1, "a"))));
  }

  TEST_CASE_FIXTURE(duel_gate, "tickets that cannot be looked up: 1013") {
    desk.is_slow = true;
    const auto shake = enter(ticket(1, "a"));
    desk.answer_all();
    desk.is_reachable = false;
    sys.settle();
    CHECK(farewell(shake) == "1013");
    CHECK(bad("ticket_unreachable") == 1);
    CHECK(sys.shared().connections == 0);
  }

  TEST_CASE("a ticket that finds no place stays good") {
    auto config = with_duels();
    config.max_connections_per_dialog = 1;
    duel_gate gate{config};
    const auto first = gate.enter(gate.ticket(1, "a"));
    const auto second = gate.enter(gate.ticket(1, "b"));
    REQUIRE(second->refused);
    CHECK(second->refused->status == 503);
    first->end();
    gate.sys.settle();
    CHECK(is_in(gate.enter(gate.ticket(1, "b"))));
  }

  TEST_CASE_FIXTURE(duel_gate, "a desk that forgets an answer is no answer") {
    desk.is_slow = true;
    const auto shake = enter(ticket(1, "a"));
    desk.waiting.clear();
    sys.settle();
    CHECK(farewell(shake) == "1013");
  }
}
