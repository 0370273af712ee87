#include "protocol/operator_body.hpp"

#include <doctest/doctest.h>

using namespace wsgw::protocol;
using namespace std::chrono_literals;

namespace {

std::optional<std::chrono::milliseconds> spread_of(const std::string& json) {
  const auto wanted =
    parse_room_drain(R"({"dialog_id":10,"spread":)" + json + "}");
  return wanted ? wanted->spread : std::nullopt;
}

} // namespace

TEST_SUITE("protocol/operator_body") {

  TEST_CASE("a connection is closed with a code of ours and a reason") {
    const auto order =
      parse_close_order(R"({"conn":"7f3a","code":4000,"reason":"Bye"})");
    REQUIRE(order);
    CHECK(order->conn == "7f3a");
    CHECK(order->status == close_status{4000, "Bye"});
    CHECK(parse_close_order(R"({"conn":"7f3a","code":1012})"));
    CHECK(parse_close_order(R"({"conn":"7f3a","code":4999})"));
  }

  TEST_CASE("an order that names no connection or code is refused") {
    for (const auto* body :
         {"", "[]", "{}", R"({"conn":"7f3a"})", R"({"code":4000})",
          R"({"conn":"7F3A","code":4000})", R"({"conn":"x","code":4000})",
          R"({"conn":"","code":4000})", R"({"conn":5,"code":4000})",
          R"({"conn":"0123456789abcdef0","code":4000})",
          R"({"conn":"7f3a","code":1000})", R"({"conn":"7f3a","code":5000})",
          R"({"conn":"7f3a","code":"4000"})",
          R"({"conn":"7f3a","code":4000,"reason":1})"}) {
      const auto order = parse_close_order(body);
      CHECK_MESSAGE(!order, body);
      CHECK(order.error() == errc::bad_request);
    }
  }

  TEST_CASE("a reason must fit into a close frame") {
    const auto with = [](std::size_t bytes) {
      return parse_close_order(R"({"conn":"1","code":4000,"reason":")"
                               + std::string(bytes, 'x') + "\"}");
    };
    CHECK(with(123));
    CHECK(!with(124));
  }

  TEST_CASE("a room to drain is a dialog's number or any room") {
    CHECK(parse_room_drain(R"({"dialog_id":10})")->room.text() == "dialog:10");
    CHECK(parse_room_drain(R"({"dialog_id":"10"})")->room.text()
          == "dialog:10");
    CHECK(parse_room_drain(R"({"room":"user:5"})")->room.text() == "user:5");
    CHECK(!parse_room_drain(R"({"room":"user:5"})")->spread);
    CHECK(parse_room_drain("{}").error() == errc::bad_request);
    CHECK(parse_room_drain(R"({"dialog_id":1,"room":"user:5"})").error()
          == errc::bad_request);
    CHECK(parse_room_drain(R"({"dialog_id":0})").error()
          == errc::bad_dialog_id);
    CHECK(parse_room_drain(R"({"room":"nothing"})").error()
          == errc::event_bad_room);
  }

  TEST_CASE("a spread is a duration of ten minutes at most") {
    CHECK(spread_of(R"("5s")") == 5s);
    CHECK(spread_of(R"("250ms")") == 250ms);
    CHECK(spread_of(R"("1.5m")") == 90s);
    CHECK(spread_of("2") == 2s);
    CHECK(spread_of("0") == 0s);
    CHECK(spread_of(R"("10m")") == 10min);
    for (const auto* json :
         {R"("11m")", R"("-1s")", R"("5 s")", R"("s")", R"("")", R"("1e3s")",
          "null", "true", "[]", R"("nan")", R"("inf")", "-1"})
      CHECK_MESSAGE(!spread_of(json), json);
  }

  TEST_CASE("the answer says how many leave within which time") {
    const room_drain wanted{*room_id::parse("duel:7"), 5s};
    CHECK(encode_room_drain(wanted, 3)
          == R"({"draining":true,"room":"duel:7","connections":3,)"
             R"("spread_ms":5000})");
    CHECK(encode_closed(1) == R"({"closed":1})");
  }
}
