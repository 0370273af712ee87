#pragma once

#include "actors/presence_board.hpp"
#include "actors/redis_fleet.hpp"
#include "transport/redis_url.hpp"

#include <memory>
#include <vector>

namespace wsgw::actors {

/// Who is connected on other nodes, through the Redis servers of REDIS_URL
/// (any Redis from 5 on, with or without a log); `presence_ledger` says how.
/// Each server has a command link and a subscription of its own, on the loop
/// of its place, so that neither waits behind events.
class redis_presence final : public presence_board {
public:
  /// The hub's `node_id` must be set; places as those of `redis_fleet`.
  redis_presence(hub& shared,
                 const std::vector<transport::redis_endpoint>& servers,
                 const std::vector<redis_fleet::place>& places);
  ~redis_presence() override;

  /// Begins to connect. Any thread.
  void start();
  /// Takes this node out of all rooms and closes the links; waits for it, at
  /// most half a second. Not on a loop's thread; the loops must run.
  void stop();

  void announce(const protocol::room_id& room,
                const protocol::role_counts& mine) override;

private:
  class link;

  hub& shared_;
  std::vector<std::unique_ptr<link>> links_;
};

} // namespace wsgw::actors
