#include "protocol/duel_state.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace wsgw::protocol;

namespace {

const std::string good =
  R"({"duel_id":7,"initiator_user_id":1,"opponent_user_id":2,)"
  R"("status":"in_progress","payload":{"duel_id":7,"status":"in_progress",)"
  R"("updated_at":"2026-11-21 18:00:00","last_round_number":10,)"
  R"("last_round_closed_at":"","event_version":"1.5"}})";

std::string with(const std::string& from, const std::string& to) {
  auto text = good;
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

std::string update(const std::string& payload) {
  return R"({"type":"duel_update","payload":)" + payload + "}";
}

} // namespace

TEST_SUITE("protocol/duel_state") {
  TEST_CASE("a state is read with both players") {
    const auto state = parse_duel_state(good, 7);
    REQUIRE(state);
    CHECK(state->duel_id == 7);
    CHECK(state->initiator_user_id == 1);
    CHECK(state->opponent_user_id == 2);
    CHECK(state->status == "in_progress");
    CHECK_FALSE(state->is_over());
    CHECK(state->payload.find("\"last_round_number\":10") != std::string::npos);
  }

  TEST_CASE("a duel may wait for its opponent") {
    const auto state =
      parse_duel_state(with("\"opponent_user_id\":2", "\"opponent_user_id\":"
                                                      "null"),
                       7);
    REQUIRE(state);
    CHECK_FALSE(state->opponent_user_id);
  }

  TEST_CASE("finished and cancelled duels are over") {
    for (const std::string word : {"finished", "cancelled"}) {
      const auto state =
        parse_duel_state(with("\"in_progress\"", '"' + word + '"'), 7);
      REQUIRE(state);
      CHECK(state->is_over());
    }
  }

  TEST_CASE("a state that breaks a rule is refused") {
    CHECK_FALSE(parse_duel_state(good, 8));
    CHECK_FALSE(parse_duel_state("", 7));
    CHECK_FALSE(parse_duel_state("[]", 7));
    CHECK_FALSE(parse_duel_state(good.substr(0, good.size() - 1), 7));
    const std::pair<std::string, std::string> faults[]{
      {"\"duel_id\":7,\"init", "\"duel_id\":\"7\",\"init"},
      {"\"initiator_user_id\":1", "\"initiator_user_id\":0"},
      {"\"initiator_user_id\":1", "\"initiator_user_id\":\"1\""},
      {"\"opponent_user_id\":2,", ""},
      {"\"opponent_user_id\":2", "\"opponent_user_id\":-2"},
      {"\"opponent_user_id\":2", "\"opponent_user_id\":1.5"},
      {"\"in_progress\"", "\"paused\""},
      {"\"in_progress\"", "3"},
      {"\"payload\":{", "\"payload\":[{"},
      {"\"payload\"", "\"other\""},
      {"\"updated_at\"", "\"status\""},
    };
    for (const auto& [from, to] : faults) {
      CAPTURE(to);
      CHECK_FALSE(parse_duel_state(with(from, to), 7));
    }
  }

  TEST_CASE("the payload always names the duel and its status") {
    const auto state = parse_duel_state(
      R"({"duel_id":7,"initiator_user_id":1,"opponent_user_id":null,)"
      R"("status":"waiting","payload":{"round":3}})",
      7);
    REQUIRE(state);
    CHECK(state->payload == R"({"round":3,"duel_id":7,"status":"waiting"})");
  }

  TEST_CASE("a state is written as it is read") {
    const auto state = parse_duel_state(good, 7);
    REQUIRE(state);
    CHECK(encode_duel_state(*state) == good);
  }

  TEST_CASE("an update carries the version of its signal") {
    duel_state state{7, 1, 2, "matched",
                     R"({"duel_id":7,"event_version":"a"})"};
    CHECK(encode_duel_update(state, "1.25")
          == update(R"({"duel_id":7,"event_version":"1.25"})"));
    CHECK(encode_duel_update(state, std::nullopt)
          == update(R"({"duel_id":7,"event_version":null})"));
    state.payload = R"({"duel_id":7})";
    CHECK(encode_duel_update(state, "x\"y")
          == update(R"({"duel_id":7,"event_version":"x\"y"})"));
  }

  TEST_CASE("an update is read back") {
    const auto read =
      read_duel_update(update(R"({"duel_id":7,"status":"finished"})"));
    REQUIRE(read);
    CHECK(read->is_over());
    CHECK(read->payload == R"({"duel_id":7,"status":"finished"})");
    CHECK_FALSE(read_duel_update(R"({"type":"duel_update","payload":3})"));
    CHECK_FALSE(read_duel_update(R"({"type":"other","payload":{}})"));
    CHECK_FALSE(read_duel_update("nonsense"));
  }

  TEST_CASE("updates that differ in version and order only look the same") {
    const auto one = fingerprint_of(R"({"a":1,"b":2,"event_version":"1"})");
    CHECK(one == fingerprint_of(R"({"b":2,"event_version":null,"a":1})"));
    CHECK(one == fingerprint_of(R"({"b":2,"a":1})"));
    CHECK(one != fingerprint_of(R"({"b":2,"a":2})"));
    CHECK(one != fingerprint_of(R"({"b":2})"));
    CHECK(fingerprint_of("[1]").empty());
  }
}
