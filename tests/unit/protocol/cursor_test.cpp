#include "protocol/cursor.hpp"

#include <doctest/doctest.h>

#include <ostream>
#include <string>

namespace wsgw::protocol {

TEST_SUITE("protocol/cursor") {

  TEST_CASE("a cursor is written as epoch and number, and read back") {
    for (const auto* text :
         {"k3x:42", "0:0", "a:1",
          "0123456789abcdefghijklmnopqrstuv:9007199254740991"}) {
      CAPTURE(text);
      const auto at = parse_cursor(text);
      REQUIRE(at);
      CHECK(to_string(*at) == text);
    }
    CHECK(parse_cursor("k3x:42") == cursor{"k3x", 42});
  }

  TEST_CASE("what is not written exactly so is no cursor") {
    for (const auto* text : {"",
                             ":",
                             "k3x",
                             "k3x:",
                             ":42",
                             "K3X:42",
                             "k-x:1",
                             "k3x:042",
                             "k3x:-1",
                             "k3x:+1",
                             "k3x: 1",
                             "k3x:1 ",
                             " k3x:1",
                             "k3x:1:2",
                             "k3x:0x1",
                             "k3x:1.0",
                             "k3x:9007199254740992",
                             "k3x:18446744073709551616",
                             "k3x:99999999999999999999999999",
                             "0123456789abcdefghijklmnopqrstuvw:1"})
      CHECK_MESSAGE(!parse_cursor(text), text);
  }

} // TEST_SUITE

} // namespace wsgw::protocol
