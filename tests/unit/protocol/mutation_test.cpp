#include "protocol/command.hpp"
#include "protocol/event.hpp"
#include "protocol/route.hpp"

#include <doctest/doctest.h>
#include <rapidjson/document.h>
#include <rapidjson/reader.h>

#include <array>
#include <ostream>
#include <string>

#include "mutator.hpp"

namespace wsgw::protocol {

namespace {

constexpr std::array<std::string_view, 4> events{
  R"({"type":"message:new","message":{"id":1,"sender":"user","text":"Привет"},)"
  R"("timestamp":"2025-09-06T11:00:00.130000","dialog_id":10})",
  R"({"_seq":7,"type":"typing_start","_to":["admin","site"],"user_id":5})",
  R"({"message":{"text":"\ud83d\ude00\n","id":"x"},"type":"message:new"})",
  R"({"type":"note","a":[1,2.5e3,{"b":[[],{}]},true,null],"_x":{"y":""}})",
};

constexpr std::array<std::string_view, 4> targets{
  "/ws/dialogs/10?token=abc.def&token=x%20y&cursor=",
  "/ws/site/dialogs/0010/?site_token=t&parent_origin=https%3A%2F%2Fa.com",
  "http://hub:8001/ws/widget/dialogs/9223372036854775807?assistant_id=3",
  "/ws/%64ialogs/",
};

bool is_valid_json(const std::string& text) {
  constexpr unsigned flags =
    rapidjson::kParseValidateEncodingFlag | rapidjson::kParseIterativeFlag;
  return !rapidjson::Document{}.Parse<flags>(text.c_str()).HasParseError();
}

} // namespace

TEST_SUITE("protocol/mutation") {

  TEST_CASE("damaged events are refused or still make valid frames") {
    mutator mutate;
    std::size_t taken = 0;
    std::size_t refused = 0;
    for (int i = 0; i < 20'000; ++i) {
      const auto json = mutate.damage(std::string{events[i % events.size()]});
      const auto e = parse_event(json, {i % 2 == 0, i % 3 == 0});
      if (!e) {
        ++refused;
        CHECK(word_of(e.error()).starts_with("event_"));
        continue;
      }
      ++taken;
      CHECK_FALSE(e->type.empty());
      for (const auto* text : {&e->flat, &e->message, &e->message_id})
        if (!text->empty() && !is_valid_json(*text))
          FAIL_CHECK(json, " gave ", *text);
    }
    CHECK(taken > 1'000);
    CHECK(refused > 1'000);
  }

  TEST_CASE("damaged request targets resolve to a route or an error") {
    mutator mutate;
    std::size_t routed = 0;
    std::size_t refused = 0;
    for (int i = 0; i < 20'000; ++i) {
      const auto text = mutate.damage(std::string{targets[i % targets.size()]});
      const auto target = request_target::parse(text);
      const auto route = parse_ws_route(target.path);
      if (!route) {
        ++refused;
        CHECK((route.error() == errc::not_found
               || route.error() == errc::bad_dialog_id));
        continue;
      }
      ++routed;
      if (route->room)
        CHECK(room_id::parse(route->room->text()) == route->room);
    }
    CHECK(routed > 1'000);
    CHECK(refused > 1'000);
  }

  TEST_CASE("damaged acks never disturb the reader of commands") {
    mutator mutate;
    std::size_t acks = 0;
    for (int i = 0; i < 5'000; ++i) {
      const auto text = mutate.damage(R"({"type":"ack","messageId":"7"})");
      if (parse_legacy_command(text) == legacy_command::ack)
        ++acks;
    }
    CHECK(acks > 100);
    CHECK(acks < 4'000);
  }

} // TEST_SUITE

} // namespace wsgw::protocol
