#pragma once

#include "actors/duel_poll.hpp"
#include "actors/duel_updates.hpp"
#include "actors/hub.hpp"
#include "actors/redis_duels.hpp"
#include "actors/redis_fleet.hpp"
#include "transport/http_client.hpp"
#include "transport/signal_watch.hpp"

#include <memory>
#include <vector>

namespace wsgw::actors {

/// Where the duels of a gateway are kept (WEBSOCKET_STATE_URL, else Redis,
/// else the gateway's own memory), and who tells of their changes besides
/// those who publish: signal files and polling. Does nothing without
/// WEBSOCKET_TICKET_SECRET.
class duel_sources {
public:
  /// Fills in `shared.duels`. The events' source must have been chosen.
  duel_sources(hub& shared, const std::vector<redis_fleet::place>& places);
  /// Takes the desk out of the hub again.
  ~duel_sources();
  duel_sources(const duel_sources&) = delete;
  duel_sources& operator=(const duel_sources&) = delete;

  void start();
  /// Not on a loop's thread; the loops must run.
  void stop();

private:
  void watch_folders();
  void on_signal(transport::signal_file file);

  hub& shared_;
  transport::shard_loop& loop_;
  std::unique_ptr<transport::http_client> client_;
  std::unique_ptr<redis_duels> redis_;
  std::unique_ptr<duel_desk> memory_;
  std::unique_ptr<duel_desk> backend_;
  duel_updates updates_;
  std::unique_ptr<duel_poll> poll_;
  std::unique_ptr<transport::signal_watch> watch_;
};

} // namespace wsgw::actors
