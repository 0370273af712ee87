#include "protocol/v1_command.hpp"

#include <doctest/doctest.h>

#include <ostream>
#include <string>

namespace wsgw::protocol {

namespace {

/// Reads `text` and expects a command of type T.
template <class T>
T read_as(std::string_view text) {
  const auto command = v1::parse_command(text);
  CAPTURE(text);
  REQUIRE(std::holds_alternative<T>(command.body));
  return std::get<T>(command.body);
}

std::string ref_of(const std::string& ref) {
  return v1::parse_command(R"({"type":"ping","ref":)" + ref + "}").ref;
}

std::string reason(std::string_view text) {
  return read_as<v1::malformed>(text).why;
}

constexpr auto bad_seq = "seq must be an integer from 0 to 2^53-1";

} // namespace

TEST_SUITE("protocol/v1_command") {

  TEST_CASE("a pong may say what was processed, an ack has to") {
    CHECK(read_as<v1::pong>(R"({"type":"pong","seq":43})").seq == 43);
    CHECK_FALSE(read_as<v1::pong>(R"({"type":"pong"})").seq);
    CHECK_FALSE(read_as<v1::pong>(R"({"type":"pong","seq":null})").seq);
    CHECK(read_as<v1::ack>(R"({"seq":0,"type":"ack"})").seq == 0);
    CHECK(reason(R"({"type":"ack"})") == bad_seq);
    read_as<v1::ping>(R"( {"type" : "ping"} )");
  }

  TEST_CASE("numbers are integers that JavaScript counts exactly") {
    CHECK(read_as<v1::ack>(R"({"type":"ack","seq":9007199254740991})").seq
          == max_seq);
    for (const auto* value :
         {"9007199254740992", "-1", "1.5", "1.0", "1e3", "\"1\"", "true", "[]",
          "18446744073709551616", "1e400", "null"}) {
      CAPTURE(value);
      for (const auto* type : {"ack", "read"})
        read_as<v1::malformed>(std::string{R"({"type":")"} + type
                               + R"(","seq":)" + value + "}");
    }
    CHECK(reason(R"({"type":"pong","seq":-1})") == bad_seq);
  }

  TEST_CASE("a pull goes on after a number of the current epoch") {
    const auto pull = read_as<v1::pull>(R"({"type":"pull","after":41})");
    CHECK(pull.after == 41);
    CHECK_FALSE(pull.epoch);
    CHECK(pull.limit == 100);
  }

  TEST_CASE("a cursor says more than a number, and wins") {
    const auto pull =
      read_as<v1::pull>(R"({"type":"pull","after":"x","cursor":"k3x:41"})");
    CHECK(pull.after == 41);
    CHECK(pull.epoch == "k3x");
    CHECK(read_as<v1::pull>(R"({"type":"pull","after":7,"cursor":null})").after
          == 7);
    for (const auto* cursor : {"\"k3x\"", "\"\"", "41", "{}"})
      CHECK(reason(std::string{R"({"type":"pull","after":1,"cursor":)"} + cursor
                   + "}")
            == "cursor must be a cursor that the server gave");
    CHECK(reason(R"({"type":"pull"})")
          == "after must be an integer from 0 to 2^53-1");
  }

  TEST_CASE("the limit of a pull is clamped") {
    const auto limit = [](const std::string& value) {
      return read_as<v1::pull>(R"({"type":"pull","after":0,"limit":)" + value
                               + "}")
        .limit;
    };
    CHECK(limit("0") == 1);
    CHECK(limit("1") == 1);
    CHECK(limit("250") == 250);
    CHECK(limit("501") == 500);
    CHECK(limit("9007199254740991") == 500);
    CHECK(limit("null") == 100);
    CHECK(reason(R"({"type":"pull","after":0,"limit":-1})")
          == "limit must be an integer from 0 to 2^53-1");
  }

  TEST_CASE("typing starts or stops, a read mark has a number") {
    CHECK(read_as<v1::typing>(R"({"type":"typing","state":"start"})").start);
    CHECK_FALSE(
      read_as<v1::typing>(R"({"type":"typing","state":"stop"})").start);
    for (const auto* text :
         {R"({"type":"typing"})", R"({"type":"typing","state":true})",
          R"({"type":"typing","state":"Start"})"})
      CHECK(reason(text) == R"(state must be "start" or "stop")");
    CHECK(read_as<v1::read>(R"({"type":"read","seq":43})").seq == 43);
  }

  TEST_CASE("a refresh brings a token") {
    CHECK(read_as<v1::refresh>(R"({"type":"refresh","token":"a.b.c"})").token
          == "a.b.c");
    for (const auto* text :
         {R"({"type":"refresh"})", R"({"type":"refresh","token":""})",
          R"({"type":"refresh","token":1})"})
      CHECK(reason(text) == "token must be a string");
  }

  TEST_CASE("types of the future are unknown, not malformed") {
    read_as<v1::unknown>(R"({"type":"dance","seq":-1})");
    read_as<v1::unknown>(R"({"type":""})");
    read_as<v1::unknown>(R"({"type":"Pong"})");
  }

  TEST_CASE("unknown fields are ignored") {
    CHECK(read_as<v1::ack>(R"({"type":"ack","seq":1,"x":{"seq":2}})").seq == 1);
  }

  TEST_CASE("what is no object with a type is malformed") {
    for (const auto* text :
         {"", "{", "[]", "\"ping\"", "null", "__pong__", "{\"type\":\"ping\"",
          "{\"type\":\"ping\"}x", "{\"type\":\"ping\",\"type\":\"ack\"}",
          "{\"type\":\"\xFF\"}"})
      CHECK_MESSAGE(reason(text) == "a command is one JSON object", text);
    for (const auto* text : {"{}", R"({"type":1})", R"({"type":["ping"]})"})
      CHECK(reason(text) == "type must be a string");
    CHECK(reason(std::string(5'000, '[')) == "a command is one JSON object");
  }

  TEST_CASE("a ref is a short string or number, given back as JSON") {
    CHECK(ref_of("\"t-7\"") == "\"t-7\"");
    CHECK(ref_of("7") == "7");
    CHECK(ref_of("-1.5") == "-1.5");
    CHECK(ref_of(R"("\u0041\"\n")") == R"("A\"\n")");
    CHECK(ref_of('"' + std::string(62, 'a') + '"').size() == 64);
    for (const auto& ref :
         {'"' + std::string(63, 'a') + '"', std::string{"null"},
          std::string{"true"}, std::string{"[1]"}, std::string{R"({"a":1})"}})
      CHECK_MESSAGE(ref_of(ref).empty(), ref);
  }

  TEST_CASE("a malformed command keeps its ref") {
    CHECK(v1::parse_command(R"({"type":"ack","ref":7})").ref == "7");
    CHECK(v1::parse_command(R"({"ref":"a"})").ref == "\"a\"");
  }

} // TEST_SUITE

} // namespace wsgw::protocol
