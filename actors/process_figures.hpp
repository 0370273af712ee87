#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace wsgw::actors {

/// What the kernel knows about this process.
struct process_figures {
  double cpu_seconds = 0;   ///< user and system
  double start_seconds = 0; ///< since 1970
  std::uint64_t resident_bytes = 0;
  std::uint64_t virtual_bytes = 0;
  std::uint64_t open_files = 0;
  std::uint64_t open_file_limit = 0;
  std::uint64_t threads = 0;
};

/// Reads /proc; empty where there is none.
std::optional<process_figures> read_process_figures();

/// The parser behind it: `stat` is /proc/self/stat, `boot_seconds` the `btime`
/// of /proc/stat. Empty when the line is malformed.
std::optional<process_figures> parse_process_stat(std::string_view stat,
                                                  double boot_seconds);

} // namespace wsgw::actors
