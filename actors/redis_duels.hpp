#pragma once

#include "actors/duel_desk.hpp"
#include "actors/redis_fleet.hpp"
#include "transport/redis_url.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace wsgw::actors {

/// Duels whose states the backend keeps in Redis: `ws:duel:<id>:state`, on the
/// server of the duel's room. Used tickets are `ws:duel:ticket:<jti>`, on the
/// server that rendezvous hashing of `ticket:<jti>` gives, so that all nodes
/// look at the same one. Each server has a command link of its own, on the
/// loop of its place; callbacks run there.
class redis_duels final : public duel_desk {
public:
  redis_duels(const std::vector<transport::redis_endpoint>& servers,
              const std::vector<redis_fleet::place>& places);
  ~redis_duels() override;

  /// Begins to connect. Any thread.
  void start();
  /// Closes the links and waits for it; what waits is answered `unreachable`.
  /// Not on a loop's thread; the loops must run.
  void stop();

  void state(std::int64_t duel_id, state_done then) override;
  void use_ticket(std::string jti, std::chrono::milliseconds ttl,
                  use_done then) override;
  void look_up(std::string jti, use_done then) override;
  void put(const duel_state& state, std::function<void(bool)> then) override;

private:
  class link;

  /// The server that keeps what has this name.
  link& of(std::string_view name) const;

  std::vector<std::string> labels_;
  std::vector<std::unique_ptr<link>> links_;
};

} // namespace wsgw::actors
