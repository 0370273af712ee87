#pragma once

#include "actors/interfaces.hpp"
#include "actors/live_settings.hpp"
#include "actors/log_store.hpp"
#include "actors/presence_board.hpp"
#include "actors/shard.hpp"
#include "protocol/attempt_window.hpp"
#include "protocol/ids.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace wsgw::actors {

class duel_desk;
class node_bus;

/// Where events come from, as `/health`, `/ready` and the metrics show it.
struct source_status {
  enum class kind : std::uint8_t { embedded, redis };
  enum class state : std::uint8_t { connecting, ready, down };

  kind source = kind::embedded;
  state now = state::connecting;
  std::string reason; ///< of the last `down`
  std::uint64_t reconnects = 0;
  std::chrono::system_clock::time_point since;
};

/// Counts things by name on cold paths (refusals, close codes). Names may come
/// from peers, so beyond `max_names` all others count as one. Thread-safe.
class tally {
public:
  static constexpr std::size_t max_names = 256;

  void add(std::string_view name) {
    std::lock_guard lock{mutex_};
    const auto known = counts_.find(name);
    if (known != counts_.end())
      ++known->second;
    else
      ++counts_[counts_.size() < max_names ? std::string{name} : "other"];
  }
  std::map<std::string, std::uint64_t> snapshot() const {
    std::lock_guard lock{mutex_};
    return {counts_.begin(), counts_.end()};
  }

private:
  mutable std::mutex mutex_;
  std::map<std::string, std::uint64_t, std::less<>> counts_;
};

/// What the parts of one running gateway share. Created by main, filled before
/// the first connection is accepted, outlives all actors. Members are either
/// constant by then, atomic, or guarded.
struct hub {
  explicit hub(settings s);

  /// What holds now; a reload replaces secrets, limits, domains and the log
  /// level, all else stays as it was at the start.
  live_settings live;
  const settings& config() const { return live.now().config; }
  /// Lets `next` hold from now on, also for what was derived from the settings
  /// before it. Any thread.
  void adopt(settings next);

  const std::chrono::system_clock::time_point started_at;

  std::vector<shard*> shards;
  broadcaster_actor broadcaster;
  std::vector<router_actor> routers; ///< one per shard
  authoriser_actor authoriser;       ///< empty without WS_AUTH_URL

  /// WS_MAX_TOTAL_CONNECTIONS, or what descriptors allow.
  std::atomic<std::size_t> connection_limit{0};
  std::size_t descriptor_limit = 0; ///< sockets that open files allow; 0: any

  std::atomic<std::uint64_t> next_connection;    ///< starts at random
  std::atomic<std::size_t> connections{0};       ///< A, S and W
  std::atomic<std::size_t> inbox_connections{0}; ///< L
  std::atomic<std::size_t> inflight_events{0};   ///< read, not yet in a dialog
  std::atomic<std::uint64_t> audits{0};          ///< runs that were judged
  std::atomic<bool> draining{false};
  std::atomic<std::int64_t> drain_spread_ms{-1}; ///< of the drain, once begun
  std::atomic<bool> failed{false}; ///< an actor that all need has died

  /// Tells the program that a drain has begun: it ends after it. Any thread.
  std::function<void()> on_drain;

  tally refused;     ///< handshakes and requests, by errc word or close text
  tally closed;      ///< connections, by `<code>`
  tally bad_events;  ///< events that were skipped, by errc word
  tally auth_errors; ///< authoriser failures, by kind
  tally publishes;   ///< events of POST /api/publish, by what became of them
  tally mismatches;  ///< what the audit found, by kind
  tally repairs;     ///< what the audit put right, by kind
  tally bad_tickets; ///< duel tickets that were refused, by reason
  tally reloads;     ///< of the configuration, by what became of them
  tally operations;  ///< what operators did over HTTP, by word

  /// Publishes one event to a room: PUBLISH when Redis is the source, else
  /// straight to the broadcaster. Any thread; `done` gets an empty string or
  /// what went wrong, on some shard's thread.
  using published = std::function<void(std::string error)>;
  std::function<void(const protocol::room_id&, std::string json, published)>
    publish;

  /// Appends one durable event: wsgw_publish in log mode, PUBLISH without a
  /// log, else into the room's own memory. Any thread, also for `done`.
  using append_done = std::function<void(store_result<appended>)>;
  std::function<void(const protocol::room_id&, std::string json,
                     std::string idempotency_key, append_done)>
    append;

  /// The logs in Redis; null while WS_LOG is off.
  log_store* log = nullptr;
  log_counters log_counts;
  /// Null without Redis.
  presence_board* presence = nullptr;
  /// Null without Redis: this node is the only one.
  node_bus* nodes = nullptr;
  /// Null without WEBSOCKET_TICKET_SECRET: there are no duels.
  duel_desk* duels = nullptr;
  /// Names this process among the nodes: 16 hex digits, new at every start.
  std::string node_id;
  /// Which Redis server keeps a room: an index into REDIS_URL's list. Empty:
  /// there is at most one.
  std::function<std::size_t(const protocol::room_id&)> server_of;

  shard& shard_of(const protocol::room_id& room) const {
    return *shards[std::hash<protocol::room_id>{}(room) % shards.size()];
  }

  // -- guarded state --------------------------------------------------------

  void set_source(const source_status& status);
  source_status source() const;

  /// True when this attempt is within WS_RATE_LIMIT_PER_IP.
  bool try_attempt(std::string_view address);
  std::chrono::milliseconds attempt_retry_after(std::string_view address);
  protocol::attempt_window::usage attempts();

private:
  mutable std::mutex mutex_;
  source_status source_;
  protocol::attempt_window attempts_;
};

} // namespace wsgw::actors
