#pragma once

#include "protocol/cursor.hpp"
#include "protocol/event.hpp"
#include "protocol/v1_message.hpp"

#include <cstdint>

namespace wsgw::actors {

class fan_out;
class members;
struct room_context;

/// SEAM: what the dialog of one kind of room does besides passing events on;
/// this one does nothing. Made by the row of its kind in `room_manners`, owned
/// by the dialog, called on its shard. `who` is a member's actor id.
class room_rules {
public:
  struct parts {
    const room_context& context;
    members& all;
    fan_out& live;
  };

  virtual ~room_rules() = default;

  /// `who` is live for the first time: it has everything up to the head when
  /// it came back with a cursor, else it begins there.
  virtual void arrived(std::uint64_t, protocol::resume_outcome) {}
  /// `who` lagged and is live again.
  virtual void caught_up(std::uint64_t) {}
  /// `who` is a member no more.
  virtual void left(std::uint64_t) {}

  /// What becomes of an event.
  enum class reception : std::uint8_t {
    passed,
    repeated, ///< for nobody: it says nothing new
    refused,  ///< for nobody: it is malformed
  };
  /// The next event, before its members get it.
  virtual reception receive(const protocol::event&) {
    return reception::passed;
  }
  /// They have it now. `head` is its number, null when it has none.
  virtual void passed(const protocol::event&, const protocol::cursor*) {}
  /// An event of the past, read from the log; false: nobody shall get it.
  virtual bool read_old(const protocol::event&, std::uint64_t) { return true; }

  /// Events may have been missed that nobody can tell.
  virtual void lost_track() {}
};

} // namespace wsgw::actors
