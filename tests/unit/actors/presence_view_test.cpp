#include "actors/presence_view.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <vector>

using namespace std::chrono_literals;
using wsgw::actors::presence_view;
using wsgw::protocol::role_counts;

namespace {

constexpr auto grace = 5s;

presence_view::time_point at(std::chrono::milliseconds t) {
  return presence_view::time_point{1h} + t;
}

/// The definition, sample by sample: the largest number of the last grace.
class brute_force {
public:
  /// One sample for each millisecond, `gone` taken out of all earlier ones.
  void sample(std::size_t truth, std::size_t gone = 0) {
    for (auto& each : samples_)
      each -= std::min(each, gone);
    samples_.push_back(truth);
  }
  std::size_t shown(std::size_t grace_ms) const {
    // A sample is true until the next one is taken.
    const auto from = samples_.size() - std::min(samples_.size(), grace_ms + 1);
    return *std::max_element(
      samples_.begin() + static_cast<std::ptrdiff_t>(from), samples_.end());
  }

private:
  std::vector<std::size_t> samples_;
};

} // namespace

TEST_SUITE("actors/presence_view") {
  TEST_CASE("more members show at once") {
    presence_view view{grace};
    CHECK(view.set({1, 0, 2, 0}, at(0ms)));
    CHECK(view.shown() == role_counts{1, 0, 2, 0});
    CHECK(!view.next_change());
    CHECK(!view.set({1, 0, 2, 0}, at(1ms)));
  }

  TEST_CASE("fewer members show when the grace is over, not before") {
    presence_view view{grace};
    view.set({1, 3, 0, 0}, at(0ms));
    CHECK(!view.set({1, 1, 0, 0}, at(100ms)));
    CHECK(view.next_change() == at(5100ms));
    CHECK(!view.advance(at(5099ms)));
    CHECK(view.advance(at(5100ms)));
    CHECK(view.shown() == role_counts{1, 1, 0, 0});
    CHECK(!view.next_change());
  }

  TEST_CASE("who leaves and comes back within the grace never flickers") {
    presence_view view{grace};
    view.set({1, 1, 0, 0}, at(0ms));
    auto changed = view.set({1, 0, 0, 0}, at(100ms));
    changed |= view.set({1, 1, 0, 0}, at(4900ms));
    changed |= view.advance(at(20s));
    CHECK(!changed);
  }

  TEST_CASE("a fall in steps shows in steps") {
    presence_view view{grace};
    view.set({3, 0, 0, 0}, at(0ms));
    view.set({2, 0, 0, 0}, at(1s));
    view.set({1, 0, 0, 0}, at(2s));
    CHECK(view.advance(at(6s)));
    CHECK(view.shown()[0] == 2);
    CHECK(view.next_change() == at(7s));
    CHECK(view.advance(at(7s)));
    CHECK(view.shown()[0] == 1);
  }

  TEST_CASE("members of a node that died are gone at once, others are not") {
    presence_view view{grace};
    view.set({0, 5, 0, 0}, at(0ms));
    view.set({0, 4, 0, 0}, at(1s)); // one left by itself
    CHECK(view.set({0, 1, 0, 0}, at(2s), {0, 3, 0, 0}));
    CHECK(view.shown()[1] == 2);
    CHECK(view.advance(at(6s)));
    CHECK(view.shown()[1] == 1);
  }

  TEST_CASE("without a grace the true numbers show") {
    presence_view view{0s};
    view.set({2, 0, 0, 0}, at(0ms));
    CHECK(view.set({1, 0, 0, 0}, at(0ms)));
    CHECK(view.shown()[0] == 1);
  }

  TEST_CASE("any history shows its rolling maximum") {
    std::mt19937 random{20251121};
    for (int round = 0; round < 20; ++round) {
      const std::size_t grace_ms = 1 + random() % 60;
      presence_view view{std::chrono::milliseconds{grace_ms}};
      brute_force expected;
      std::size_t truth = 0;
      for (int t = 0; t < 500; ++t) {
        std::size_t gone = 0;
        if (random() % 8 == 0) {
          gone = random() % 4 == 0 ? random() % (truth + 1) : 0;
          truth = gone != 0 ? truth - gone : random() % 6;
          view.set({0, 0, truth, 0}, at(std::chrono::milliseconds{t}),
                   {0, 0, gone, 0});
        } else if (const auto due = view.next_change();
                   due && *due <= at(std::chrono::milliseconds{t})) {
          CHECK(view.advance(at(std::chrono::milliseconds{t})));
        }
        expected.sample(truth, gone);
        REQUIRE(view.shown()[2] == expected.shown(grace_ms));
      }
    }
  }
}
