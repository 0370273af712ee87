#pragma once

#include "protocol/room.hpp"
#include "protocol/v1_message.hpp"

#include <chrono>
#include <string>
#include <vector>

/// What presence_ledger asks of Redis (5 or later), word by word.
namespace wsgw::actors {

/// Renews the lease of `node` for `ttl` of Redis' own time. Answers `kept` or
/// `lapsed` (it had run out, or Redis knew of none), then all living nodes.
std::vector<std::string> lease_command(const std::string& node,
                                       std::chrono::milliseconds ttl);

/// Ends the lease.
std::vector<std::string> release_command(const std::string& node);

/// Writes the members that `node` has in `room` and announces them; the room
/// lives for `ttl` from then on. With `reads` it answers all that living nodes
/// have there, node and counts in turn, and takes the others out.
std::vector<std::string> room_command(const protocol::room_id& room,
                                      const std::string& node,
                                      const protocol::role_counts& mine,
                                      std::chrono::milliseconds ttl,
                                      bool reads);

} // namespace wsgw::actors
