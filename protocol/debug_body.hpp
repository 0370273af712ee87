#pragma once

#include "protocol/dialect.hpp"
#include "protocol/role.hpp"
#include "protocol/status_body.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// The bodies of the debug pages (contract/replyx.md 6, protocol-v1 7.13).
namespace wsgw::protocol {

/// Connections of one dialog in the contract's two pools.
struct dialog_pools {
  std::string id; ///< decimal
  std::size_t admin = 0;
  std::size_t site = 0; ///< widget and site
};

/// `/api/debug/websocket/status`.
std::string encode_pool_status(const std::vector<dialog_pools>& dialogs,
                               bool truncated);

struct sync_facts {
  std::vector<dialog_pools> dialogs;
  std::optional<std::string> asked; ///< `dialog_id=` of the request
  source_facts source;
  stats_facts stats;
};

/// `/api/debug/websocket/sync`: the superset of both shapes of the contract.
std::string encode_sync(const sync_facts& facts);

/// One living actor; what applies to its kind is filled.
struct actor_facts {
  std::string kind;
  std::uint64_t id = 0;
  std::size_t shard = 0;
  std::size_t mailbox = 0;
  std::string room;
  // -- dialog ---------------------------------------------------------------
  std::array<std::size_t, role_count> members{};
  std::string head;
  // -- subscriber -----------------------------------------------------------
  role as = role::admin;
  std::string conn;
  std::string address;
  std::chrono::system_clock::time_point connected_at;
  std::chrono::milliseconds last_seen{0};
  dialect speaks = dialect::legacy;
  std::uint64_t sent_seq = 0;
  std::uint64_t acked_seq = 0; ///< v1 only: others acknowledge nothing
  std::size_t outbox_bytes = 0;
  bool is_lagging = false;
};

/// A part of a longer list.
struct actor_list {
  std::vector<actor_facts> actors;
  std::size_t total = 0; ///< that matched, listed or not
  std::array<std::size_t, role_count> by_role{}; ///< of the subscribers in it
  bool truncated = false; ///< by the limit or by a shard that did not answer
};

/// `/debug/actors`.
std::string encode_actors(const actor_list& list);

/// `/debug/connections`; `list` holds subscribers only.
std::string encode_connections(const actor_list& list);

} // namespace wsgw::protocol
