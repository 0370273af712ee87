#pragma once

#include "protocol/dialect.hpp"
#include "protocol/explain.hpp"
#include "protocol/ids.hpp"
#include "protocol/role.hpp"
#include "protocol/room.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace wsgw::actors {

using event_fate = protocol::explain::fate;

/// One event as a room tells it to the journal.
struct event_record {
  std::uint64_t room = 0;  ///< room_id::hash
  std::uint64_t seq = 0;   ///< of an event without a number: the head before it
  std::uint32_t epoch = 0; ///< mark_of_epoch
  protocol::role_set audience;
  event_fate fate = event_fate::durable;
  std::string_view message_id; ///< JSON text; empty: none
  std::string_view trace_id;   ///< empty: none
};

/// One event as the journal remembers it.
struct event_note {
  std::uint64_t seq = 0; ///< 0: none
  std::chrono::system_clock::time_point at;
  protocol::role_set audience;
  event_fate fate = event_fate::durable;
  std::string trace_id; ///< empty: none
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
  std::uint64_t queued_seq = 0;  ///< put in its outbox
  std::uint64_t written_seq = 0; ///< taken by the kernel
  std::uint64_t acked_seq = 0;   ///< as the client says; v1
  bool is_lagging = false;
};

/// How far a room has told one member.
struct room_reading {
  protocol::connection_id conn{};
  protocol::explain::stretch at;
};

/// What happened on one shard lately: events and ended connections, bounded by
/// number and by age. Loop thread only; costs the hot path one write an event,
/// and takes no memory for what has not happened yet.
class journal {
public:
  using time_point = std::chrono::system_clock::time_point;

  /// Ended connections stay this long.
  static constexpr std::chrono::minutes memory{15};
  /// Ids that are longer are found, but not shown.
  static constexpr std::size_t longest_text = 64;
  /// Events that one question may mean, the latest ones.
  static constexpr std::size_t most_found = 64;

  journal();
  /// Sets the bounds; does nothing when they are the same already.
  void limit(std::size_t events, std::size_t connections);

  // -- what rooms and connections tell ----------------------------------------

  /// Returns what names the event in `missed`; 0 when nothing is kept.
  std::uint64_t note(const event_record& what, time_point at);
  /// An event without a number was not sent to `who`.
  void missed(std::uint64_t event, protocol::connection_id who);
  /// A connection is gone; its room says later how far it had got.
  void ended(connection_trace who, time_point now);
  void settled(protocol::connection_id who,
               const protocol::explain::stretch& at);
  /// The numbers of a member's room have begun anew.
  void restarted(protocol::connection_id who,
                 const protocol::explain::stretch& until);

  // -- questions
  // ----------------------------------------------------------------

  /// Events of `room`, oldest first.
  std::vector<event_note> events_of(const protocol::room_id& room) const;
  /// Ended connections of `room`, oldest first.
  std::vector<connection_trace> ended_of(const protocol::room_id& room,
                                         time_point now) const;
  /// Events that the question may mean, oldest first.
  std::vector<protocol::explain::event_fact>
  find(const protocol::explain::question& what) const;
  /// Ended connections that the question is about, oldest first.
  std::vector<protocol::explain::connection_fact>
  departed(const protocol::explain::question& what, time_point now) const;
  /// Earlier readings of a connection, oldest first.
  std::vector<protocol::explain::stretch>
  earlier(protocol::connection_id who) const;

  /// Older events may have been forgotten; empty: none has.
  std::optional<time_point> forgotten_before() const { return forgotten_; }
  /// What is remembered begins here.
  time_point since() const { return forgotten_.value_or(began_); }

private:
  /// 48 bytes an event.
  struct packed {
    std::uint64_t room;
    std::uint64_t seq;
    std::uint64_t id; ///< mark_of_id
    std::uint64_t text_end;
    time_point at;
    std::uint32_t epoch;
    protocol::role_set audience;
    event_fate fate;
    std::uint8_t id_length;
    std::uint8_t trace_length; ///< in front of text_end, behind the id
  };
  struct drop {
    std::uint64_t event;
    protocol::connection_id who;
  };
  struct departure {
    connection_trace who;
    std::optional<protocol::explain::stretch> last;
  };

  std::uint64_t keep(std::string_view id, std::string_view trace);
  bool has_text(const packed& note) const;
  std::string id_of(const packed& note) const;
  std::string trace_of(const packed& note) const;
  bool is_meant(const packed& note, const protocol::explain::question& what,
                const std::vector<std::uint64_t>& ids) const;
  void add_missed(protocol::explain::event_fact& to, std::uint64_t event) const;
  /// Calls `visit(note, event)` for all that are kept, oldest first.
  template <class F>
  void for_each_note(F&& visit) const;

  std::size_t most_events_ = 65'536;
  std::size_t most_connections_ = 16'384;
  const time_point began_;
  std::optional<time_point> forgotten_;

  std::deque<packed> notes_;      ///< a ring, once it is full
  std::uint64_t count_ = 0;       ///< of all notes ever
  std::unique_ptr<char[]> texts_; ///< a ring of what ids and traces say
  std::size_t text_room_ = 0;
  std::uint64_t text_count_ = 0; ///< of all bytes ever

  std::deque<drop> drops_;
  std::uint64_t drops_since_ = 0; ///< those of earlier events are forgotten

  std::unordered_map<protocol::connection_id, departure> departures_;
  std::deque<protocol::connection_id> departed_; ///< by age
  std::deque<room_reading> restarts_;            ///< by age
};

} // namespace wsgw::actors
