#include "protocol/event.hpp"
#include "protocol/numbered_event.hpp"

#include <doctest/doctest.h>

#include <ostream>
#include <string>

namespace wsgw::protocol {

TEST_SUITE("protocol/numbered_event") {

  TEST_CASE("the number in front of an event is read") {
    CHECK(number_of(R"({"_epoch":"k3x","_seq":43,"type":"x"})")
          == cursor{"k3x", 43});
    CHECK(number_of(R"({"_epoch":"k3x","_seq":1})") == cursor{"k3x", 1});
  }

  TEST_CASE("anything else is a plain event") {
    for (const auto* json : {"",
                             "{",
                             "{}",
                             R"({"type":"x"})",
                             R"([{"_epoch":"k","_seq":1}])",
                             R"( {"_epoch":"k","_seq":1})",
                             R"({ "_epoch":"k","_seq":1})",
                             R"({"_epoch": "k","_seq":1})",
                             R"({"_seq":1,"_epoch":"k"})",
                             R"({"type":"x","_epoch":"k","_seq":1})",
                             R"({"_epoch":"k"})",
                             R"({"_epoch":"","_seq":1})",
                             R"({"_epoch":"K","_seq":1})",
                             R"({"_epoch":"k","_seq":"1"})",
                             R"({"_epoch":"k","_seq":1.0})",
                             R"({"_epoch":"k","_seq":-1})",
                             R"({"_epoch":"k","_seq":1)",
                             R"({"_epoch":"k","_seq":01,"a":1})",
                             R"({"_epoch":"k","_seq":})",
                             R"({"_epoch":"k:1","_seq":1})",
                             R"({"_epoch":"k","_seq":9007199254740992})"})
      CHECK_MESSAGE(!number_of(json), json);
  }

  TEST_CASE("a published event is the stored one behind its number") {
    CHECK(is_same_event(R"({"type":"x"})",
                        R"({"_epoch":"k","_seq":1,"type":"x"})"));
    CHECK(is_same_event(" {\n \"type\":\"x\"} \n",
                        "{\"_epoch\":\"k\",\"_seq\":1,\"type\":\"x\"} \n"));
    CHECK(is_same_event("{ }", R"({"_epoch":"k","_seq":1})"));
  }

  TEST_CASE("an event that brought a number of its own is compared whole") {
    const std::string stored = R"({"_epoch":"z","_seq":9,"type":"x"})";
    CHECK(is_same_event(stored, stored));
    CHECK(
      is_same_event(stored, R"({"_epoch":"k","_seq":1,)" + stored.substr(1)));
  }

  TEST_CASE("different events are told apart") {
    const auto* const published = R"({"_epoch":"k","_seq":1,"type":"x","a":1})";
    for (const auto* stored :
         {R"({"type":"x","a":2})", R"({"type":"x","a":1} )",
          R"({"type":"x", "a":1})", R"({"type":"x"})", "{}", "", "{", "x"})
      CHECK_MESSAGE(!is_same_event(stored, published), stored);
    CHECK_FALSE(is_same_event("", R"({"_epoch":"k","_seq":1})"));
  }

  TEST_CASE("the number is not passed on to clients") {
    const auto e = parse_event(R"({"_epoch":"k","_seq":1,"type":"x","a":1})");
    REQUIRE(e);
    CHECK(e->flat == R"({"type":"x","a":1})");
  }

} // TEST_SUITE

} // namespace wsgw::protocol
