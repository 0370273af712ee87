#pragma once

#include "actors/audit_judge.hpp"
#include "actors/hub.hpp"
#include "protocol/room.hpp"

#include <unordered_set>

namespace wsgw::actors {

/// Puts right what can be: true when something was done. On the thread of
/// `where`, the shard that the finding is about.
bool repair(hub& shared, shard& where, const audit_finding& found);

/// Tells other nodes again who is in these rooms, and asks again who is there.
/// On the shard's thread.
void renew_presence(shard& where,
                    const std::unordered_set<protocol::room_id>& rooms);

} // namespace wsgw::actors
