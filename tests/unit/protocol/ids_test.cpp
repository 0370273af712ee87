#include "protocol/ids.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <ostream>

namespace wsgw::protocol {

TEST_SUITE("protocol/ids") {

  TEST_CASE("a connection id prints as lower-case hexadecimal") {
    CHECK(to_string(connection_id{0}) == "0");
    CHECK(to_string(connection_id{0x7f3a}) == "7f3a");
    CHECK(to_string(connection_id{std::numeric_limits<std::uint64_t>::max()})
          == "ffffffffffffffff");
  }

} // TEST_SUITE

} // namespace wsgw::protocol
