#include "protocol/attempt_window.hpp"

#include <doctest/doctest.h>

#include <deque>
#include <map>
#include <random>
#include <string>

namespace wsgw::protocol {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const attempt_window::clock::time_point start{seconds{1000}};

attempt_window small(std::size_t addresses = 10) {
  return attempt_window{{3, milliseconds{60'000}, addresses}};
}

} // namespace

TEST_SUITE("protocol/attempt_window") {
  TEST_CASE("the attempt beyond the limit is refused until the window moves") {
    auto window = small();
    for (int i = 0; i < 3; ++i)
      CHECK(window.try_acquire("a", start + seconds{i}));
    CHECK_FALSE(window.try_acquire("a", start + seconds{3}));
    CHECK(window.retry_after("a", start + seconds{3}) == seconds{57});
    CHECK_FALSE(window.try_acquire("a", start + milliseconds{59'999}));
    CHECK(window.retry_after("a", start + seconds{60}) == seconds{0});
    CHECK(window.try_acquire("a", start + seconds{60}));
    CHECK_FALSE(window.try_acquire("a", start + seconds{60}));
  }

  TEST_CASE("a new limit counts the attempts that were made before it") {
    auto window = small();
    for (int i = 0; i < 3; ++i)
      CHECK(window.try_acquire("a", start + seconds{i}));
    window.limit({4, milliseconds{60'000}, 10});
    CHECK(window.try_acquire("a", start + seconds{3}));
    CHECK_FALSE(window.try_acquire("a", start + seconds{3}));
    window.limit({2, milliseconds{30'000}, 10});
    CHECK_FALSE(window.try_acquire("a", start + seconds{30}));
    CHECK(window.retry_after("a", start + seconds{30}) == seconds{2});
    CHECK(window.try_acquire("a", start + seconds{32}));
    window.limit({0, milliseconds{30'000}, 10});
    CHECK(window.try_acquire("a", start + seconds{32}));
  }

  TEST_CASE("addresses do not share their windows") {
    auto window = small();
    for (int i = 0; i < 3; ++i)
      CHECK(window.try_acquire("a", start));
    CHECK(window.try_acquire("b", start));
    CHECK(window.retry_after("b", start) == seconds{0});
    CHECK(window.retry_after("unknown", start) == seconds{0});
  }

  TEST_CASE("refused attempts are not added to the window") {
    auto window = small();
    for (int i = 0; i < 100; ++i)
      window.try_acquire("a", start + seconds{i % 50});
    CHECK(window.current(start + seconds{50}).attempts == 3);
  }

  TEST_CASE("a limit of zero, or no address, switches the window off") {
    attempt_window off{{0, milliseconds{60'000}, 10}};
    auto window = small();
    for (int i = 0; i < 1000; ++i) {
      CHECK(off.try_acquire("a", start));
      CHECK(window.try_acquire("", start));
    }
    CHECK(off.retry_after("a", start) == seconds{0});
    CHECK(off.current(start).addresses == 0);
    CHECK(window.current(start).addresses == 0);
  }

  TEST_CASE("the address idle longest is forgotten when the table is full") {
    auto window = small(2);
    window.try_acquire("a", start);
    window.try_acquire("b", start + seconds{1});
    window.try_acquire("a", start + seconds{2});
    window.try_acquire("a", start + seconds{3});
    CHECK(window.try_acquire("c", start + seconds{4}));
    const auto usage = window.current(start + seconds{4});
    CHECK(usage.addresses == 2);
    CHECK(usage.attempts == 4);
    CHECK_FALSE(window.try_acquire("a", start + seconds{5}));
  }

  TEST_CASE("an address that comes again does not keep older ones alive") {
    auto window = small();
    window.try_acquire("a", start);
    window.try_acquire("b", start + seconds{1});
    window.try_acquire("a", start + seconds{59});
    const auto usage = window.current(start + seconds{62});
    CHECK(usage.addresses == 1);
    CHECK(usage.attempts == 1);
  }

  TEST_CASE("usage counts what is inside the window") {
    auto window = small();
    for (int i = 0; i < 3; ++i)
      window.try_acquire("a", start);
    window.try_acquire("b", start + seconds{30});
    const auto full = window.current(start + seconds{31});
    CHECK(full.addresses == 2);
    CHECK(full.attempts == 4);
    CHECK(full.limited == 1);
    const auto later = window.current(start + seconds{61});
    CHECK(later.addresses == 1);
    CHECK(later.attempts == 1);
    CHECK(later.limited == 0);
    CHECK(window.current(start + seconds{90}).addresses == 0);
  }

  TEST_CASE("it agrees with the obvious slow window over a random history") {
    attempt_window window{{3, milliseconds{1000}, 100}};
    std::map<std::string, std::deque<attempt_window::clock::time_point>> slow;
    std::mt19937 random{7};
    auto now = start;
    for (int i = 0; i < 20'000; ++i) {
      now += milliseconds{random() % 60};
      const auto address = std::to_string(random() % 8);
      auto& times = slow[address];
      while (!times.empty() && times.front() <= now - seconds{1})
        times.pop_front();
      const bool expected = times.size() < 3;
      if (expected)
        times.push_back(now);
      REQUIRE(window.try_acquire(address, now) == expected);
      const auto wait = window.retry_after(address, now);
      REQUIRE((wait == seconds{0}) == (times.size() < 3));
    }
  }
}

} // namespace wsgw::protocol
