#pragma once

#include "actors/command_times.hpp"
#include "protocol/cursor.hpp"
#include "protocol/log_follower.hpp"
#include "protocol/room.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <variant>

namespace wsgw::actors {

/// Why Redis did not do what was asked.
struct store_error {
  bool is_link_down = false; ///< worth another try when the link is back
  std::string text; ///< as Redis says: `OOM …`, `WSGW not a JSON …`
};

template <class T>
using store_result = std::variant<T, store_error>;

/// Where an appended event stands. Without a log `at` is empty: the event was
/// published, nobody numbered it.
struct appended {
  protocol::cursor at;
  bool is_duplicate = false; ///< the idempotency key was seen before
};

/// What the links of one process to Redis did since its start. Any thread.
struct log_counters {
  std::atomic<std::uint64_t> reads{0};   ///< wsgw_read asked for
  std::atomic<std::uint64_t> appends{0}; ///< wsgw_publish asked for
  std::atomic<std::uint64_t> errors{0};  ///< answers that were store_errors
  command_times commands;                ///< of all links, also of those beside
};

/// SEAM: the durable logs in Redis as actors see them (protocol-v1 6.2). Any
/// thread; each `done` runs exactly once, on a thread of the store's choice,
/// and must only pass the answer on. Never blocks. Commands that wait for a
/// link are bounded: beyond it they fail like those of a lost link.
class log_store {
public:
  virtual ~log_store() = default;

  /// wsgw_cursor: the head, making the epoch when there is none; renews TTLs.
  virtual void
  open(const protocol::room_id& room,
       std::function<void(store_result<protocol::cursor>)> done) = 0;
  /// wsgw_read: at most `count` events behind `after` with the state around
  /// them. Counted as one stream read.
  virtual void
  read(const protocol::room_id& room, std::uint64_t after, std::size_t count,
       std::function<void(store_result<protocol::log_page>)> done) = 0;
  /// wsgw_renew: begins a new epoch unless `epoch` is no longer the room's;
  /// answers with the head that is then true.
  virtual void
  renew(const protocol::room_id& room, std::string epoch,
        std::function<void(store_result<protocol::cursor>)> done) = 0;
  /// wsgw_publish.
  virtual void publish(const protocol::room_id& room, std::string json,
                       std::string idempotency_key,
                       std::function<void(store_result<appended>)> done) = 0;
};

} // namespace wsgw::actors
