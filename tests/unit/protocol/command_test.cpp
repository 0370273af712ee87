#include "protocol/command.hpp"

#include <doctest/doctest.h>

#include <ostream>
#include <string>

namespace wsgw::protocol {

namespace {

std::string_view understood(std::string_view text) {
  constexpr std::string_view words[]{"pong", "ping", "ack", "unknown"};
  return words[static_cast<std::size_t>(parse_legacy_command(text))];
}

} // namespace

TEST_SUITE("protocol/command") {

  TEST_CASE("the heartbeat words are understood exactly as written") {
    CHECK(understood("__pong__") == "pong");
    CHECK(understood("__ping__") == "ping");
    CHECK(understood("__ping__ ") == "unknown");
    CHECK(understood("\"__ping__\"") == "unknown");
  }

  TEST_CASE("an ack is an object whose type is ack") {
    CHECK(understood(R"({"type":"ack","messageId":"7"})") == "ack");
    CHECK(understood(R"({"messageId":{"a":[1]}, "type": "ack"})") == "ack");
  }

  TEST_CASE("what only looks like an ack is unknown") {
    for (const auto* text :
         {R"({"type":"back"})", R"({"data":{"type":"ack"}})",
          R"({"a":[{"type":"ack"}]})", R"({"type":["ack"]})",
          R"({"type":{"a":"ack"}})", R"({"type":1,"x":"ack"})", R"(["ack"])",
          R"("ack")", R"({"type":"ack")", R"({"type":"ack"}x)",
          R"({"type":"ack","type":"other"})", "", "{", "hello"})
      CHECK_MESSAGE(understood(text) == "unknown", text);
  }

  TEST_CASE("a frame nested without end is just unknown") {
    const auto deep = R"({"x":"ack","type":)" + std::string(1 << 20, '[');
    CHECK(understood(deep) == "unknown");
  }

} // TEST_SUITE

} // namespace wsgw::protocol
