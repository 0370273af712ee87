#pragma once

#include "actors/hub.hpp"

#include <chrono>
#include <string>

namespace wsgw::actors {

/// All metrics in Prometheus' text format: the names of contract/replyx.md
/// section 6 and ours (`wsgw_*`, `process_*`). Sums the shards' counters
/// without asking them, so any thread may call it, also while a shard is
/// stuck. No id of a dialog, user or connection is ever a label.
std::string metrics_text(hub& shared,
                         std::chrono::steady_clock::time_point now);

} // namespace wsgw::actors
