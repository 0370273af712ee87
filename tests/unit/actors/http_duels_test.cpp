#include "actors/memory_duels.hpp"
#include "protocol/duel_ticket.hpp"
#include "tests/support/http_fixture.hpp"
#include "tests/support/json_document.hpp"

#include <doctest/doctest.h>

using namespace wsgw;
using namespace wsgw::actors;
using wsgw::tests::contains;
using wsgw::tests::http_fixture;

namespace {

const std::string move_of_7 =
  R"({"duel_id":7,"initiator_user_id":1,"opponent_user_id":2,)"
  R"("status":"matched","payload":{"round":1}})";

settings with_duels() {
  settings config;
  config.demo = true;
  config.duel_secret = "secret of duels";
  return config;
}

struct duels_fixture : http_fixture {
  duels_fixture() : http_fixture(with_duels()) {
    hub.shared.duels = &desk;
    hub.shared.append = [this](const protocol::room_id& room, std::string json,
                               const std::string&, actors::hub::append_done d) {
      appended_to += room.text() + ' ' + json;
      if (failure.empty())
        d(appended{});
      else
        d(store_error{true, failure});
    };
  }

  memory_duels desk{hub.loops[0]};
  std::string appended_to;
  std::string failure;
};

} // namespace

TEST_SUITE("actors/http_duels") {
  TEST_CASE_FIXTURE(duels_fixture, "the list names open duels in pages") {
    for (const std::int64_t id : {9, 7, 8})
      desk.board().attended(id, {0, 0, 0, 0, 2, 1});
    const auto update = protocol::read_duel_update(
      R"({"type":"duel_update","payload":{"status":"matched"}})");
    desk.board().told(7, *update, wall);
    CHECK(get("/debug/v1/duels?limit=1").body
          == R"({"total":3,"truncated":true,"duels":[{"duel_id":7,)"
             R"("room":"duel:7","status":"matched",)"
             R"("players":{"initiator":2,"opponent":1},"updates":1,)"
             R"("updated_at":"2025-09-06T13:05:00.000Z","head":null}]})");
    const auto rest = get("/debug/v1/duels?after=7").body;
    CHECK(rest.find("duel:8") < rest.find("duel:9"));
    CHECK(!contains(rest, "duel:7"));
    CHECK(contains(get("/debug/v1/duels?duel_id=8").body, R"("total":1,)"));
    CHECK(contains(get("/debug/v1/duels?duel_id=6").body, R"("total":0,)"));
    desk.board().attended(8, {});
    CHECK(contains(get("/debug/v1/duels").body, R"("total":2,)"));
  }

  TEST_CASE_FIXTURE(duels_fixture, "bad parameters are refused") {
    for (const auto* query : {"duel_id=x", "limit=0", "limit=10001", "after=-1",
                              "duel_id=9999999999999999999"})
      CHECK_MESSAGE(get(std::string{"/debug/v1/duels?"} + query).status == 400,
                    query);
    CHECK(get("/api/demo/duel/ticket?duel_id=7").status == 400);
  }

  TEST_CASE_FIXTURE(duels_fixture, "the demo mints tickets that verify") {
    const auto body = get("/api/demo/duel/ticket?duel_id=7&user_id=2").body;
    const tests::json_document answer{body};
    const auto ticket = protocol::verify_duel_ticket(answer.text("/ticket"),
                                                     "secret of duels", wall);
    REQUIRE(std::holds_alternative<protocol::duel_ticket>(ticket));
    CHECK(std::get<protocol::duel_ticket>(ticket).user_id == 2);
  }

  TEST_CASE_FIXTURE(duels_fixture, "a move is kept, then published") {
    CHECK(post("/api/demo/duel", move_of_7).status == 200);
    CHECK(appended_to.starts_with(
      R"(duel:7 {"type":"duel_update","payload":{"round":1,"duel_id":7,)"
      R"("status":"matched","event_version":"1757163900.000000"}})"));
    auto what = duel_desk::state_answer::result::unknown;
    desk.state(7, [&](const auto& answer) { what = answer.what; });
    hub.run();
    CHECK(what == duel_desk::state_answer::result::found);
    failure = "link down";
    CHECK(post("/api/demo/duel", move_of_7).status == 503);
    CHECK(post("/api/demo/duel", "{}").status == 400);
    CHECK(get("/api/demo/duel").status == 405);
  }

  TEST_CASE_FIXTURE(duels_fixture, "without duels there are no pages") {
    hub.shared.duels = nullptr;
    CHECK(get("/debug/v1/duels").status == 404);
    CHECK(post("/api/demo/duel", move_of_7).status == 404);
    CHECK(contains(get("/duel").content_type, "text/html"));
    http_fixture plain;
    CHECK(plain.get("/duel").status == 404);
    CHECK(plain.get("/api/demo/duel/ticket?duel_id=7&user_id=2").status == 404);
  }
}
