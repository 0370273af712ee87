#pragma once

#include "actors/shard.hpp"
#include "protocol/explain.hpp"

#include <chrono>
#include <cstddef>
#include <string>

namespace wsgw::actors {

/// More connections than that of one node are not listed.
inline constexpr std::size_t most_explained = 2000;

/// What this shard, the home of the room, knows about a question. Loop thread
/// only.
protocol::explain::node_fact
explain_facts(shard& where, const protocol::explain::question& asked,
              std::chrono::system_clock::time_point now,
              const std::string& node);

} // namespace wsgw::actors
