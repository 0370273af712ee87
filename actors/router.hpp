#pragma once

#include "actors/hub.hpp"
#include "actors/interfaces.hpp"
#include "protocol/event.hpp"

#include <optional>

namespace wsgw::actors {

/// True when WS_LOG=adopt makes this a numbered event, if it is a durable one:
/// it came plain, for this very room. Cheap; any thread.
bool is_adopted(const hub& shared, const messages::room_event& event);

/// ROUTER: reads what an event is when nobody here has its room open, so that
/// the broadcaster need not parse: whose inbox it belongs to, and with
/// WS_LOG=adopt whether it has to go through the log. One per shard.
struct router_state : describable {
  explicit router_state(router_actor::pointer self_ptr);

  static inline const char* name = "wsgw.router";

  void start(hub& shared, shard& home);
  void route(messages::room_event& event);
  void describe(actor_info& out) const override;

  router_actor::pointer self;
  hub* shared = nullptr;
  shard* home = nullptr;
  std::optional<directory::entry> listed;

private:
  void adopt(const protocol::event& parsed,
             const std::optional<protocol::room_id>& inbox,
             messages::room_event& event);
};

router_actor::behavior_type
router(router_actor::stateful_pointer<router_state> self, hub* shared,
       shard* home);

} // namespace wsgw::actors
