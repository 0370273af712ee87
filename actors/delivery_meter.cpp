#include "actors/delivery_meter.hpp"

#include <chrono>
#include <utility>

namespace wsgw::actors {

namespace {

/// Memory for a turn's stamps that is kept from turn to turn.
constexpr std::size_t kept_stamps = 4096;

using std::chrono::milliseconds;

/// Older stamps are of another kind than a delay; publishers may name any
/// year, which nanoseconds cannot.
constexpr milliseconds longest = std::chrono::hours{24};

std::chrono::nanoseconds age(protocol::milli_time stamp,
                             std::chrono::system_clock::time_point at) {
  const auto whole = std::chrono::floor<milliseconds>(at) - stamp;
  if (whole < milliseconds{0})
    return milliseconds{0};
  return whole < longest ? at - stamp : longest;
}

} // namespace

void delivery_meter::on_turn_end() {
  // It was asked for together with the first outbox: the second time is behind
  // all others.
  if (!std::exchange(is_written_, true)) {
    loop_.at_turn_end(shared_from_this());
    return;
  }
  is_written_ = false;
  const auto written = std::chrono::system_clock::now();
  const auto worked = transport::event_loop::clock::now() - loop_.now();
  measure({written - worked, written});
}

void delivery_meter::measure(const turn_times& turn) {
  for (const auto stamp : stamps_) {
    if (stamp > std::chrono::floor<milliseconds>(turn.written))
      counters_.stamps_ahead.add();
    counters_.delivery_latency.add(age(stamp, turn.written));
    counters_.broker_lag.add(age(stamp, turn.began));
  }
  if (stamps_.capacity() > kept_stamps)
    stamps_ = {};
  else
    stamps_.clear();
}

} // namespace wsgw::actors
