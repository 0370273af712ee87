#pragma once

#include "protocol/dialect.hpp"
#include "protocol/role.hpp"
#include "protocol/room.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Why a connection did or did not get an event, judged from what rooms and
/// connections remember. Pure: facts in, verdicts out.
namespace wsgw::protocol::explain {

using time_point = std::chrono::system_clock::time_point;

// -- the question
// ---------------------------------------------------------------

/// One of `seq`, `message_id` and `trace_id` names the event.
struct question {
  room_id room;
  std::optional<std::uint64_t> seq{};
  std::string epoch{};      ///< of `seq`; empty: the room's present one
  std::string message_id{}; ///< as published; `1` also finds `"1"`
  std::string trace_id{};
  std::string conn{};    ///< empty: all
  std::string user_id{}; ///< empty: all
  std::optional<role> as{};

  bool is_about(std::string_view conn, std::string_view user, role as) const;
};

/// Stands for an epoch where its text would be too long; 0 for an empty one.
std::uint32_t mark_of_epoch(std::string_view epoch);
/// Stands for a message id, given as JSON text; 0 for none.
std::uint64_t mark_of_id(std::string_view json_text);
/// The marks of all ids that the question may mean.
std::vector<std::uint64_t> marks_of(const question& what);

// -- facts
// ----------------------------------------------------------------------

/// What became of one published event in one room.
enum class fate : std::uint8_t {
  durable,
  unnumbered, ///< durable, but published beside the log
  ephemeral,
  duplicate, ///< dropped: it had been seen; with a number in duels
  refused,   ///< could not be parsed: for nobody
};
std::string_view to_string(fate what);

/// One event as one node, or the log, knows it.
struct event_fact {
  fate what = fate::durable;
  /// Its number; of an event without one: the head that it came behind.
  std::uint64_t seq = 0;
  std::uint32_t epoch = 0; ///< mark_of_epoch
  role_set audience;
  time_point at;            ///< arrival in the room; unknown from the log
  std::string message_id{}; ///< JSON text; empty: none, or forgotten
  std::string trace_id{};
  std::string published{}; ///< publisher's time, RFC 3339; from the log
  std::vector<std::string> missed{}; ///< connections that it was not sent to
  bool knows_missed = true;
  std::string node{}; ///< empty: the log

  bool has_number() const {
    return what == fate::durable
           || ((what == fate::refused || what == fate::duplicate) && seq != 0);
  }
};

/// How a member's reading began.
enum class start : std::uint8_t {
  fresh,
  resumed, ///< behind a cursor of its own
  trimmed, ///< what followed its cursor was no longer kept
  reset,   ///< its cursor could not be continued for another reason
};
std::string_view to_string(start how);

/// What a room remembers of one member, from a join or a reset on.
struct reading {
  time_point joined_at;    ///< epoch of the clock: its join is not answered yet
  std::uint64_t since = 0; ///< what it is told begins behind this
  std::uint64_t cursor = 0;       ///< what it had before, when it was `trimmed`
  std::uint64_t pulled_after = 0; ///< and it asked for this itself
  std::uint64_t pulled_to = 0;
  std::uint32_t epoch = 0; ///< mark_of_epoch
  start how = start::fresh;

  /// It was sent, on its own request, what stands behind `after` up to `to`.
  void add_pull(std::uint64_t after, std::uint64_t to);
  bool covers(std::uint64_t seq) const {
    return seq > since || (seq > pulled_after && seq <= pulled_to);
  }
};

/// A reading with the positions of its connection.
struct stretch {
  reading from;
  std::uint64_t queued = 0;
  std::uint64_t written = 0;
  std::uint64_t acked = 0;
  bool is_lagging = false;
  bool is_cut = false;     ///< gets nothing any more: it is being closed
  bool is_drained = false; ///< all that was queued is written
};

/// One connection to the room, present or not.
struct connection_fact {
  std::string conn;
  role as = role::admin;
  dialect speaks = dialect::legacy;
  std::string user_id;
  time_point connected_at;
  std::optional<time_point> closed_at; ///< empty: it is connected
  std::uint16_t close_code = 0;
  std::vector<stretch> stretches; ///< by age; several after resets
  std::string node;

  /// Empty: its join was never answered.
  std::optional<time_point> joined_at() const;
};

/// What one node knows.
struct node_fact {
  std::string node;
  std::string epoch;      ///< of the room, when it is open there; else empty
  std::uint64_t head = 0; ///< likewise
  time_point since;       ///< what it remembers begins here
  std::vector<event_fact> events; ///< that the question may mean, by age
  std::vector<connection_fact> connections;
  bool is_truncated = false; ///< there were too many connections to list
};

/// What the log in Redis knows.
struct log_fact {
  std::string epoch;
  std::uint64_t head = 0;
  std::uint64_t first = 0;
  std::vector<event_fact> events;
  bool is_searched = false; ///< all that it keeps was looked at
};

// -- verdicts
// -------------------------------------------------------------------

enum class verdict : std::uint8_t {
  acked,
  written,
  queued,
  lagging,
  dropped_ephemeral,
  filtered_by_role,
  not_connected_then,
  joined_later,
  closed_before,
  not_published,
  deduplicated,
  trimmed,
};
inline constexpr std::size_t verdict_count = 12;
std::string_view to_string(verdict v);

/// What makes the sentence of a verdict a special one.
enum class nuance : std::uint8_t {
  none,
  had_it,       ///< joined with a cursor that includes it
  not_answered, ///< the join waits for its answer
  on_its_way,   ///< this node has not read it yet
  never_came,   ///< this node never got it
  by_reset,     ///< a reset of the log was faster
  unparsable,   ///< it was published, but is no event
  unknown_now,  ///< nobody remembers it
};

struct finding {
  verdict is = verdict::not_connected_then;
  nuance why = nuance::none;
};

/// What is known of the event, seen from one node.
struct subject {
  enum class standing : std::uint8_t {
    known,     ///< `event` is filled, or only `repeats` are
    ahead,     ///< the log has not got so far
    unheard,   ///< nobody knows such an id
    forgotten, ///< it had this number, nothing else is known
  };
  standing now = standing::unheard;
  std::uint64_t seq = 0;
  std::uint32_t epoch = 0;
  bool is_present = true; ///< the epoch goes on
  bool is_shared = false; ///< all nodes use the same numbers
  const event_fact* event = nullptr;
  std::vector<time_point> repeats; ///< when duplicates of it were dropped
};

/// The verdict on one connection.
finding judge(const subject& what, const connection_fact& who);
/// The verdict when there is no connection to judge.
finding judge_absent(const subject& what, const question& asked);

} // namespace wsgw::protocol::explain
