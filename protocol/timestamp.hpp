#pragma once

#include <chrono>
#include <string>

namespace wsgw::protocol {

/// RFC 3339 UTC with milliseconds: `2026-11-21T12:00:00.000Z`.
std::string rfc3339(std::chrono::system_clock::time_point at);

/// The same with microseconds, as the reference backend stamps messages.
std::string rfc3339_micro(std::chrono::system_clock::time_point at);

/// Seconds since 1970 with a fraction, as the reference's health bodies say.
double unix_seconds(std::chrono::system_clock::time_point at);

} // namespace wsgw::protocol
