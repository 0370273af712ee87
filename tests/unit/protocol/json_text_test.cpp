#include "protocol/json_text.hpp"

#include <doctest/doctest.h>

#include <ostream>
#include <string>

namespace wsgw::protocol {

namespace {

std::string quoted(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

std::string repaired(std::string_view json) {
  return replace_lone_surrogates(json).value_or("unchanged");
}

} // namespace

TEST_SUITE("protocol/json_text") {

  TEST_CASE("a string is escaped only where JSON demands it") {
    CHECK(quoted("") == "\"\"");
    CHECK(quoted("Привет / 😀\x7f") == "\"Привет / 😀\x7f\"");
    CHECK(quoted("a\"b\\c") == R"("a\"b\\c")");
    CHECK(quoted("\b\f\n\r\t") == R"("\b\f\n\r\t")");
    CHECK(quoted({"\0\x1f", 2}) == R"("\u0000\u001f")");
  }

  TEST_CASE("a string is appended to what is there") {
    std::string out = "x";
    append_json_string(out, "y");
    CHECK(out == "x\"y\"");
  }

  TEST_CASE("text without lone surrogates is not copied") {
    for (const auto* json :
         {"", "plain", R"("\ud83d\ude00")", R"("\\ud800")", R"("\n\\\\")",
          R"("\ud7ff\ue000")", R"("\u00e9")", "\\", "\\u", R"(\ud80)"})
      CHECK_FALSE(replace_lone_surrogates(json));
  }

  TEST_CASE("each half that stands alone becomes U+FFFD") {
    CHECK(repaired(R"("\ud800")") == R"("\uFFFD")");
    CHECK(repaired(R"("\uDFFF")") == R"("\uFFFD")");
    CHECK(repaired(R"("\ud83dx\ude00")") == R"("\uFFFDx\uFFFD")");
    CHECK(repaired(R"("\ude00\ud83d")") == R"("\uFFFD\uFFFD")");
    CHECK(repaired(R"("\ud83d\ud83d\ude00")") == R"("\uFFFD\ud83d\ude00")");
    CHECK(repaired(R"("\\\udbff\n")") == R"("\\\uFFFD\n")");
    CHECK(repaired(R"(\ud800)") == R"(\uFFFD)");
  }

} // TEST_SUITE

} // namespace wsgw::protocol
