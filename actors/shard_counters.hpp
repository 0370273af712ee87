#pragma once

#include "protocol/dialect.hpp"
#include "protocol/role.hpp"
#include "protocol/v1_command.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <variant>

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

/// Durations by class, for Prometheus; written by one thread, read by any.
class duration_histogram {
public:
  /// Upper bounds in seconds; what is longer is in a class of its own.
  static constexpr std::array bounds{1.0,   5.0,    15.0,   60.0,
                                     300.0, 1800.0, 7200.0, 43200.0};

  void add(std::chrono::milliseconds duration) {
    const auto seconds = std::chrono::duration<double>{duration}.count();
    std::size_t i = 0;
    while (i < bounds.size() && seconds > bounds[i])
      ++i;
    counts_[i].add();
    sum_ms_.add(static_cast<std::uint64_t>(duration.count()));
  }

  /// How many fell into class `i`, not cumulative.
  std::uint64_t count(std::size_t i) const { return counts_[i].get(); }
  double sum_seconds() const {
    return static_cast<double>(sum_ms_.get()) / 1000;
  }

private:
  std::array<counter, bounds.size() + 1> counts_;
  counter sum_ms_;
};

/// What one shard counts on its hot path; only its own thread writes.
struct shard_counters {
  std::array<counter, protocol::role_count> connections; ///< live now
  std::array<counter, protocol::role_count> opened;
  /// Live event streams by role; they are among `connections`.
  std::array<counter, protocol::role_count> streams;
  std::array<counter, protocol::dialect_count> by_dialect; ///< live now
  duration_histogram lifetimes; ///< of connections that ended
  counter dialogs;              ///< live dialog actors
  counter events_in;            ///< events that reached a dialog
  counter events_duplicate;     ///< dropped by message.id
  counter events_refused;       ///< could not be parsed or too large
  counter events_unrouted;      ///< room not open on this node
  counter adoptions_failed;     ///< plain events that the log did not take
  counter log_resets;           ///< rooms whose log could not be continued
  counter frames_queued;        ///< deliveries: frames put in an outbox
  counter frames_dropped;       ///< frames that a full or closed outbox refused
  counter slow_closed;          ///< connections closed 4010
  counter lagging;              ///< v1 clients that lag now
  counter lagging_entered;      ///< times that one began to lag
  counter drain_slots; ///< clients that a drain gave their time to leave
  counter pings_sent;
  /// What v1 clients said, by the index in v1::command_body.
  std::array<counter, std::variant_size_v<protocol::v1::command_body>> commands;
  counter commands_refused;     ///< limited, malformed or not good
  counter client_events;        ///< typing and read marks published
  counter client_events_merged; ///< superseded before they were
  counter messages_received;    ///< data frames from clients
  counter turns;                ///< turns with work
  counter actors_resumed;
  counter exceptions; ///< that escaped a callback on the loop
};

} // namespace wsgw::actors
