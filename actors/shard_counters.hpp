#pragma once

#include "protocol/errc.hpp"
#include "protocol/role.hpp"

#include <array>
#include <atomic>
#include <cstdint>

namespace wsgw::actors {

/// A counter or gauge written by one thread and read by any: no locked
/// instruction on the hot path.
class counter {
public:
  void add(std::uint64_t n = 1) {
    value_.store(value_.load(std::memory_order_relaxed) + n,
                 std::memory_order_relaxed);
  }
  void sub(std::uint64_t n = 1) {
    value_.store(value_.load(std::memory_order_relaxed) - n,
                 std::memory_order_relaxed);
  }
  std::uint64_t get() const { return value_.load(std::memory_order_relaxed); }

private:
  std::atomic<std::uint64_t> value_{0};
};

/// What one shard counts on its hot path; only its own thread writes.
struct shard_counters {
  std::array<counter, protocol::role_count> connections; ///< live now
  std::array<counter, protocol::role_count> opened;
  counter dialogs;          ///< live dialog actors
  counter events_in;        ///< events that reached a dialog
  counter events_duplicate; ///< dropped by message.id
  counter events_refused;   ///< could not be parsed or too large
  counter events_unrouted;  ///< room not open on this node
  counter frames_queued;    ///< deliveries: frames put in an outbox
  counter frames_dropped;   ///< frames that a full or closed outbox refused
  counter slow_closed;      ///< connections closed 4010
  counter pings_sent;
  counter messages_received; ///< data frames from clients
  counter turns;             ///< turns with work
  counter actors_resumed;
};

} // namespace wsgw::actors
