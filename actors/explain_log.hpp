#pragma once

#include "actors/hub.hpp"
#include "protocol/explain.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>

namespace wsgw::actors {

/// What the room's log in Redis says, or why it says nothing.
using log_finding = std::variant<protocol::explain::log_fact, store_error>;

/// Looks an event up in the log: by number, or, when `seq` is empty, by the id
/// of the question, from the head backwards through `most_searched` events.
/// `done` runs once, on a thread of the store's choice.
inline constexpr std::uint64_t most_searched = 20'000;
void search_log(hub& shared, const protocol::explain::question& asked,
                std::optional<std::uint64_t> seq,
                std::function<void(log_finding)> done);

} // namespace wsgw::actors
