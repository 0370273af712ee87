#include "protocol/log_line.hpp"

#include <doctest/doctest.h>

using namespace wsgw::protocol;

namespace {

log_line line_with(std::string_view message, std::vector<log_field> fields) {
  const std::chrono::system_clock::time_point noon{
    std::chrono::milliseconds{1'757'163'900'007}};
  return {noon, "warning", "Redis", message, std::move(fields)};
}

} // namespace

TEST_SUITE("protocol/log_line") {
  TEST_CASE("a JSON line has time, level, message, component and fields") {
    CHECK(encode_json(line_with("down", {{"code", 4003}, {"conn", "7f"}}))
          == R"({"ts":"2025-09-06T13:05:00.007Z","level":"warning",)"
             R"("msg":"down","component":"Redis","code":4003,"conn":"7f"})");
  }

  TEST_CASE("a console line is readable and quotes what needs it") {
    CHECK(encode_console(line_with("down", {{"n", -1}, {"why", "a b"}}))
          == "2025-09-06T13:05:00.007Z WARNING down n=-1 why=\"a b\"");
  }

  TEST_CASE("no input begins a second line or reaches the terminal") {
    const auto evil = line_with("a\nb\x1b[31m", {{"k", "c\r\nd\xC2\x9B"}});
    for (const auto& text : {encode_json(evil), encode_console(evil)})
      for (const auto c : text)
        CHECK(static_cast<unsigned char>(c) >= 0x20);
    CHECK(encode_console(evil).find("\xC2\x9B") == std::string::npos);
  }

  TEST_CASE("bytes that are not UTF-8 are replaced") {
    CHECK(encode_json(line_with("a\xFF", {})).find("a\xEF\xBF\xBD")
          != std::string::npos);
  }
}
