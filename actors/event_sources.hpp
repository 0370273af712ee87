#pragma once

#include "actors/hub.hpp"
#include "actors/redis_fleet.hpp"
#include "actors/redis_node_bus.hpp"
#include "actors/redis_presence.hpp"

#include <memory>
#include <vector>

namespace wsgw::actors {

/// Where the events of a gateway come from, and how the hub publishes: the
/// Redis servers of REDIS_URL, or without any the gateway itself (embedded).
class event_sources {
public:
  /// Fills in the hub's functions. The broadcaster must exist, the loops need
  /// not run yet.
  event_sources(hub& shared, const std::vector<redis_fleet::place>& places);
  /// Takes presence and the node bus out of the hub: actors may outlive them.
  ~event_sources();
  event_sources(const event_sources&) = delete;
  event_sources& operator=(const event_sources&) = delete;

  void start();
  /// Closes all links and waits for it. Not on a loop's thread.
  void stop();
  bool uses_redis() const { return redis_ != nullptr; }

private:
  hub& shared_;
  std::unique_ptr<redis_fleet> redis_;
  std::unique_ptr<redis_presence> presence_;
  std::unique_ptr<redis_node_bus> nodes_;
};

} // namespace wsgw::actors
