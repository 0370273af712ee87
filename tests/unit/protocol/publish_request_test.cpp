#include "protocol/publish_request.hpp"

#include <doctest/doctest.h>

#include <random>
#include <string>

using namespace wsgw::protocol;

namespace {

std::variant<publish_request, publish_refusal>
parse(std::string_view body, std::size_t max_event_bytes = 1000) {
  publish_limits limits;
  limits.max_event_bytes = max_event_bytes;
  return parse_publish(body, limits);
}

publish_request good(std::string_view body) {
  const auto parsed = parse(body);
  INFO(body);
  const auto* request = std::get_if<publish_request>(&parsed);
  REQUIRE(request != nullptr);
  return *request;
}

publish_refusal bad(std::string_view body, std::size_t max_event_bytes = 1000) {
  const auto parsed = parse(body, max_event_bytes);
  INFO(body);
  const auto* refusal = std::get_if<publish_refusal>(&parsed);
  REQUIRE(refusal != nullptr);
  return *refusal;
}

std::string item(std::string_view fields) {
  return R"({"event":{"type":"x"},)" + std::string{fields} + '}';
}

std::string nested(std::size_t depth) {
  return R"({"dialog_id":1,"event":{"type":"x","a":)" + std::string(depth, '[')
         + std::string(depth, ']') + "}}";
}

} // namespace

