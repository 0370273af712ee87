#include "actors/audit_facts.hpp"

#include "actors/broadcaster.hpp"
#include "actors/dialog.hpp"
#include "actors/subscriber.hpp"

#include <typeinfo>

namespace wsgw::actors {

namespace {

/// The actor's state when it is of this kind. Every kind is a class of its own,
/// so comparing types suffices, and costs nothing.
template <class State>
State* as(describable& who) {
  return typeid(who) == typeid(State) ? static_cast<State*>(&who) : nullptr;
}

room_facts facts_of(dialog_state& dialog) {
  auto& has = *dialog.has;
  room_facts facts{*dialog.room,
                   dialog.self->id(),
                   mailbox_length(*dialog.self),
                   has.sequence->is_open(),
                   {},
                   has.all.counts(),
                   has.present.others(),
                   {},
                   dialog.latest.newest()};
  if (facts.is_open)
    facts.head = has.sequence->head();
  has.all.for_each([&](const member& each, const members::place& where) {
    facts.members.push_back({each.who.id(), where.as, where.now,
                             each.socket->last_mark(),
                             has.live.latest_for(where.as)});
  });
  return facts;
}

socket_facts facts_of(const subscriber_state& who) {
  const auto& place = who.who->place;
  return {who.self->id(),   who.who->room,
          who.who->as,      who.is_closing || !who.socket,
          place != nullptr, place ? place->taken() : 0};
}

void add_listed(shard_facts& facts, const broadcaster_state& all,
                const audit_scope& scope) {
  facts.has_broadcaster = true;
  facts.broadcaster_mailbox = mailbox_length(*all.self);
  for (const auto& [room, open] : all.dialogs)
    if (scope.wants(room))
      facts.listed.push_back({room, open.dialog.id()});
}

} // namespace

bool audit_scope::wants(const protocol::room_id& room) const {
  // The low bits have chosen the shard.
  return (room.hash() >> 16U) % slices == slice
         || (!suspects.empty() && suspects.contains(room.text()));
}

shard_facts collect_facts(shard& where, const audit_scope& scope) {
  shard_facts facts;
  facts.shard = where.index();
  where.actors().for_each([&](describable& who) {
    if (const auto* socket = as<subscriber_state>(who)) {
      ++facts.living[static_cast<std::size_t>(socket->who->as)];
      if (scope.wants(socket->who->room))
        facts.sockets.push_back(facts_of(*socket));
    } else if (auto* dialog = as<dialog_state>(who)) {
      ++facts.total_rooms;
      if (scope.wants(*dialog->room))
        facts.rooms.push_back(facts_of(*dialog));
    } else if (const auto* all = as<broadcaster_state>(who)) {
      add_listed(facts, *all, scope);
    }
  });
  for (std::size_t i = 0; i < protocol::role_count; ++i)
    facts.counted[i] = where.counters().connections[i].get();
  return facts;
}

std::vector<protocol::audited_room>
rooms_of(shard& where, const std::unordered_set<protocol::room_id>& wanted,
         bool has_log) {
  std::vector<protocol::audited_room> found;
  where.actors().for_each([&](describable& who) {
    auto* dialog = as<dialog_state>(who);
    if (dialog == nullptr || !wanted.contains(*dialog->room))
      return;
    auto facts = facts_of(*dialog);
    found.push_back({facts.room, has_log ? facts.head : protocol::cursor{},
                     facts.mine, std::move(facts.latest)});
  });
  return found;
}

} // namespace wsgw::actors
