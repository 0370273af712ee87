#pragma once

#include "protocol/v1_message.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace wsgw::protocol {

/// One duel that is open on this node.
struct duel_facts {
  std::int64_t duel_id = 0;
  std::string status;        ///< empty: not known yet
  role_counts players{};     ///< sockets on this node
  std::uint64_t updates = 0; ///< that reached its room here
  std::optional<std::chrono::system_clock::time_point> updated_at;
  std::string head; ///< `<epoch>:<seq>`; empty: not known
};

/// `/debug/v1/duels`.
std::string encode_duels(const std::vector<duel_facts>& duels,
                         std::size_t total);

/// `/api/demo/duel/ticket`.
std::string encode_duel_ticket(const std::string& ticket,
                               std::int64_t expires_at);

} // namespace wsgw::protocol