TEST_SUITE("protocol/publish_request") {
  TEST_CASE("one event is an object, its text stays byte by byte") {
    const auto* const event =
      "{ \"type\" : \"x\",\t\"n\":1.50e+2,\"s\":\"\\u00e9\\ud800 /\\/\" "
      ",\"o\":{}}";
    const auto body =
      R"( {"dialog_id": 10 , "event": )" + std::string{event} + " } ";
    const auto request = good(body);
    CHECK(!request.is_array);
    REQUIRE(request.items.size() == 1);
    CHECK(request.items[0].room.text() == "dialog:10");
    CHECK(request.items[0].event == event);
    CHECK(request.items[0].idempotency_key.empty());
  }

  TEST_CASE("an array keeps its order; rooms have several names") {
    const auto body =
      R"([{"dialog_id":10,"event":{"type":"a"},"idempotency_key":"k1"},)"
      R"({"event":{"type":"b"},"dialog_id":"0011","extra":{"event":[1]}},)"
      R"({"room":"user:a@b","event":{"type":"c"},"idempotency_key":null},)"
      R"({"room":"12","dialog_id":null,"event":{"type":"d"}}])";
    const auto request = good(body);
    CHECK(request.is_array);
    REQUIRE(request.items.size() == 4);
    CHECK(request.items[0].idempotency_key == "k1");
    CHECK(request.items[1].room.text() == "dialog:11");
    CHECK(request.items[1].event == R"({"type":"b"})");
    CHECK(request.items[2].room.text() == "user:a@b");
    CHECK(request.items[3].room.text() == "dialog:12");
    CHECK(good("[]").items.empty());
  }

  TEST_CASE("a body that is no JSON object or array is refused") {
    using namespace std::string_literals;
    for (const auto& body :
         {""s, "x"s, "{"s, "[{}"s, "7"s, "\"x\""s, "null"s, "{} {}"s,
          item(R"("dialog_id":1)") + "\0"s, "{\"a\":\"\xFF\"}"s}) {
      const auto refusal = bad(body);
      CHECK(refusal.why == errc::bad_request);
      CHECK(!refusal.index);
    }
  }

  TEST_CASE("an item of the wrong shape is refused by its index") {
    for (const auto* wrong :
         {"7", "null", "[]", "{}", R"({"event":{"type":"x"}})",
          R"({"dialog_id":1,"room":"dialog:1","event":{"type":"x"}})"}) {
      const auto refusal =
        bad('[' + item(R"("dialog_id":1)") + ',' + wrong + ']');
      CHECK(refusal.why == errc::bad_request);
      CHECK(refusal.index == 1);
    }
  }

  TEST_CASE("a malformed room is told from a malformed dialog id") {
    for (const auto* id : {"0", "-1", "1.0", "1e3", "true", "[]", "{}", "\"\"",
                           "\"x\"", "9223372036854775808"})
      CHECK(bad(item(R"("dialog_id":)" + std::string{id})).why
            == errc::bad_dialog_id);
    for (const auto* room : {"7", "\"\"", "\"dialog:\"", "\"dialog:x\"",
                             "\"ship:1\"", "\"user:a b\"", "{}"})
      CHECK(bad(item(R"("room":)" + std::string{room})).why
            == errc::event_bad_room);
  }

  TEST_CASE("an idempotency key is a string of 1 to 128 bytes") {
    for (const auto& key :
         {std::string{"\"\""}, std::string{"7"}, std::string{"[]"},
          '"' + std::string(129, 'k') + '"'})
      CHECK(bad(item(R"("dialog_id":1,"idempotency_key":)" + key)).why
            == errc::bad_request);
    const auto longest = item(R"("dialog_id":1,"idempotency_key":")"
                              + std::string(128, 'k') + '"');
    CHECK(good(longest).items[0].idempotency_key.size() == 128);
  }

  TEST_CASE("an event that Redis would have refused is refused likewise") {
    const auto why = [](const std::string& event) {
      return bad(R"({"dialog_id":1,"event":)" + event + '}').why;
    };
    CHECK(why("null") == errc::event_not_object);
    CHECK(why("[]") == errc::event_not_object);
    CHECK(why("\"x\"") == errc::event_not_object);
    CHECK(why("{}") == errc::event_without_type);
    CHECK(why(R"({"type":7})") == errc::event_without_type);
    CHECK(why(R"({"type":"message:new"})") == errc::event_without_message);
    CHECK(bad(R"({"dialog_id":1})").why == errc::event_not_object);
  }

  TEST_CASE("an event may be as large as the limit, not larger") {
    const std::string event = R"({"type":"x"})";
    const auto body = R"({"dialog_id":1,"event":)" + event + '}';
    CHECK(std::holds_alternative<publish_request>(parse(body, event.size())));
    CHECK(bad(body, event.size() - 1).why == errc::event_too_large);
  }

  TEST_CASE("nesting is limited as it is for every event") {
    CHECK(good(nested(255)).items.size() == 1);
    CHECK(bad(nested(256)).why == errc::event_not_json);
    CHECK(bad(nested(100'000)).why == errc::event_not_json);
    CHECK(bad('[' + nested(256) + ']').index == 0);
    CHECK(bad(std::string(100'000, '[')).why == errc::bad_request);
    CHECK(bad(item(R"("dialog_id":1,"extra":)" + std::string(100'000, '['))).why
          == errc::bad_request);
  }

  TEST_CASE("a thousand events fit, one more does not") {
    std::string body = "[" + item(R"("dialog_id":1)");
    for (int i = 1; i < 1000; ++i)
      body += ',' + item(R"("dialog_id":1)");
    CHECK(good(body + ']').items.size() == 1000);
    CHECK(bad(body + ",7]").why == errc::bad_request);
  }

  TEST_CASE("of a field that occurs twice the last one counts") {
    const auto request =
      good(R"({"dialog_id":1,"event":7,"dialog_id":2,"event":{"type":"x"}})");
    CHECK(request.items[0].room.text() == "dialog:2");
    CHECK(bad(R"({"dialog_id":1,"event":{"type":"x"},"event":7})").why
          == errc::event_not_object);
  }

  TEST_CASE("a refusal names its code, its request and its index") {
    CHECK(encode_refusal({errc::event_without_type, {}, 3}, "r1")
          == R"({"error":"event_without_type","message":)"
             R"("The event has no type.","request_id":"r1","index":3})");
    CHECK(encode_refusal({errc::bad_request, "No.", {}}, "r1")
          == R"({"error":"bad_request","message":"No.","request_id":"r1"})");
  }

  TEST_CASE("an outcome has a place, none, or an error") {
    CHECK(encode_outcome({"k3x", 43, false, {}, {}})
          == R"({"epoch":"k3x","seq":43,"duplicate":false})");
    CHECK(encode_outcomes({{{}, 0, true, {}, {}},
                           {{}, 0, false, errc::unavailable, "link down"}})
          == R"([{"epoch":null,"seq":null,"duplicate":true},)"
             R"({"error":"unavailable","message":"link down"}])");
  }

  TEST_CASE("no mutation of a request crashes or slips an odd event through") {
    const auto source =
      R"([{"dialog_id":10,"event":{"type":"message:new","message":{"id":1}},)"
      R"("idempotency_key":"k"},{"room":"user:5","event":{"type":"\ud83d"}}])";
    std::mt19937 random{7};
    for (int round = 0; round < 20'000; ++round) {
      std::string body = source;
      for (auto n = random() % 4; n != 0; --n)
        body[random() % body.size()] = "{}[]\",:\\u0da1"[random() % 13];
      const auto parsed = parse(body);
      if (const auto* request = std::get_if<publish_request>(&parsed))
        for (const auto& each : request->items)
          REQUIRE(parse_event(each.event));
    }
  }
}
