#pragma once

#include "actors/hub.hpp"

#include <string>

namespace wsgw::actors {

/// All metrics in Prometheus' text format: the names of contract/replyx.md
/// section 6 and ours (`wsgw_*`, `process_*`). Sums the shards' counters; no
/// shard is asked and nothing waits, so any thread may call it. No id of a
/// dialog, user or connection is ever a label.
std::string metrics_text(hub& shared);

} // namespace wsgw::actors
