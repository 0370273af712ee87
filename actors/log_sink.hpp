#pragma once

#include "actors/log.hpp"

#include <cstdint>
#include <string_view>

/// What the two source files of the log share.
namespace wsgw::actors::log {

/// Writes a line, with `suppressed=<n>` when lines before it were left out.
void write_counted(log_level level, std::uint64_t suppressed,
                   std::string_view component, std::string_view message,
                   fields more);

} // namespace wsgw::actors::log
