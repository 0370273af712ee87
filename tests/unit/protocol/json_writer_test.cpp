#include "protocol/json_writer.hpp"
#include "protocol/timestamp.hpp"

#include <doctest/doctest.h>

using namespace wsgw::protocol;

TEST_SUITE("protocol/json_writer") {
  TEST_CASE("a compact object comes out as written") {
    json_writer json;
    json.begin_object().key("a").number(1).key("b").begin_array();
    json.text("x\"y").boolean(true).null().signed_number(-2).real(1.5);
    json.end_array().key("c").raw(R"({"d":1})").end_object();
    CHECK(json.take()
          == R"({"a":1,"b":["x\"y",true,null,-2,1.5],"c":{"d":1}})");
  }

  TEST_CASE("reals are rounded, not printed with seventeen digits") {
    json_writer json;
    json.real(0.1 + 0.2);
    CHECK(json.take() == "0.3");
  }

  TEST_CASE("malformed UTF-8 is repaired byte by byte") {
    const std::string mark = "\xEF\xBF\xBD";
    CHECK(repaired_utf8("ok \xD0\x9F") == "ok \xD0\x9F");
    CHECK(repaired_utf8("\xC0\x80") == mark + mark);            // overlong
    CHECK(repaired_utf8("\xED\xA0\x80") == mark + mark + mark); // surrogate
    CHECK(repaired_utf8("\xF4\x90\x80\x80") == mark + mark + mark + mark);
    CHECK(repaired_utf8("a\xE2\x82") == "a" + mark + mark); // cut off
    CHECK(repaired_utf8("\xF0\x9F\x98\x80") == "\xF0\x9F\x98\x80");
  }
}

TEST_SUITE("protocol/timestamp") {
  TEST_CASE("times are UTC with a fixed number of digits") {
    const std::chrono::system_clock::time_point at{
      std::chrono::microseconds{1'757'163'900'000'042}};
    CHECK(rfc3339(at) == "2025-09-06T13:05:00.000Z");
    CHECK(rfc3339_micro(at) == "2025-09-06T13:05:00.000042Z");
    CHECK(unix_seconds(at) == doctest::Approx(1757163900.000042));
  }
}
