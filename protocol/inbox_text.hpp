#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace wsgw::protocol {

/// What endpoint L says first (contract/replyx.md 3.3); `user_id` is written
/// as a number when it is one.
std::string inbox_greeting(std::string_view user_id);

/// L's heartbeat (contract/replyx.md 3.1): JSON with spaces and a naive UTC
/// timestamp in microseconds, as the reference's clients have always seen.
std::string inbox_ping(std::chrono::system_clock::time_point now);

} // namespace wsgw::protocol
