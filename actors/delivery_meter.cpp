#include "actors/delivery_meter.hpp"

#include <chrono>
#include <utility>

namespace wsgw::actors {

namespace {

/// Memory for a turn's stamps that is kept from turn to turn.
constexpr std::size_t kept_stamps = 4096;

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
    if (stamp > turn.written)
      counters_.stamps_ahead.add();
    counters_.delivery_latency.add(turn.written - stamp);
    counters_.broker_lag.add(turn.began - stamp);
  }
  if (stamps_.capacity() > kept_stamps)
    stamps_ = {};
  else
    stamps_.clear();
}

} // namespace wsgw::actors
