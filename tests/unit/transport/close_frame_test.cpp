#include "transport/close_frame.hpp"

#include <doctest/doctest.h>

#include <string>

using wsgw::transport::close_code_of;
using wsgw::transport::close_frame;

TEST_SUITE("transport/close_frame") {
  TEST_CASE("code and reason are encoded as RFC 6455 says") {
    CHECK(*close_frame({1000, ""}) == std::string("\x88\x02\x03\xE8"));
    CHECK(*close_frame({4010, "Slow consumer"})
          == std::string("\x88\x0F\x0F\xAA"
                         "Slow consumer"));
  }

  TEST_CASE("a long reason is cut to 123 bytes between characters") {
    CHECK(close_frame({1000, std::string(200, 'r')})->size() == 127);
    const auto cut = close_frame({1000, std::string(122, 'r') + "\xC3\xA9"});
    CHECK(cut->size() == 4 + 122);
    CHECK(cut->at(1) == 124);
  }

  TEST_CASE("the code is read back, and nothing from other frames") {
    CHECK(close_code_of(*close_frame({4321, "x"})) == 4321);
    CHECK(close_code_of(std::string("\x88\0", 2)) == 1005);
    CHECK_FALSE(close_code_of("\x8A\x02\x03\xE8"));
    CHECK_FALSE(close_code_of("HTTP/1.1 101"));
    CHECK_FALSE(close_code_of(""));
  }
}
