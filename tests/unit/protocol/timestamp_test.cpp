#include "protocol/timestamp.hpp"

#include <doctest/doctest.h>

#include <ostream>
#include <string>

namespace wsgw::protocol {

namespace {

/// The time in `text` as we write it; empty when it is none.
std::string normalised(std::string_view text) {
  const auto at = read_time(text);
  return at ? std::string{milli_text{*at}.view()} : std::string{};
}

std::chrono::system_clock::time_point micros(std::int64_t count) {
  return std::chrono::system_clock::time_point{
    std::chrono::microseconds{count}};
}

} // namespace

TEST_SUITE("protocol/timestamp") {

  TEST_CASE("times are written in UTC, milliseconds cut off") {
    CHECK(rfc3339(micros(0)) == "1970-01-01T00:00:00.000Z");
    CHECK(rfc3339(micros(1'757'156'400'130'999)) == "2025-09-06T11:00:00.130Z");
    CHECK(rfc3339(micros(951'782'399'999'999)) == "2000-02-28T23:59:59.999Z");
    CHECK(rfc3339(micros(-1)) == "1969-12-31T23:59:59.999Z");
    CHECK(rfc3339_micro(micros(1'757'156'400'130'009))
          == "2025-09-06T11:00:00.130009Z");
  }

  TEST_CASE("a time without an offset is UTC") {
    CHECK(normalised("2025-09-06T11:00:00.130000")
          == "2025-09-06T11:00:00.130Z");
    CHECK(normalised("2025-09-06 11:00:00") == "2025-09-06T11:00:00.000Z");
  }

  TEST_CASE("an offset is taken off") {
    CHECK(normalised("2025-09-06T11:00:00Z") == "2025-09-06T11:00:00.000Z");
    CHECK(normalised("2025-09-06t11:00:00.5z") == "2025-09-06T11:00:00.500Z");
    CHECK(normalised("2025-09-06T01:30:00.130999+03:00")
          == "2025-09-05T22:30:00.130Z");
    CHECK(normalised("2025-12-31T23:30:00-0130") == "2026-01-01T01:00:00.000Z");
    CHECK(normalised("2025-09-06T11:00:00+03") == "2025-09-06T08:00:00.000Z");
  }

  TEST_CASE("leap days and leap seconds are read") {
    CHECK(normalised("2024-02-29T00:00:00Z") == "2024-02-29T00:00:00.000Z");
    CHECK(normalised("2016-12-31T23:59:60Z") == "2017-01-01T00:00:00.000Z");
  }

  TEST_CASE("anything else is no time") {
    for (const auto* text : {"",
                             "now",
                             "1757156400",
                             "2025-09-06",
                             "2025-09-06T11:00",
                             "2025-09-06T11:00:00.",
                             "2025-9-6T11:00:00",
                             "2025-13-01T11:00:00",
                             "2025-02-29T11:00:00",
                             "2025-09-06T24:00:00",
                             "2025-09-06T11:60:00",
                             "2025-09-06T11:00:61",
                             "2025-09-06T11:00:00+",
                             "2025-09-06T11:00:00+3",
                             "2025-09-06T11:00:00+24:00",
                             "2025-09-06T11:00:00+03:00x",
                             "2025-09-06T11:00:00 Z",
                             " 2025-09-06T11:00:00",
                             "9999-12-31T23:59:59-01:00",
                             "0000-01-01T00:00:00+01:00",
                             "-025-09-06T11:00:00"})
      CHECK_MESSAGE(normalised(text) == "", text);
  }

  TEST_CASE("what was written is read back") {
    for (std::int64_t ms = -62'167'219'200'000; ms < 253'402'300'800'000;
         ms += 86'399'999'999) {
      const milli_time at{std::chrono::milliseconds{ms}};
      CHECK(read_time(milli_text{at}.view()) == at);
    }
  }

} // TEST_SUITE

} // namespace wsgw::protocol
