#include "protocol/cursor.hpp"
#include "protocol/numbered_event.hpp"
#include "protocol/timestamp.hpp"
#include "protocol/v1_command.hpp"

#include <doctest/doctest.h>
#include <rapidjson/document.h>

#include <array>
#include <ostream>
#include <string>

#include "mutator.hpp"

namespace wsgw::protocol {

namespace {

constexpr std::array<std::string_view, 7> commands{
  R"({"type":"pong","seq":43})",
  R"({"type":"pull","after":41,"limit":100,"ref":"t-7"})",
  R"({"type":"pull","cursor":"k3x:41","ref":7})",
  R"({"type":"typing","state":"start"})",
  R"({"type":"read","seq":9007199254740991})",
  R"({"type":"refresh","token":"a.b.c"})",
  R"({"type":"ack","seq":0,"x":{"y":[1,2.5e3]}})",
};

/// What holds for every command, whatever the text was.
void check(const v1::command& command) {
  CHECK(command.ref.size() <= 64);
  if (!command.ref.empty()) {
    rapidjson::Document json;
    json.Parse(command.ref);
    CHECK((json.IsString() || json.IsNumber()));
  }
  if (const auto* pull = std::get_if<v1::pull>(&command.body)) {
    CHECK(pull->after <= max_seq);
    CHECK((pull->limit >= 1 && pull->limit <= 500));
  } else if (const auto* read = std::get_if<v1::read>(&command.body)) {
    CHECK(read->seq <= max_seq);
  } else if (const auto* bad = std::get_if<v1::malformed>(&command.body)) {
    CHECK_FALSE(bad->why.empty());
  }
}

std::string random_bytes(std::mt19937& random) {
  std::string text(random() % 64, '\0');
  for (auto& c : text)
    c = static_cast<char>(random() % 256);
  return text;
}

} // namespace

TEST_SUITE("protocol/mutation: v1") {

  TEST_CASE("damaged commands are understood within bounds or malformed") {
    mutator mutate;
    std::size_t malformed = 0;
    std::size_t understood = 0;
    for (std::size_t i = 0; i < 30'000; ++i) {
      const auto command = v1::parse_command(
        mutate.damage(std::string{commands[i % commands.size()]}));
      check(command);
      ++(std::holds_alternative<v1::malformed>(command.body) ? malformed
                                                             : understood);
    }
    CHECK(malformed > 1'000);
    CHECK(understood > 1'000);
  }

  TEST_CASE("random bytes are no command, number, cursor or time") {
    std::mt19937 random{43};
    for (int i = 0; i < 30'000; ++i) {
      const auto text = random_bytes(random);
      const auto command = v1::parse_command(text);
      CHECK(std::holds_alternative<v1::malformed>(command.body));
      CHECK_FALSE(number_of(text));
      CHECK_FALSE(parse_cursor(text));
      CHECK_FALSE(read_time(text));
      CHECK(is_same_event(text, text));
    }
  }

  TEST_CASE("a damaged number is no number or one that can be written") {
    mutator mutate;
    std::size_t numbered = 0;
    for (int i = 0; i < 30'000; ++i) {
      const auto json =
        mutate.damage(R"({"_epoch":"k3x","_seq":43,"type":"x"})");
      const auto at = number_of(json);
      if (!at)
        continue;
      ++numbered;
      CHECK(parse_cursor(to_string(*at)) == at);
      CHECK(json.starts_with(R"({"_epoch":")" + at->epoch + R"(","_seq":)"
                             + std::to_string(at->seq)));
    }
    CHECK(numbered > 1'000);
  }

  TEST_CASE("a damaged time is no time or one that can be written") {
    mutator mutate;
    for (int i = 0; i < 30'000; ++i)
      if (const auto at =
            read_time(mutate.damage("2025-09-06T11:00:00.130999+03:00")))
        CHECK(read_time(milli_text{*at}.view()) == at);
  }

} // TEST_SUITE

} // namespace wsgw::protocol
