#include "protocol/json_object.hpp"

#include <doctest/doctest.h>

#include <string>

namespace wsgw::protocol {

TEST_SUITE("protocol/json_object") {
  TEST_CASE("members are read by their type and by no other") {
    const auto json = json_object::parse(
      R"({"s":"x","i":7,"d":1.5,"b":true,"n":null,"big":18446744073709551615})");
    REQUIRE(json);
    CHECK(json->string("s") == "x");
    CHECK_FALSE(json->string("i"));
    CHECK(json->integer("i") == 7);
    CHECK_FALSE(json->integer("s"));
    CHECK_FALSE(json->integer("d"));
    CHECK_FALSE(json->integer("big"));
    CHECK(json->number("i") == 7.0);
    CHECK(json->boolean("b") == true);
    CHECK_FALSE(json->boolean("i"));
    CHECK(json->is_null("n"));
    CHECK_FALSE(json->has("absent"));
    CHECK(json->id("s") == "x");
    CHECK(json->id("i") == "7");
    CHECK_FALSE(json->id("b"));
  }

  TEST_CASE("what is not one UTF-8 object is refused") {
    for (const auto* text :
         {"", "[]", "1", "{", "{}x", "{\"a\":\"\xC0\x80\"}", "{\"a\":\"\xFF\"}",
          R"({"a":"\ud800"})", R"({'a':1})", R"({"a":1,})", R"({"a":1e999})"})
      CHECK_FALSE(json_object::parse(text));
  }

  TEST_CASE("a member named twice is refused") {
    CHECK_FALSE(json_object::parse(R"({"a":1,"a":2})"));
    CHECK_FALSE(json_object::parse(R"({"a":1,"\u0061":2})"));
    CHECK(json_object::parse(R"({"a":{"a":1}})"));
  }

  TEST_CASE("nesting is bounded, brackets in strings do not count") {
    const auto nested = [](int depth) {
      const auto n = static_cast<std::size_t>(depth);
      return R"({"a":)" + std::string(n, '[') + std::string(n, ']') + "}";
    };
    CHECK(json_object::parse(nested(json_object::max_depth - 1)));
    CHECK_FALSE(json_object::parse(nested(json_object::max_depth)));
    CHECK_FALSE(json_object::parse(nested(100'000)));
    CHECK(json_object::parse(R"({"a":")" + std::string(99, '[') + R"(\"["})"));
  }

  TEST_CASE("dates are clamped so that arithmetic cannot overflow") {
    const auto json = json_object::parse(
      R"({"past":-1e300,"future":1e300,"half":1.5,"text":"1"})");
    REQUIRE(json);
    using clock = std::chrono::system_clock;
    CHECK(json->date("past") == clock::time_point{});
    CHECK(*json->date("future") + std::chrono::hours{24 * 365}
          > *json->date("future"));
    CHECK(*json->date("half")
          == clock::time_point{std::chrono::milliseconds{1500}});
    CHECK_FALSE(json->date("text"));
  }

  TEST_CASE("the compact form drops white space and nothing else") {
    const auto json =
      json_object::parse(" { \"b\" : [ 1 , \"я/\\n\" ] ,\n\"a\" : null } ");
    REQUIRE(json);
    CHECK(json->compact() == R"({"b":[1,"я/\n"],"a":null})");
  }
}

} // namespace wsgw::protocol
