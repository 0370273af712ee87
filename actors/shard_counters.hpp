#pragma once

#include "protocol/dialect.hpp"
#include "protocol/role.hpp"
#include "protocol/v1_command.hpp"
#include "protocol/v1_message.hpp"
#include "transport/loop_figures.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <variant>

namespace wsgw::actors {

using transport::counter;

inline constexpr std::array lifetime_bounds{1.0,   5.0,    15.0,   60.0,
                                            300.0, 1800.0, 7200.0, 43200.0};
inline constexpr std::array latency_bounds{
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0};

/// What a delivered event was. Of `v1` clients' logs only `durable` ones and
/// those that are `replayed` have numbers.
enum class delivery : std::uint8_t { durable, ephemeral, replayed };

/// Who noticed that an event was missing: the node in what Redis told it, the
/// node in the log itself, or a client that pulled although it was live.
enum class gap_seen_by : std::uint8_t { subscription, log, client };

/// What one shard counts on its hot path; only its own thread writes.
struct shard_counters {
  std::array<counter, protocol::role_count> connections; ///< live now
  std::array<counter, protocol::role_count> opened;
  /// Live event streams by role; they are among `connections`.
  std::array<counter, protocol::role_count> streams;
  std::array<counter, protocol::dialect_count> by_dialect; ///< live now
  /// Of connections that ended.
  transport::histogram<lifetime_bounds> lifetimes;
  /// From the request to the 101, or to the head of the stream.
  transport::histogram<latency_bounds> handshakes;
  /// Members of rooms here by role; one connection is in one room at most.
  std::array<counter, protocol::role_count> members;
  /// The same rooms' members on other nodes.
  std::array<counter, protocol::role_count> members_elsewhere;
  counter members_lost;     ///< with the node that they were connected to
  counter silent;           ///< connections closed for their silence
  counter dialogs;          ///< live dialog actors
  counter duel_rooms;       ///< those of them that are duels
  counter events_heard;     ///< events from Redis
  counter events_in;        ///< events that reached a dialog
  counter events_duplicate; ///< dropped by message.id
  counter events_known;     ///< dropped by their number in the log
  counter events_adopted;   ///< another node had added them to the log
  counter events_trimmed;   ///< gone from the log before they were read
  counter events_refused;   ///< could not be parsed or too large
  counter events_unrouted;  ///< room not open on this node
  counter adoptions_failed; ///< plain events that the log did not take
  counter log_resets;       ///< rooms whose log could not be continued
  counter frames_queued;    ///< deliveries: frames put in an outbox
  counter frames_dropped;   ///< frames that a full or closed outbox refused
  std::array<counter, 3> delivered; ///< frames with events, by `delivery`
  std::array<counter, 3> gaps;      ///< holes that were noticed
  /// From the publisher's stamp to the end of the turn that wrote the event:
  /// once per event and room.
  transport::histogram<latency_bounds> delivery_latency;
  /// From the publisher's stamp to the beginning of that turn.
  transport::histogram<latency_bounds> broker_lag;
  counter stamps_ahead;   ///< events whose stamp was in the future
  counter resumed;        ///< cursors that were continued
  counter resume_refused; ///< cursors that nobody could look at in time
  std::array<counter, protocol::reset_reason_count> resume_reset;
  counter slow_closed;     ///< connections closed 4010
  counter lagging;         ///< v1 clients that lag now
  counter lagging_entered; ///< times that one began to lag
  counter drain_slots;     ///< clients that a drain gave their time to leave
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
