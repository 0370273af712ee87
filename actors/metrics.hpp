#pragma once

#include "actors/hub.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace wsgw::actors {

/// How long a function that was just posted to a shard's loop had to wait.
struct loop_lag {
  std::size_t shard = 0;
  double seconds = 0;
};

/// All metrics in Prometheus' text format: the names of contract/replyx.md
/// section 6 and ours (`wsgw_*`, `process_*`). Sums the shards' counters
/// without asking them, so any thread may call it. No id of a dialog, user or
/// connection is ever a label.
std::string metrics_text(hub& shared, const std::vector<loop_lag>& lags);

} // namespace wsgw::actors
