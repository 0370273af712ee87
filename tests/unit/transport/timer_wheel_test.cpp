#include "transport/timer_wheel.hpp"

#include <doctest/doctest.h>

#include <map>
#include <memory>
#include <random>
#include <stdexcept>
#include <vector>

using namespace wsgw::transport;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

struct wheel_fixture {
  timer_wheel::clock::time_point start{hours{1000}};
  timer_wheel wheel{start};
  std::vector<int> fired;

  timer add(milliseconds after, int number) {
    return wheel.add(start + after,
                     [this, number] { fired.push_back(number); });
  }
};

} // namespace

TEST_SUITE("transport/timer_wheel") {
  TEST_CASE_FIXTURE(wheel_fixture, "a timer runs once, never early") {
    const auto one = add(milliseconds{25}, 1);
    CHECK(wheel.advance(start + milliseconds{24}) == 0);
    CHECK(wheel.advance(start + milliseconds{29}) == 0);
    CHECK(wheel.advance(start + milliseconds{30}) == 1);
    CHECK(wheel.advance(start + seconds{10}) == 0);
    CHECK(fired == std::vector{1});
    CHECK(wheel.size() == 0);
  }

  TEST_CASE_FIXTURE(wheel_fixture, "timers run in order of their deadlines") {
    const auto late = add(seconds{50}, 3);
    const auto early = add(milliseconds{40}, 1);
    const auto middle = add(seconds{2}, 2);
    CHECK(wheel.advance(start + hours{1}) == 3);
    CHECK(fired == std::vector{1, 2, 3});
  }

  TEST_CASE_FIXTURE(wheel_fixture, "an overdue timer runs in the next tick") {
    wheel.advance(start + seconds{5});
    const auto one = add(seconds{1}, 1);
    CHECK(wheel.next() == start + seconds{5} + timer_wheel::tick);
    CHECK(wheel.advance(start + seconds{6}) == 1);
  }

  TEST_CASE_FIXTURE(wheel_fixture, "a destroyed handle cancels its timer") {
    auto one = add(seconds{1}, 1);
    const auto two = add(seconds{1}, 2);
    one.reset();
    CHECK(wheel.size() == 1);
    wheel.advance(start + seconds{2});
    CHECK(fired == std::vector{2});
  }

  TEST_CASE_FIXTURE(wheel_fixture, "an empty wheel asks for nothing") {
    CHECK_FALSE(wheel.next());
    auto one = add(seconds{100}, 1);
    CHECK(wheel.next());
    one.reset();
    CHECK_FALSE(wheel.next());
  }

  TEST_CASE_FIXTURE(wheel_fixture, "a distant timer needs few wake-ups") {
    const auto one = add(hours{30}, 1);
    int wake_ups = 0;
    while (const auto next = wheel.next()) {
      wheel.advance(*next);
      ++wake_ups;
    }
    CHECK(fired == std::vector{1});
    CHECK(wake_ups <= 5);
  }

  TEST_CASE_FIXTURE(wheel_fixture, "a callback may cancel itself and others") {
    timer self;
    timer other;
    self = wheel.add(start + seconds{1}, [&] {
      self.reset();
      other.reset();
      fired.push_back(1);
    });
    other = add(seconds{1}, 2);
    CHECK(wheel.advance(start + seconds{1}) == 1);
    CHECK(fired == std::vector{1});
  }

  TEST_CASE_FIXTURE(wheel_fixture, "a callback's new timer runs a tick later") {
    timer again;
    const auto one = wheel.add(start + milliseconds{10},
                               [&] { again = add(milliseconds{0}, 2); });
    CHECK(wheel.advance(start + milliseconds{10}) == 1);
    CHECK(wheel.advance(start + milliseconds{20}) == 1);
    CHECK(fired == std::vector{2});
  }

  TEST_CASE_FIXTURE(wheel_fixture, "a throwing callback delays no other") {
    const auto bad =
      wheel.add(start + seconds{1}, [] { throw std::runtime_error{"boom"}; });
    const auto good = add(seconds{1}, 2);
    CHECK_THROWS(wheel.advance(start + seconds{1}));
    CHECK(wheel.next() <= start + seconds{1});
    CHECK(wheel.advance(start + seconds{1}) == 1);
    CHECK(fired == std::vector{2});
  }

  TEST_CASE("a handle may outlive its wheel") {
    timer left;
    {
      timer_wheel wheel{{}};
      left = wheel.add({}, [] {});
    }
    left.reset();
    CHECK_FALSE(left);
  }

  TEST_CASE_FIXTURE(wheel_fixture, "20,000 random timers run when due") {
    std::mt19937 random{7};
    std::uniform_int_distribution<int> spread{0, 7'200'000};
    std::map<int, milliseconds> due;
    std::vector<timer> handles;
    int early = 0;
    int late = 0;
    for (int i = 0; i < 20'000; ++i) {
      due[i] = milliseconds{spread(random)};
      handles.push_back(add(due[i], i));
    }
    for (auto now = start; wheel.size() > 0; now += milliseconds{37'310}) {
      fired.clear();
      wheel.advance(now);
      for (const auto i : fired) {
        early += start + due[i] > now ? 1 : 0;
        due.erase(i);
      }
      for (const auto& [i, after] : due)
        late += start + after + timer_wheel::tick <= now ? 1 : 0;
    }
    CHECK(due.empty());
    CHECK(early == 0);
    CHECK(late == 0);
  }
}
