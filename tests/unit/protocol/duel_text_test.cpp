#include "protocol/duel_text.hpp"

#include <doctest/doctest.h>

#include <string>

namespace wsgw::protocol {

namespace {

const std::chrono::system_clock::time_point now{
  std::chrono::milliseconds{1'771'234'567'890}};

} // namespace

TEST_SUITE("protocol/duel_text") {
  TEST_CASE("the frames are those of the original, byte for byte") {
    CHECK(duel_connected("7", now)
          == R"({"type":"connected","duel_id":7,"server_ts":1771234567})");
    CHECK(duel_pong(now) == R"({"type":"pong","ts":1771234567})");
    CHECK(duel_update_text(R"({"duel_id":7})")
          == R"({"type":"duel_update","payload":{"duel_id":7}})");
    CHECK(duel_closed("7") == R"({"type":"duel_closed","duel_id":7})");
    CHECK(duel_error("invalid_ticket")
          == R"({"type":"error","message":"invalid_ticket"})");
    CHECK(duel_message_too_large == "message_too_large");
    CHECK(duel_connection_timeout == "connection_timeout");
  }

  TEST_CASE("a ping is an object of that type, whatever else is in it") {
    for (const auto* text :
         {R"({"type":"ping"})", R"( { "ts" : 1 , "type" : "ping" } )",
          R"({"type":"\u0070ing"})", R"({"type":"pong","type":"ping"})",
          R"({"a":{"type":"x"},"type":"ping","b":[[]]})"})
      CHECK_MESSAGE(is_duel_ping(text), text);
  }

  TEST_CASE("all else is ignored") {
    for (const auto* text :
         {"", "ping", "\"ping\"", "7", "null", "[]", "{}",
          R"([{"type":"ping"}])", R"({"type":"pong"})", R"({"type":["ping"]})",
          R"({"type":{"type":"ping"}})", R"({"type":"PING"})",
          R"({"type":"ping"}x)", R"({"type":"ping")", R"({"type":7})",
          R"({"type":"ping","type":7})", "{\"type\":\"ping\",\"x\":\"\xFF\"}"})
      CHECK_MESSAGE(!is_duel_ping(text), text);
    CHECK_FALSE(is_duel_ping(std::string(2048, '[')));
  }

  TEST_CASE("a refusal has one word for the old client and one close for v1") {
    struct expected {
      duel_refusal why;
      std::string_view legacy;
      std::uint16_t v1_code;
    };
    for (const auto& [why, legacy, v1_code] :
         {expected{duel_refusal::invalid_ticket, "invalid_ticket", 4002},
          expected{duel_refusal::ticket_expired, "invalid_ticket", 4001},
          expected{duel_refusal::ticket_already_used, "ticket_already_used",
                   4001},
          expected{duel_refusal::duel_access_denied, "duel_access_denied",
                   4004},
          expected{duel_refusal::duel_closed, "duel_closed", 1000}}) {
      const auto& row = row_of(why);
      CHECK(row.why == why);
      CHECK(row.legacy == legacy);
      CHECK(row_of(row.close).code == v1_code);
      CHECK_FALSE(row.sentence.empty());
    }
  }
}

} // namespace wsgw::protocol
