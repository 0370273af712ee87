#pragma once

#include "actors/duel_updates.hpp"
#include "transport/event_loop.hpp"

#include <cstdint>
#include <map>
#include <string>

namespace wsgw::actors {

/// Looks every WEBSOCKET_FULL_SYNC_INTERVAL_SECONDS at the states of duels
/// that are open here, so that a change for which no signal came is told all
/// the same. A difference counts when it is still there one
/// WEBSOCKET_SYNC_INTERVAL later: until then whoever made it may tell it
/// himself, and the players would see it twice. Loop thread only.
class duel_poll {
public:
  duel_poll(hub& shared, transport::event_loop& loop, duel_updates& updates);

  void start();
  void stop();

private:
  void tick();
  void look_at_next();
  void look(std::int64_t duel_id);
  void compare(std::int64_t duel_id, const duel_desk::state_answer& answer);

  hub& shared_;
  transport::event_loop& loop_;
  duel_updates& updates_;
  transport::timer timer_;
  transport::event_loop::clock::time_point next_sync_;
  std::int64_t last_ = 0; ///< where the round has got to
  /// Duels that looked different, and how.
  std::map<std::int64_t, std::string> suspects_;
  bool is_running_ = false;
};

} // namespace wsgw::actors
