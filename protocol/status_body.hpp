#pragma once

#include "protocol/close_code.hpp"
#include "protocol/errc.hpp"
#include "protocol/role.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// The bodies of the pages that say how the hub is (contract/replyx.md 6,
/// protocol-v1 7.10). Plain facts in, compact JSON out.
namespace wsgw::protocol {

/// How many sit where. The contract knows two pools: widgets count as site
/// (design D7).
struct census {
  std::array<std::size_t, role_count> connections{};
  std::size_t dialogs = 0;       ///< rooms that are open
  std::size_t admin_dialogs = 0; ///< with at least one admin
  std::size_t site_dialogs = 0;  ///< with at least one widget or site
  bool truncated = false;        ///< a shard did not answer in time

  std::size_t of(role r) const {
    return connections[static_cast<std::size_t>(r)];
  }
  std::size_t site_pool() const { return of(role::widget) + of(role::site); }
  /// A, S and W, as the reference counts.
  std::size_t in_dialogs() const { return of(role::admin) + site_pool(); }
};

/// The source of events as pages show it.
struct source_facts {
  bool is_redis = false;
  std::string_view state; ///< "connecting", "ready" or "down"
  std::string reason;     ///< of the last failure
  std::uint64_t reconnects = 0;

  bool is_ready() const { return state == "ready"; }
};

struct health_facts {
  std::chrono::system_clock::time_point now;
  std::chrono::system_clock::time_point started_at;
  std::string_view version;
  source_facts source;
  census people;
};

/// `/health`: both shapes of the contract in one object.
std::string encode_health(const health_facts& facts);

/// One shard's answers to the probes of `/live`.
struct shard_pulse {
  bool is_stuck = false;
  std::chrono::milliseconds waiting{0}; ///< age of an unanswered probe
};

/// `/live`.
std::string encode_liveness(const std::vector<shard_pulse>& shards);

/// `/ready`.
std::string encode_readiness(const source_facts& source, bool draining);

struct stats_facts {
  std::chrono::system_clock::time_point now;
  census people;
  std::size_t connection_limit = 0;
  std::size_t limited_addresses = 0; ///< at their attempt limit
  std::size_t tracked_addresses = 0;
  std::size_t attempts_per_address = 0;
  std::chrono::milliseconds attempt_window{0};
  std::uint64_t pending_events = 0;
  std::uint64_t processed_events = 0;
};

/// `/api/websocket/stats`.
std::string encode_stats(const stats_facts& facts);

/// `/api/websocket/health`: healthy below 90 % of the connection limit and 50
/// limited addresses, as the reference at its limit of 1000.
std::string encode_websocket_health(const stats_facts& facts);

/// `/api/ws/bridge/health`.
std::string encode_bridge_health(const source_facts& source,
                                 std::chrono::system_clock::time_point now);

/// Every error that is answered over HTTP (protocol-v1 7.15). An empty
/// `message` becomes the sentence of `why`.
std::string encode_error(errc why, std::string_view request_id,
                         std::string_view message = {});

/// The same for a refused event stream: with the `code` that would close a
/// WebSocket; 0 for none.
std::string encode_refusal(errc why, std::uint16_t code,
                           std::string_view request_id,
                           std::string_view message = {});

/// The answer to a request without `Sec-WebSocket-Key` on `/ws/widget/test`
/// (protocol-v1 7.5).
std::string_view widget_test_body();

} // namespace wsgw::protocol
