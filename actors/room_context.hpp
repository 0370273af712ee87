#pragma once

#include "actors/hub.hpp"
#include "actors/interfaces.hpp"
#include "actors/shard.hpp"

namespace wsgw::actors {

/// Where the parts of one dialog live; constant for its life.
struct room_context {
  hub& shared;
  shard& home;
  const protocol::room_id& room;
  dialog_actor::pointer self;
};

} // namespace wsgw::actors
