#pragma once

#include "protocol/client_address.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace wsgw::actors {

enum class environment : std::uint8_t { development, production };
enum class log_format : std::uint8_t { automatic, json, console };
enum class log_mode : std::uint8_t { off, on, adopt };
enum class log_level : std::uint8_t { debug, info, warning, error };

/// The whole configuration after parsing and validation (design D10); the
/// field's setting is in the comment. Read-only after start-up.
struct settings {
  std::string host = "0.0.0.0";    ///< WS_HOST; --demo: 127.0.0.1
  std::uint16_t port = 8001;       ///< WS_PORT, UVICORN_PORT
  std::size_t shards = 0;          ///< WS_SHARDS, 0 = cores
  std::string redis_url;           ///< REDIS_URL, a list; empty: embedded
  std::string secret_key;          ///< SECRET_KEY
  std::string site_secret;         ///< SITE_SECRET
  std::string ticket_secret;       ///< WS_TICKET_SECRET
  std::string jwt_public_key_file; ///< WS_JWT_PUBLIC_KEY_FILE
  std::string jwt_public_key_pem;  ///< what that file holds
  environment env = environment::development; ///< ENVIRONMENT
  bool compat = false;                        ///< WS_COMPAT
  bool demo = false;                          ///< --demo, WS_DEMO
  bool echo = false;                          ///< WS_ECHO
  bool allow_any_dialog = false;              ///< WS_ALLOW_ANY_DIALOG
  std::string auth_url;                       ///< WS_AUTH_URL
  std::string debug_token;                    ///< WS_DEBUG_TOKEN
  std::string publish_token; ///< WS_PUBLISH_TOKEN; empty: /api/publish is off
  std::vector<std::string> trusted_iframe_hosts; ///< WS_TRUSTED_IFRAME_HOSTS
  /// WS_TRUSTED_PROXIES: a CIDR list that has been checked.
  std::string trusted_proxies{protocol::default_trusted_proxies};
  std::size_t max_connections_per_dialog = 50; ///< per role
  std::size_t max_total_connections = 0;       ///< 0: bounded by open files
  std::size_t rate_limit_per_ip = 100;         ///< 0 = off
  std::chrono::milliseconds rate_limit_window{60'000};
  std::chrono::milliseconds ping_interval{25'000};
  std::chrono::milliseconds pong_timeout{40'000};
  std::chrono::milliseconds handshake_timeout{10'000};
  std::size_t max_message_bytes = 16'384;
  std::size_t outbox_bytes = 1U << 20;
  std::chrono::milliseconds history_ttl{300'000}; ///< empty dialogs linger
  std::size_t history_size = 1000;                ///< events kept per dialog
  std::size_t history_bytes = 256U << 20; ///< WS_HISTORY_BYTES, all dialogs
  log_mode log = log_mode::off;           ///< WS_LOG
  std::size_t log_maxlen = 1000;          ///< WS_LOG_MAXLEN
  std::chrono::milliseconds log_ttl{86'400'000};  ///< WS_LOG_TTL
  bool redis_load_functions = true;               ///< WS_REDIS_LOAD_FUNCTIONS
  std::chrono::milliseconds slow_timeout{60'000}; ///< WS_SLOW_TIMEOUT
  std::size_t command_rate = 20; ///< WS_COMMAND_RATE, per second
  /// WS_DRAIN_SPREAD; 0: scaled to the number of clients.
  std::chrono::milliseconds drain_spread{0};
  std::chrono::milliseconds presence_grace{5'000}; ///< WS_PRESENCE_GRACE
  std::size_t max_event_bytes = 1U << 20;
  std::size_t max_inflight_events = 100'000; ///< WS_MAX_INFLIGHT_EVENTS
  std::chrono::milliseconds shutdown_timeout{35'000};
  std::size_t journal_events = 65'536;      ///< WS_JOURNAL_EVENTS, per shard
  std::size_t journal_connections = 16'384; ///< WS_JOURNAL_CONNECTIONS
  std::chrono::milliseconds audit_interval{
    5'000}; ///< WS_AUDIT_INTERVAL; 0: off
  // -- duels (contract/duels.md section 8) ----------------------------------
  std::string duel_host = "0.0.0.0"; ///< WEBSOCKET_HOST
  std::uint16_t duel_port = 8090;    ///< WEBSOCKET_PORT
  std::string duel_secret; ///< WEBSOCKET_TICKET_SECRET; empty: no duels
  std::chrono::milliseconds duel_ticket_ttl{300'000};
  std::chrono::milliseconds duel_sync_interval{1'000};
  std::chrono::milliseconds duel_poll_interval{200};
  std::chrono::milliseconds duel_forced_min_interval{120};
  std::chrono::milliseconds duel_full_sync_interval{4'000};
  std::size_t duel_full_sync_batch = 50;
  std::chrono::milliseconds duel_client_timeout{70'000};
  std::size_t duel_max_message_bytes = 2048;
  std::size_t duel_max_per_player = 4; ///< WEBSOCKET_MAX_PER_PLAYER
  std::string duel_events_path;        ///< WEBSOCKET_EVENTS_PATH, a list
  std::chrono::milliseconds duel_events_ttl{120'000};
  std::string duel_state_url;        ///< WEBSOCKET_STATE_URL; empty: Redis
  std::string duel_state_token;      ///< WEBSOCKET_STATE_TOKEN
  std::size_t bad_ticket_limit = 20; ///< WS_BAD_TICKET_LIMIT, a minute; 0: off
  log_level level = log_level::info;
  log_format format = log_format::automatic;
};

} // namespace wsgw::actors
