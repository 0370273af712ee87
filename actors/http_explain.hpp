#pragma once

#include "actors/http_page.hpp"
#include "actors/hub.hpp"

#include <chrono>

namespace wsgw::actors {

/// `GET /debug/v1/explain`: why did X not get Y. Asks the room's shard, all
/// other nodes and the log, and judges. Answers the same question of other
/// nodes with what this one knows. Thread-safe.
class explain_page {
public:
  /// How long other nodes may take, and then the log.
  static constexpr std::chrono::milliseconds patience{1500};

  /// Also becomes the one who answers other nodes. Outlives the hub's loops.
  explain_page(hub& shared, const clocks& time);

  void get(page_request request);

private:
  hub& shared_;
  clocks time_;
};

} // namespace wsgw::actors
