#pragma once

#include "actors/hub.hpp"
#include "actors/interfaces.hpp"

namespace wsgw::actors {

/// ROUTER: reads whose inbox an event belongs to when nobody here has its
/// dialog open, so that the broadcaster need not parse. One per shard.
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
};

router_actor::behavior_type
router(router_actor::stateful_pointer<router_state> self, hub* shared,
       shard* home);

} // namespace wsgw::actors
