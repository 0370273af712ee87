#pragma once

#include "actors/census_taker.hpp"
#include "actors/http_page.hpp"
#include "actors/hub.hpp"
#include "protocol/status_body.hpp"

#include <mutex>
#include <vector>

namespace wsgw::actors {

/// What the hub is made of, as the status bodies want it.
protocol::source_facts source_facts_of(const hub& shared);
protocol::stats_facts stats_facts_of(hub& shared,
                                     const protocol::census& people,
                                     std::chrono::system_clock::time_point now);

/// Whether new clients are welcome: what `/ready` says.
bool is_ready(const hub& shared);

/// The pages that say how the hub is. Thread-safe.
class status_pages {
public:
  status_pages(hub& shared, const clocks& time);

  void health(page_request request);
  void live(page_request request);
  void ready(page_request request);
  void stats(page_request request);
  void websocket_health(page_request request);
  void bridge_health(page_request request);
  void metrics(page_request request);

private:
  /// The probe that one shard has not answered yet.
  struct probe {
    bool is_out = false;
    std::chrono::steady_clock::time_point sent;
  };

  std::vector<protocol::shard_pulse> take_pulse();
  void send_probe(std::size_t shard, std::chrono::steady_clock::time_point now);

  hub& shared_;
  clocks time_;
  census_taker census_;
  std::mutex mutex_;
  std::vector<probe> probes_; ///< guarded
};

} // namespace wsgw::actors
