#include "actors/router.hpp"

#include "actors/log.hpp"
#include "actors/room_manners.hpp"
#include "protocol/adoption_key.hpp"
#include "protocol/numbered_event.hpp"

#include <memory>
#include <utility>

namespace wsgw::actors {

bool is_adopted(const hub& shared, const messages::room_event& event) {
  // What comes from another room has its place in that one's log.
  return shared.config().log == log_mode::adopt && shared.log != nullptr
         && event.origin.empty() && !protocol::number_of(event.json);
}

namespace {

std::optional<protocol::room_id> inbox_of(const protocol::event& parsed,
                                          const protocol::room_id& room) {
  if (parsed.user_id.empty() || !manners_of(room.kind()).tells_inboxes)
    return std::nullopt;
  return protocol::room_id::make(protocol::room_kind::user, parsed.user_id);
}

/// Any thread.
void forward(const hub& shared, const protocol::room_id& inbox,
             messages::room_event& event) {
  if (shared.inbox_connections.load(std::memory_order_relaxed) == 0)
    return;
  messages::ingest batch;
  batch.events.push_back(
    {inbox, std::move(event.json), event.room.text(), std::move(event.held)});
  caf::anon_send(shared.broadcaster, std::move(batch));
}

} // namespace

router_state::router_state(router_actor::pointer self_ptr) : self(self_ptr) {}

void router_state::start(hub& hub_ref, shard& home_ref) {
  shared = &hub_ref;
  home = &home_ref;
  listed.emplace(home->actors(), *this);
}

void router_state::route(messages::room_event& event) {
  const auto parsed =
    protocol::parse_event(event.json, {shared->config().compat, false});
  if (!parsed)
    return;
  const auto inbox = inbox_of(*parsed, event.room);
  if (is_adopted(*shared, event)
      && parsed->kind == protocol::durability::durable)
    return adopt(*parsed, inbox, event);
  if (inbox)
    forward(*shared, *inbox, event);
}

void router_state::adopt(const protocol::event& parsed,
                         const std::optional<protocol::room_id>& inbox,
                         messages::room_event& event) {
  auto key = protocol::adoption_key(parsed, event.json);
  auto json = event.json;
  const auto room = event.room;
  // The numbered event comes back by itself, also for the inbox.
  auto done = [hub = shared, where = home, inbox,
               kept = std::make_shared<messages::room_event>(std::move(event))](
                const store_result<appended>& result) {
    const auto* problem = std::get_if<store_error>(&result);
    if (problem == nullptr)
      return;
    where->loop().post([hub, where, inbox, kept, text = problem->text] {
      where->counters().adoptions_failed.add();
      log::repeated_warning("adopt", "router", "event not added to the log",
                            {{"room", kept->room.text()}, {"error", text}});
      if (inbox)
        forward(*hub, *inbox, *kept);
    });
  };
  shared->log->publish(room, std::move(json), std::move(key), std::move(done));
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
