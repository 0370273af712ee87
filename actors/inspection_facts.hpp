#pragma once

#include "actors/inspection.hpp"
#include "actors/journal.hpp"

#include <cstdint>
#include <string_view>
#include <utility>

/// What the inspector's lists and its page of one room are made of. Loop
/// thread only.
namespace wsgw::actors::inspection {

/// Calls `visit(describable, actor_info&&)` for every actor of a shard.
template <class Visitor>
void for_each_actor(shard& where, Visitor&& visit) {
  where.actors().for_each([&](const describable& who) {
    actor_info info;
    info.shard = where.index();
    who.describe(info);
    visit(who, std::move(info));
  });
}

/// To be filled in by a connection of the room.
connection_trace trace_in(const protocol::room_id& room);

/// The number in `<epoch>:<seq>`; 0 when there is none.
std::uint64_t seq_of(std::string_view head);

/// One subscriber. The head of its room is not known yet: of one that lags it
/// remains to be said how far it is behind.
protocol::socket_facts socket_facts_of(const describable& who,
                                       actor_info&& info,
                                       const protocol::slow_marks& marks);

/// How many events a socket has not got: those its dialog holds back while it
/// lags, else those that wait in its outbox.
std::uint64_t behind_of(const protocol::socket_facts& socket,
                        std::uint64_t head);

/// What its dialog says of a room.
void fill_dialog(protocol::room_facts& room, actor_info&& info,
                 const protocol::slow_marks& marks);
/// Adds one of its sockets to what is known of a room.
void count_socket(protocol::room_facts& room,
                  const protocol::socket_facts& socket);

} // namespace wsgw::actors::inspection
