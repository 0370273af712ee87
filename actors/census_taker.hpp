#pragma once

#include "actors/hub.hpp"
#include "protocol/status_body.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

namespace wsgw::actors {

/// Counts who is connected, asking all shards at most once a second however
/// many pages want to know: the pages are open to everybody. Thread-safe.
class census_taker {
public:
  using clock = std::chrono::steady_clock;
  using answer = std::function<void(const protocol::census&)>;

  explicit census_taker(hub& shared);

  /// Calls `done` at once when a recent census is at hand, else later on some
  /// shard's thread.
  void take(clock::time_point now, answer done);

private:
  struct state;
  hub& shared_;
  std::shared_ptr<state> state_;
};

} // namespace wsgw::actors
