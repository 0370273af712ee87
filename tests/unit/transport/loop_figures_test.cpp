#include "transport/loop_figures.hpp"

#include <doctest/doctest.h>

using namespace wsgw::transport;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr loop_figures::clock::time_point start{seconds{1000}};

/// A probe that is due now, and looked at when it is `late`.
void probe(loop_figures& loop, loop_figures::clock::time_point due,
           milliseconds late) {
  loop.probed(due, due + late, due + late + loop_figures::probe_interval);
}

} // namespace

TEST_SUITE("transport/loop_figures") {
  TEST_CASE("a duration falls into the first class that is not below it") {
    static constexpr std::array bounds{0.001, 0.01};
    histogram<bounds> times;
    for (const auto ms : {-5, 1, 10, 11})
      times.add(milliseconds{ms});
    CHECK(times.count(0) == 2);
    CHECK(times.count(1) == 1);
    CHECK(times.count(2) == 1);
    CHECK(times.sum_seconds() == doctest::Approx(0.022));
  }

  TEST_CASE("the worst lag is remembered for half a minute and forgotten") {
    loop_figures loop;
    CHECK(loop.worst_lag(start) == seconds{0});
    probe(loop, start, milliseconds{70});
    auto now = start;
    for (; now < start + loop_figures::window; now += seconds{1}) {
      probe(loop, now, milliseconds{2});
      CHECK(loop.worst_lag(now) == milliseconds{70});
    }
    for (; now < start + 3 * loop_figures::window; now += seconds{1})
      probe(loop, now, milliseconds{2});
    CHECK(loop.worst_lag(now) < milliseconds{1000});
    CHECK(loop.lag.count(lag_bounds.size()) == 0);
  }

  TEST_CASE("a loop that is stuck shows while it is") {
    loop_figures loop;
    probe(loop, start, milliseconds{1});
    CHECK(loop.worst_lag(start + seconds{9}) > seconds{8});
  }
}
