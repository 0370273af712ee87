#pragma once

#include "actors/auditor.hpp"
#include "actors/duel_door.hpp"
#include "actors/duel_sources.hpp"
#include "actors/event_sources.hpp"
#include "actors/http_api.hpp"
#include "actors/hub.hpp"
#include "actors/socket_gateway.hpp"
#include "transport/http_client.hpp"
#include "transport/listener.hpp"
#include "transport/shard_loop.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <csignal>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace wsgw::actors {

/// What a drain that was asked for over HTTP sends to this process, so that
/// it ends as it does after SIGTERM.
inline constexpr int drain_signal = SIGUSR1;

/// The whole running program, in the order in which it has to be destroyed
/// (last member first; the actor system goes before the shards it runs on, and
/// the hub outlives what unfinished work of the loops still holds).
class gateway {
public:
  explicit gateway(const settings& config);
  ~gateway();

  void run_loops();
  /// Binds the port and accepts; false (and a log line) when that fails.
  bool open();
  /// Begins to send all clients away, if nobody has yet; HTTP is served on.
  void drain();
  bool has_sockets() const;
  /// Takes no more connections, HTTP included.
  void stop_listening();
  /// Stops the source and asks all actors to end. Call it last, in any case.
  void end_actors();
  bool has_actors() const;

  hub& shared() { return hub_; }
  /// Where clients are served, as `0.0.0.0:8001`.
  std::string address() const;

  /// True when an actor died that the gateway cannot do without.
  bool has_failed() const { return hub_.failed; }

private:
  void make_shards();
  void spawn_actors();
  void choose_source();
  void begin_audits();
  /// Null, and a log line, when the port cannot be had.
  std::unique_ptr<transport::listener>
  listen(const std::string& host, std::uint16_t port,
         transport::request_handler& handler, transport::http_limits limits);
  bool open_duels();
  void watch(const caf::actor& actor, std::string_view name);

  std::size_t open_files_ = 0; ///< the limit
  hub hub_;
  caf::actor_system_config caf_config_;
  std::vector<std::unique_ptr<transport::shard_loop>> loops_;
  std::vector<std::unique_ptr<shard>> shards_;
  std::unique_ptr<caf::actor_system> system_;
  auditor_actor auditor_; ///< empty without WS_AUDIT_INTERVAL
  std::unique_ptr<transport::http_client> backend_;
  std::unique_ptr<event_sources> sources_;
  std::unique_ptr<duel_sources> duels_;
  std::unique_ptr<http_api> api_;
  std::unique_ptr<socket_gateway> sockets_;
  std::unique_ptr<duel_door> duel_door_;
  std::unique_ptr<transport::listener> listener_;
  std::unique_ptr<transport::listener> duel_listener_; ///< null: no duels
  std::vector<std::thread> threads_;
};

} // namespace wsgw::actors
