#include "actors/router.hpp"

#include "protocol/event.hpp"

#include <utility>

namespace wsgw::actors {

router_state::router_state(router_actor::pointer self_ptr) : self(self_ptr) {}

void router_state::start(hub& hub_ref, shard& home_ref) {
  shared = &hub_ref;
  home = &home_ref;
  listed.emplace(home->actors(), *this);
}

void router_state::route(messages::room_event& event) {
  const auto parsed =
    protocol::parse_event(event.json, {shared->config.compat, false});
  if (!parsed || parsed->user_id.empty())
    return;
  const auto inbox =
    protocol::room_id::make(protocol::room_kind::user, parsed->user_id);
  if (!inbox)
    return;
  messages::ingest batch;
  batch.events.push_back(
    {*inbox, std::move(event.json), event.room.text(), std::move(event.held)});
  self->send(shared->broadcaster, std::move(batch));
}

void router_state::describe(actor_info& out) const {
  out.kind = "router";
  out.id = self->id();
  out.shard = home->index();
  out.mailbox = mailbox_length(*self);
}

router_actor::behavior_type
router(router_actor::stateful_pointer<router_state> self, hub* shared,
       shard* home) {
  auto& state = self->state;
  state.start(*shared, *home);
  return {
    [&state](messages::room_event& event) { state.route(event); },
  };
}

} // namespace wsgw::actors
