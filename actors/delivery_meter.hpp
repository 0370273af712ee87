#pragma once

#include "actors/shard_counters.hpp"
#include "protocol/timestamp.hpp"
#include "transport/event_loop.hpp"

#include <memory>
#include <vector>

namespace wsgw::actors {

/// Measures how long events take from their publisher to the sockets of this
/// shard: it looks at the clock once, when a turn's outboxes have been written.
/// What the kernel of a slow peer did not take then is not waited for. Loop
/// thread only.
class delivery_meter final
    : public transport::turn_end_task,
      public std::enable_shared_from_this<delivery_meter> {
public:
  /// A turn as the clock on the wall shows it.
  struct turn_times {
    std::chrono::system_clock::time_point began;
    std::chrono::system_clock::time_point written;
  };

  delivery_meter(transport::event_loop& loop, shard_counters& counters)
      : loop_(loop), counters_(counters) {}

  /// A room has put an event, stamped so by its publisher, into outboxes. There
  /// are at most as many in a turn as events have been read from the source.
  void note(protocol::milli_time stamp) {
    if (stamps_.empty())
      loop_.at_turn_end(shared_from_this());
    stamps_.push_back(stamp);
  }

  void on_turn_end() override;

  /// Counts all that was noted.
  void measure(const turn_times& turn);

private:
  transport::event_loop& loop_;
  shard_counters& counters_;
  std::vector<protocol::milli_time> stamps_; ///< of this turn
  bool is_written_ = false;                  ///< all outboxes of this turn are
};

} // namespace wsgw::actors
