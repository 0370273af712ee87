#include "actors/broadcaster.hpp"

#include "actors/dialog.hpp"
#include "actors/room_manners.hpp"
#include "actors/router.hpp"

#include <utility>

namespace wsgw::actors {

broadcaster_state::broadcaster_state(broadcaster_actor::pointer self_ptr)
    : self(self_ptr) {}

void broadcaster_state::start(hub& hub_ref, shard& home_ref) {
  shared = &hub_ref;
  home = &home_ref;
  listed.emplace(home->actors(), *this);
}

void broadcaster_state::ingest(messages::ingest& batch) {
  for (auto& event : batch.events)
    forward(event);
}

void broadcaster_state::forward(messages::room_event& event) {
  const auto found = dialogs.find(event.room);
  if (found == dialogs.end()) {
    route_elsewhere(event);
    return;
  }
  ++found->second.forwarded;
  self->send(found->second.dialog,
             messages::event{std::move(event.json), std::move(event.origin),
                             std::move(event.held)});
}

void broadcaster_state::route_elsewhere(messages::room_event& event) {
  home->counters().events_unrouted.add();
  const auto may_have_inbox =
    manners_of(event.room.kind()).tells_inboxes
    && shared->inbox_connections.load(std::memory_order_relaxed) != 0;
  if (!may_have_inbox && !is_adopted(*shared, event))
    return;
  const auto index = shared->shard_of(event.room).index();
  self->send(shared->routers[index], std::move(event));
}

broadcaster_state::entry&
broadcaster_state::open(const protocol::room_id& room) {
  auto found = dialogs.find(room);
  if (found == dialogs.end()) {
    auto& where = shared->shard_of(room);
    auto fresh = spawn_pinned(where, dialog, shared, &where, room);
    self->monitor(fresh);
    found = dialogs.emplace(room, entry{std::move(fresh), 0}).first;
  }
  ++found->second.forwarded;
  return found->second;
}

void broadcaster_state::join(messages::join& request) {
  const auto& where = open(request.room);
  self->send(where.dialog, std::move(request));
}

void broadcaster_state::append(messages::append& request) {
  const auto& where = open(request.room);
  self->send(where.dialog, std::move(request));
}

void broadcaster_state::link_changed(const messages::link_state& news) {
  for (const auto& [room, open] : dialogs)
    if (!shared->server_of || shared->server_of(room) == news.server)
      self->send(open.dialog, news);
}

void broadcaster_state::presence_changed(const messages::room_presence& news) {
  const auto found = dialogs.find(news.room);
  if (found != dialogs.end())
    self->send(found->second.dialog, news);
}

void broadcaster_state::retire(const messages::retire& request) {
  const auto found = dialogs.find(request.room);
  if (found == dialogs.end() || found->second.dialog.id() != request.dialog)
    return;
  // Something is still on its way to the dialog: it will ask again.
  if (found->second.forwarded != request.seen)
    return;
  self->demonitor(found->second.dialog.address());
  self->send(found->second.dialog, messages::retired{});
  dialogs.erase(found);
}

void broadcaster_state::on_down(const caf::down_msg& down) {
  // Only a dialog that ended without asking gets here: the next join makes a
  // new one, its subscribers were told by their own monitors.
  for (auto it = dialogs.begin(); it != dialogs.end(); ++it) {
    if (it->second.dialog.address() == down.source) {
      dialogs.erase(it);
      return;
    }
  }
}

void broadcaster_state::on_exit(const caf::exit_msg& exit) {
  for (auto& [room, open] : dialogs)
    self->send_exit(open.dialog, exit.reason);
  self->quit(exit.reason);
}

void broadcaster_state::describe(actor_info& out) const {
  out.kind = "broadcaster";
  out.id = self->id();
  out.shard = home->index();
  out.mailbox = mailbox_length(*self);
}

broadcaster_actor::behavior_type
broadcaster(broadcaster_actor::stateful_pointer<broadcaster_state> self,
            hub* shared, shard* home) {
  auto& state = self->state;
  state.start(*shared, *home);
  self->set_down_handler(
    [&state](const caf::down_msg& down) { state.on_down(down); });
  self->set_exit_handler(
    [&state](const caf::exit_msg& exit) { state.on_exit(exit); });
  return {
    [&state](messages::ingest& batch) { state.ingest(batch); },
    [&state](messages::append& request) { state.append(request); },
    [&state](const messages::link_state& news) { state.link_changed(news); },
    [&state](const messages::room_presence& news) {
      state.presence_changed(news);
    },
    [](const messages::pulse& question) { question.answer(); },
    [&state](messages::join& request) { state.join(request); },
    [&state](const messages::retire& request) { state.retire(request); },
  };
}

} // namespace wsgw::actors
