#include "actors/settings_table.hpp"

#include <array>

namespace wsgw::actors {

namespace {

constexpr std::int64_t kib = 1024;
constexpr std::int64_t mib = 1024 * kib;
constexpr std::int64_t gib = 1024 * mib;
constexpr std::int64_t second = 1000;
constexpr std::int64_t hour = 3600 * second;
constexpr std::int64_t million = 1'000'000;
constexpr auto bytes = measure::bytes;
constexpr auto count = measure::count;

constexpr setting_row secret(std::string_view name,
                             std::string settings::*field,
                             std::string_view help) {
  return {"Secrets",           name, field, help, 0, 0, count,
          secrecy::everything, {},   false, true};
}

/// SIGHUP takes a new value over.
constexpr setting_row live(setting_row row) {
  row.reloads = true;
  return row;
}

/// A limit of the duels: below `least` it counts as `least`.
constexpr setting_row duel(std::string_view name, setting_field field,
                           std::string_view help, std::int64_t least,
                           std::int64_t most) {
  return {"Duels",          name, field, help, least, most, count,
          secrecy::nothing, {},   true};
}

constexpr setting_row in_bytes(setting_row row) {
  row.in = bytes;
  return row;
}

constexpr setting_row in_milliseconds(setting_row row) {
  row.in = measure::milliseconds;
  return row;
}

const std::array table{
  setting_row{"Listening", "WS_HOST", &settings::host,
              "Address to listen on; --demo listens on 127.0.0.1 unless set"},
  setting_row{"Listening", "WS_PORT", &settings::port,
              "TCP port to listen on; 0 takes a free one", 0, 65535, count,
              secrecy::nothing, "UVICORN_PORT"},
  setting_row{"Listening", "WS_SHARDS", &settings::shards,
              "Threads that serve sockets; 0 means one per core", 0, 256},
  setting_row{"Events", "REDIS_URL", &settings::redis_url,
              "redis:// or unix:// URLs, comma-separated; without them events "
              "come only from this process",
              0, 0, count, secrecy::credentials},
  setting_row{"Events", "WS_LOG", &settings::log,
              "Durable log in Redis 7: off, on, or adopt, which also numbers "
              "plain PUBLISHed events"},
  setting_row{"Events", "WS_LOG_MAXLEN", &settings::log_maxlen,
              "Events that the log of one room keeps", 1, 1 * million},
  setting_row{"Events", "WS_LOG_TTL", &settings::log_ttl,
              "How long the log of an unused room is kept", 3 * second,
              8760 * hour},
  setting_row{"Events", "WS_REDIS_LOAD_FUNCTIONS",
              &settings::redis_load_functions,
              "Load the function library wsgw into Redis when it is absent or "
              "older"},
  setting_row{"Events", "WS_MAX_EVENT_BYTES", &settings::max_event_bytes,
              "Larger events are skipped and counted", 1 * kib, 64 * mib,
              bytes},
  setting_row{"Events", "WS_MAX_INFLIGHT_EVENTS",
              &settings::max_inflight_events,
              "Events between Redis and the dialogs before reading pauses", 1,
              100 * million},
  setting_row{"Events", "WS_HISTORY_SIZE", &settings::history_size,
              "Events and message ids remembered per dialog", 1, 1 * million},
  setting_row{"Events", "WS_HISTORY_BYTES", &settings::history_bytes,
              "Memory for the events of all dialogs; least recently used ones "
              "are forgotten first",
              1 * mib, 1024 * gib, bytes},
  setting_row{"Events", "WS_HISTORY_TTL", &settings::history_ttl,
              "How long a dialog without members is remembered", 0, 24 * hour},
  secret("SECRET_KEY", &settings::secret_key,
         "Key of users' access tokens (HS256)"),
  secret("SITE_SECRET", &settings::site_secret, "Key of site tokens (HS256)"),
  secret("WS_TICKET_SECRET", &settings::ticket_secret,
         "Key of widget tickets (HMAC-SHA256)"),
  secret("WEBSOCKET_TICKET_SECRET", &settings::duel_secret,
         "Key of duel tickets (HMAC-SHA256); without it there are no duels"),
  secret("WEBSOCKET_STATE_TOKEN", &settings::duel_state_token,
         "Bearer token sent to WEBSOCKET_STATE_URL"),
  secret("WS_DEBUG_TOKEN", &settings::debug_token,
         "Bearer token of the debug pages for other than local callers"),
  secret("WS_PUBLISH_TOKEN", &settings::publish_token,
         "Bearer token of POST /api/publish, which is off without it"),
  live(setting_row{"Secrets", "WS_JWT_PUBLIC_KEY_FILE",
                   &settings::jwt_public_key_file,
                   "PEM public key of access tokens (RS256 or ES256)"}),
  setting_row{"Admission", "ENVIRONMENT", &settings::env,
              "production refuses to start without secrets"},
  setting_row{"Admission", "WS_COMPAT", &settings::compat,
              "Admit and refuse exactly as the reference gateway does"},
  setting_row{"Admission", "WS_AUTH_URL", &settings::auth_url,
              "http(s) URL of the backend that decides who may join", 0, 0,
              count, secrecy::credentials},
  setting_row{"Admission", "WS_ALLOW_ANY_DIALOG", &settings::allow_any_dialog,
              "Allow production without WS_AUTH_URL: any valid token may read "
              "any dialog"},
  live(setting_row{
    "Admission", "WS_TRUSTED_IFRAME_HOSTS", &settings::trusted_iframe_hosts,
    "Hosts whose pages may name their parent_origin; with WS_COMPAT "
    "replyx.ru,www.replyx.ru,localhost:3000"}),
  live(setting_row{"Admission", "WS_TRUSTED_PROXIES",
                   &settings::trusted_proxies,
                   "Peers (CIDR) whose X-Forwarded-For is believed"}),
  live(setting_row{"Limits", "WS_MAX_CONNECTIONS_PER_DIALOG",
                   &settings::max_connections_per_dialog,
                   "Connections per dialog and role", 1, 1 * million}),
  live(setting_row{
    "Limits", "WS_MAX_TOTAL_CONNECTIONS", &settings::max_total_connections,
    "Connections in all; 0 is what the open-file limit allows; with "
    "WS_COMPAT 1000",
    0, 10 * million}),
  live(setting_row{"Limits", "WS_RATE_LIMIT_PER_IP",
                   &settings::rate_limit_per_ip,
                   "Connection attempts per address and window; 0 is no limit",
                   0, 1 * million}),
  live(setting_row{"Limits", "WS_RATE_LIMIT_WINDOW",
                   &settings::rate_limit_window, "Length of that window",
                   1 * second, 24 * hour}),
  live(setting_row{
    "Limits", "WS_MAX_MESSAGE_BYTES", &settings::max_message_bytes,
    "Larger messages from clients are closed 1009", 125, 16 * mib, bytes}),
  live(setting_row{"Limits", "WS_OUTBOX_BYTES", &settings::outbox_bytes,
                   "Unsent bytes per connection before it counts as slow",
                   4 * kib, 1 * gib, bytes}),
  live(setting_row{"Limits", "WS_SLOW_TIMEOUT", &settings::slow_timeout,
                   "How long a v1 client may lag before it is closed 4010",
                   1 * second, 1 * hour}),
  live(setting_row{"Limits", "WS_COMMAND_RATE", &settings::command_rate,
                   "Commands a second and v1 client; twice as many at once", 1,
                   10'000}),
  live(setting_row{"Limits", "WS_BAD_TICKET_LIMIT", &settings::bad_ticket_limit,
                   "Refused duel tickets a minute and address, then 429; 0 is "
                   "no limit",
                   0, 1 * million}),
  setting_row{"Heartbeat", "WS_PING_INTERVAL_SECONDS", &settings::ping_interval,
              "Time between two heartbeats", 10, 1 * hour},
  setting_row{"Heartbeat", "WS_PONG_TIMEOUT_SECONDS", &settings::pong_timeout,
              "Silence after which a heartbeat closes 1001", 10, 24 * hour},
  setting_row{"Heartbeat", "WS_HANDSHAKE_TIMEOUT", &settings::handshake_timeout,
              "Time for a request to arrive", 50, 1 * hour},
  setting_row{"Operation", "WS_SHUTDOWN_TIMEOUT", &settings::shutdown_timeout,
              "Time between SIGTERM and the end at the latest", 100, 1 * hour},
  setting_row{"Operation", "WS_DRAIN_SPREAD", &settings::drain_spread,
              "Time over which a drain sends clients away; 0 scales it to "
              "their number",
              0, 1 * hour},
  setting_row{"Operation", "WS_PRESENCE_GRACE", &settings::presence_grace,
              "How long a member may be gone before others see it", 0,
              1 * hour},
  live(setting_row{"Operation", "WS_LOG_LEVEL", &settings::level,
                   "Least severity that is logged"}),
  setting_row{"Operation", "WS_JOURNAL_EVENTS", &settings::journal_events,
              "Events that each shard remembers for explain", 1, 100 * million},
  setting_row{"Operation", "WS_JOURNAL_CONNECTIONS",
              &settings::journal_connections,
              "Ended connections that each shard remembers for explain", 1,
              100 * million},
  setting_row{"Operation", "WS_AUDIT_INTERVAL", &settings::audit_interval,
              "Time between two self-checks; 0 is none", 0, 1 * hour},
  setting_row{"Operation", "WS_LOG_FORMAT", &settings::format,
              "auto is console on a terminal, JSON otherwise"},
  setting_row{"Operation", "WS_DEMO", &settings::demo,
              "Demo page, demo tokens and endpoints that post messages"},
  setting_row{"Operation", "WS_ECHO", &settings::echo,
              "Serve /ws/echo, for conformance tests"},
  setting_row{"Duels", "WEBSOCKET_HOST", &settings::duel_host,
              "Address of the duels' own listener; --demo listens on 127.0.0.1 "
              "unless set"},
  setting_row{"Duels", "WEBSOCKET_PORT", &settings::duel_port,
              "Its TCP port; 0 takes a free one, as --demo does unless set", 0,
              65535},
  duel("WEBSOCKET_TICKET_TTL_SECONDS", &settings::duel_ticket_ttl,
       "Life of tickets that `ws-gateway ticket --duel-id` prints", 30 * second,
       24 * hour),
  duel("WEBSOCKET_SYNC_INTERVAL", &settings::duel_sync_interval,
       "Time between two looks at duels whose state may have changed", 500,
       1 * hour),
  duel("WEBSOCKET_EVENT_POLL_INTERVAL", &settings::duel_poll_interval,
       "Time between two scans of the signal directories, beside inotify", 100,
       1 * hour),
  in_milliseconds(duel(
    "WEBSOCKET_FORCED_MIN_INTERVAL_MS", &settings::duel_forced_min_interval,
    "Time between two signalled updates of one duel", 0, 1 * hour)),
  duel("WEBSOCKET_FULL_SYNC_INTERVAL_SECONDS",
       &settings::duel_full_sync_interval,
       "Time between two readings of the state of duels with players",
       1 * second, 1 * hour),
  duel("WEBSOCKET_FULL_SYNC_BATCH_SIZE", &settings::duel_full_sync_batch,
       "Duels that one such reading takes at most", 1, 1 * million),
  duel("WEBSOCKET_CLIENT_TIMEOUT_SECONDS", &settings::duel_client_timeout,
       "Silence after which a player is closed", 30 * second, 24 * hour),
  live(in_bytes(duel(
    "WEBSOCKET_MAX_MESSAGE_BYTES", &settings::duel_max_message_bytes,
    "Larger messages from players close their connection", 256, 16 * mib))),
  live(setting_row{
    "Duels", "WEBSOCKET_MAX_PER_PLAYER", &settings::duel_max_per_player,
    "Connections per player and duel; the oldest goes beyond it", 1, 1000}),
  setting_row{"Duels", "WEBSOCKET_EVENTS_PATH", &settings::duel_events_path,
              "Signal directories to watch, comma-separated; empty: none"},
  duel("WEBSOCKET_EVENTS_TTL_SECONDS", &settings::duel_events_ttl,
       "Signals that were written longer ago count as late; none is dropped",
       30 * second, 24 * hour),
  setting_row{"Duels", "WEBSOCKET_STATE_URL", &settings::duel_state_url,
              "http(s) URL that answers the state of a duel; without it the "
              "state is in Redis",
              0, 0, count, secrecy::credentials},
};

// What this process has none of, or the reference ignores as well.
constexpr std::array reserved{
  reserved_name{"WS_COMPRESSION", true},
  reserved_name{"WS_REQUIRE_TOKEN_SIGNATURE"},
  reserved_name{"WS_CLEANUP_INTERVAL_SECONDS"},
  reserved_name{"WS_MAX_DIALOG_LOCKS"},
  reserved_name{"WS_LOG_HEARTBEAT_EVENTS"},
  reserved_name{"WS_ACK_TIMEOUT_SECONDS"},
  reserved_name{"WS_MAX_RETRY_ATTEMPTS"},
  reserved_name{"WS_MESSAGE_CLEANUP_INTERVAL"},
  reserved_name{"WS_MESSAGE_TTL_SECONDS"},
  reserved_name{"WEBSOCKET_STATS_INTERVAL_SECONDS", true},
  reserved_name{"WEBSOCKET_PING_INTERVAL"},
  reserved_name{"WEBSOCKET_PING_TIMEOUT"},
  reserved_name{"WEBSOCKET_URL"},
};

} // namespace

std::span<const setting_row> settings_table() { return table; }

std::span<const reserved_name> reserved_names() { return reserved; }

} // namespace wsgw::actors
