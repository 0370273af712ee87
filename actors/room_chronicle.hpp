#pragma once

#include "actors/journal.hpp"
#include "actors/members.hpp"
#include "actors/room_context.hpp"
#include "protocol/cursor.hpp"
#include "protocol/event.hpp"

#include <cstdint>
#include <vector>

namespace wsgw::actors {

/// What one room keeps for `explain`: where the reading of each member began,
/// and for the shard's journal what became of each event. Loop thread only.
class room_chronicle {
public:
  room_chronicle(const room_context& context, members& all);

  // -- events -----------------------------------------------------------------

  /// The event of this number; null: it could not be parsed.
  void numbered(const protocol::event* e, std::uint64_t seq,
                protocol::role_set audience, bool is_repeat);
  /// An event without a number, behind `head`. Members that are not live have
  /// missed it.
  void unnumbered(const protocol::event& e, std::uint64_t head,
                  protocol::role_set audience);
  /// So has this one.
  void missed(protocol::connection_id who);

  // -- members ----------------------------------------------------------------

  /// The head is known.
  void open(const protocol::cursor& head);
  /// Numbers begin anew behind `head`: all marks end.
  void restart(const protocol::cursor& head, bool is_trimmed);
  /// A member's reading begins behind `since`.
  void joined(std::uint64_t who, std::uint64_t since,
              protocol::explain::start how, std::uint64_t cursor = 0);
  /// A member got a page that it had asked for.
  void pulled(std::uint64_t who, std::uint64_t after, std::uint64_t to);
  /// A member is about to be removed.
  void left(std::uint64_t who);

  void describe(std::vector<room_reading>& out) const;

private:
  protocol::explain::stretch stretch_of(const members::place& where) const;

  const room_context& context_;
  members& members_;
  std::uint32_t epoch_ = 0;  ///< mark of the room's
  std::uint64_t latest_ = 0; ///< of the journal's events: without a number
};

} // namespace wsgw::actors
