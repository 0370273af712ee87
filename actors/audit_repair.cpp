#include "actors/audit_repair.hpp"

#include "actors/dialog.hpp"
#include "actors/subscriber.hpp"

#include <cstdlib>
#include <typeinfo>
#include <utility>

namespace wsgw::actors {

namespace {

protocol::close_status come_back() {
  return protocol::status_of(protocol::close_reason::service_restarting);
}

template <class State>
State* find(shard& where, std::uint64_t actor) {
  State* found = nullptr;
  where.actors().for_each([&](describable& who) {
    if (typeid(who) != typeid(State))
      return;
    auto& state = static_cast<State&>(who);
    if (state.self->id() == actor)
      found = &state;
  });
  return found;
}

/// The client comes back and joins anew.
bool close_subscriber(shard& where, std::uint64_t actor) {
  auto* who = find<subscriber_state>(where, actor);
  if (who == nullptr)
    return false;
  who->close(come_back());
  return true;
}

/// Nobody sends it events any more: its members have to find another one.
bool end_dialog(shard& where, std::uint64_t actor) {
  auto* dialog = find<dialog_state>(where, actor);
  if (dialog == nullptr)
    return false;
  dialog->has->all.for_each([](const member& each, const members::place&) {
    each.socket->close(come_back());
  });
  caf::anon_send(dialog_actor{dialog->self}, messages::retired{});
  return true;
}

bool correct_counter(shard& where, const audit_finding& found) {
  auto& counter =
    where.counters().connections[found.subject % protocol::role_count];
  const auto off = static_cast<std::uint64_t>(std::llabs(found.amount));
  if (found.amount > 0)
    counter.sub(off);
  else
    counter.add(off);
  return true;
}

dialog_state* dialog_of(shard& where, std::string_view room) {
  dialog_state* found = nullptr;
  where.actors().for_each([&](describable& who) {
    if (typeid(who) != typeid(dialog_state))
      return;
    auto& dialog = static_cast<dialog_state&>(who);
    if (dialog.room->text() == room)
      found = &dialog;
  });
  return found;
}

/// The client is told what it has; it pulls the rest, or comes back for it.
bool send_again(shard& where, const audit_finding& found) {
  auto* dialog = dialog_of(where, found.room);
  if (dialog == nullptr)
    return false;
  const auto* at = dialog->has->all.find(found.subject);
  if (at == nullptr || at->now != standing::live)
    return false;
  if (at->speaks == protocol::dialect::v1)
    dialog->has->live.start_lagging(found.subject, found.head->seq);
  else
    dialog->has->all.at(*at).socket->close(come_back());
  return true;
}

/// The room reads its log: what Redis says, or from what it has on.
bool read_again(hub& shared, shard& where, const audit_finding& found) {
  auto* dialog = dialog_of(where, found.room);
  if (dialog == nullptr)
    return false;
  const dialog_actor to{dialog->self};
  if (found.kind == mismatch::log_behind) {
    messages::store_answer answer;
    answer.what = *found.head;
    answer.is_upkeep = true;
    caf::anon_send(to, std::move(answer));
    return true;
  }
  const auto server =
    shared.server_of ? shared.server_of(*dialog->room) : std::size_t{0};
  caf::anon_send(
    to, messages::link_state{server, messages::link_state::news::restored});
  return true;
}

} // namespace

bool repair(hub& shared, shard& where, const audit_finding& found) {
  switch (found.kind) {
  case mismatch::lost_member:
    return close_subscriber(where, found.subject);
  case mismatch::ghost_member:
    if (auto* dialog = dialog_of(where, found.room)) {
      dialog->leave(found.subject);
      return true;
    }
    return false;
  case mismatch::orphan_dialog:
    return end_dialog(where, found.subject);
  case mismatch::counter:
    return correct_counter(where, found);
  case mismatch::stale_mark:
    return send_again(where, found);
  case mismatch::log_behind:
  case mismatch::log_differs:
  case mismatch::node_ahead:
  case mismatch::node_event:
    return read_again(shared, where, found);
  case mismatch::presence:
    if (const auto room = protocol::room_id::parse(found.room))
      renew_presence(where, {*room});
    return true;
  case mismatch::seat:
    break; // given back by their owners only
  }
  return false;
}

void renew_presence(shard& where,
                    const std::unordered_set<protocol::room_id>& rooms) {
  where.actors().for_each([&](describable& who) {
    if (typeid(who) != typeid(dialog_state))
      return;
    auto& dialog = static_cast<dialog_state&>(who);
    if (rooms.contains(*dialog.room))
      dialog.has->present.renew();
  });
}

} // namespace wsgw::actors
