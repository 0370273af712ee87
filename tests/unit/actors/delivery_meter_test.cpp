#include "actors/delivery_meter.hpp"
#include "tests/support/manual_loop.hpp"

#include <doctest/doctest.h>

using namespace wsgw;
using namespace wsgw::actors;
using std::chrono::milliseconds;

namespace {

struct metered_loop {
  tests::manual_loop loop;
  shard_counters counters;
  std::shared_ptr<delivery_meter> meter =
    std::make_shared<delivery_meter>(loop, counters);

  static std::uint64_t sum(const transport::histogram<latency_bounds>& all) {
    std::uint64_t count = 0;
    for (std::size_t i = 0; i <= latency_bounds.size(); ++i)
      count += all.count(i);
    return count;
  }
};

/// An outbox that is written at the turn's end, and says when.
struct slow_writer final : transport::turn_end_task {
  void on_turn_end() override { seen = counters->delivery_latency.count(0); }
  shard_counters* counters = nullptr;
  std::uint64_t seen = 99;
};

constexpr protocol::milli_time stamp{milliseconds{1'757'163'900'000}};

} // namespace

TEST_SUITE("actors/delivery_meter") {
  TEST_CASE_FIXTURE(metered_loop, "an event counts once, by both times") {
    meter->note(stamp);
    meter->note(stamp + milliseconds{40});
    meter->measure({stamp + milliseconds{42}, stamp + milliseconds{45}});
    CHECK(counters.delivery_latency.sum_seconds() == doctest::Approx(0.050));
    CHECK(counters.broker_lag.sum_seconds() == doctest::Approx(0.044));
    CHECK(sum(counters.delivery_latency) == 2);
    CHECK(counters.stamps_ahead.get() == 0);
    meter->measure({stamp, stamp});
    CHECK(sum(counters.delivery_latency) == 2);
  }

  TEST_CASE_FIXTURE(metered_loop, "a stamp of the future counts as no time") {
    meter->note(stamp + std::chrono::hours{1});
    meter->measure({stamp, stamp + milliseconds{1}});
    CHECK(counters.delivery_latency.count(0) == 1);
    CHECK(counters.delivery_latency.sum_seconds() == 0);
    CHECK(counters.stamps_ahead.get() == 1);
  }

  TEST_CASE_FIXTURE(metered_loop, "any year counts, at most as a day") {
    meter->note(*protocol::read_time("9999-12-31T23:59:59Z"));
    meter->note(*protocol::read_time("0000-01-01T00:00:00Z"));
    meter->measure({stamp, stamp});
    CHECK(counters.stamps_ahead.get() == 1);
    CHECK(counters.delivery_latency.sum_seconds() == doctest::Approx(86'400));
  }

  TEST_CASE_FIXTURE(metered_loop, "the clock is read behind all outboxes") {
    const auto writer = std::make_shared<slow_writer>();
    writer->counters = &counters;
    meter->note(std::chrono::time_point_cast<milliseconds>(
      std::chrono::system_clock::now() + std::chrono::minutes{1}));
    loop.at_turn_end(writer);
    loop.run();
    CHECK(writer->seen == 0);
    CHECK(counters.delivery_latency.count(0) == 1);
  }
}
