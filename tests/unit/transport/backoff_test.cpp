#include "transport/backoff.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>

namespace wsgw::transport {

using namespace std::chrono_literals;

TEST_SUITE("transport/backoff") {

  TEST_CASE("the first delay lies between the base and three times the base") {
    CHECK(backoff{50ms, 5s}.next(0) == 50ms);
    CHECK(backoff{50ms, 5s}.next(100) == 150ms);
    CHECK(backoff{50ms, 5s}.next(101) == 50ms);
  }

  TEST_CASE("delays grow from the last one and never pass the cap") {
    backoff delays{50ms, 400ms};
    CHECK(delays.next(100) == 150ms);
    CHECK(delays.next(400) == 400ms);
    CHECK(delays.next(1150) == 400ms);
  }

  TEST_CASE("any random number gives a delay between base and cap") {
    backoff delays{50ms, 5s};
    for (std::uint64_t random = 1; random != 0; random <<= 1) {
      const auto delay = delays.next(random - 1);
      CHECK(delay >= 50ms);
      CHECK(delay <= 5s);
    }
    CHECK(delays.next(std::numeric_limits<std::uint64_t>::max()) <= 5s);
  }

  TEST_CASE("a success makes the next delays short again") {
    backoff delays{50ms, 5s};
    for (auto i = 0; i < 20; ++i)
      delays.next(4000);
    delays.reset();
    CHECK(delays.next(100) == 150ms);
  }

} // TEST_SUITE

} // namespace wsgw::transport
