#pragma once

#include "actors/hub.hpp"
#include "protocol/admin_body.hpp"

#include <cstddef>
#include <functional>
#include <optional>

namespace wsgw::actors {

/// Closes what matches with 4011 on this node; `done` gets how many there were,
/// or nothing when a shard did not answer in time. Any thread.
void revoke_here(hub& shared, const protocol::revocation& wanted,
                 std::function<void(std::optional<std::size_t>)> done);

/// The same on all nodes. Without Redis this node is the only one.
void revoke_everywhere(
  hub& shared, const protocol::revocation& wanted,
  std::function<void(std::optional<protocol::revoked>)> done);

/// Lets other nodes revoke here. Before the program serves.
void answer_revocations(hub& shared);

} // namespace wsgw::actors
