#pragma once

#include "protocol/dialect.hpp"
#include "protocol/ids.hpp"
#include "protocol/role.hpp"
#include "protocol/room.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wsgw::actors {

/// What became of one published event on this shard.
enum class event_fate : std::uint8_t { durable, ephemeral, duplicate, refused };

/// One event as the journal remembers it.
struct event_note {
  std::uint64_t room = 0; ///< room_id::hash
  std::uint64_t seq = 0;  ///< 0: none
  std::uint64_t id = 0;   ///< hash of `message.id`'s JSON text; 0: none
  std::chrono::system_clock::time_point at;
  protocol::role_set audience;
  event_fate fate = event_fate::durable;
  std::uint32_t epoch = 0; ///< hash of the log's epoch
  std::string trace_id;    ///< empty: none
};

/// What one connection has had of its room; all it takes to say why an event
/// did or did not reach it.
struct connection_trace {
  protocol::room_id room;
  protocol::connection_id conn{};
  protocol::role as = protocol::role::admin;
  protocol::dialect speaks = protocol::dialect::legacy;
  std::string user_id{};
  std::chrono::system_clock::time_point joined_at{};
  /// Empty: it is connected.
  std::optional<std::chrono::system_clock::time_point> closed_at{};
  std::uint16_t close_code = 0;
  std::uint32_t epoch = 0;       ///< hash of the epoch of these positions
  std::uint64_t since_seq = 0;   ///< what it hears begins behind this
  std::uint64_t queued_seq = 0;  ///< put in its outbox
  std::uint64_t written_seq = 0; ///< taken by the kernel
  std::uint64_t acked_seq = 0;   ///< as the client says; v1
  bool is_lagging = false;
};

/// What happened on one shard lately: events and ended connections, bounded by
/// number and by age. Loop thread only; costs the hot path one write an event.
class journal {
public:
  using time_point = std::chrono::system_clock::time_point;

  /// Ended connections stay this long.
  static constexpr std::chrono::minutes memory{15};

  journal() = default;
  /// Sets the bounds; they hold from the next note on.
  void limit(std::size_t events, std::size_t connections);

  void note(event_note what);
  void ended(connection_trace who, time_point now);

  /// Events of `room`, oldest first.
  std::vector<event_note> events_of(const protocol::room_id& room) const;
  /// Ended connections of `room`, oldest first.
  std::vector<connection_trace> ended_of(const protocol::room_id& room,
                                         time_point now) const;
  /// Older events may have been forgotten; empty: none has.
  std::optional<time_point> forgotten_before() const { return forgotten_; }

private:
  std::size_t most_events_ = 65'536;
  std::size_t most_connections_ = 16'384;
  std::deque<event_note> events_;
  std::deque<connection_trace> ended_;
  std::optional<time_point> forgotten_;
};

} // namespace wsgw::actors
