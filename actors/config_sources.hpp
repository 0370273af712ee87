#pragma once

#include "actors/config.hpp"
#include "actors/settings_table.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The steps of `parse_startup`, apart for the sake of short files.
namespace wsgw::actors {

/// What the command line said, as text.
struct command_line {
  std::map<std::string, std::string> values; ///< by setting name, `…_FILE`
  std::string config_file;
  command what;
  std::optional<early_exit> stop; ///< --help, --version, usage error
};

command_line parse_command_line(int argc, const char* const* argv);

/// Reads KEY=VALUE lines; `errors` gets lines that are none and files that
/// cannot be read.
std::map<std::string, std::string>
read_config_file(const std::string& path, std::vector<std::string>& errors);

/// Reads a file that holds one secret; a trailing newline is not part of it.
std::optional<std::string> read_text_file(const std::string& path);

/// Checks what depends on more than one setting: production rules, URLs, keys.
/// Appends to `errors` (refuse to start) and `warnings`.
void check_settings(const settings& config, const redis_url_check& check_redis,
                    std::vector<std::string>& errors,
                    std::vector<std::string>& warnings);

/// Name and versions, `--version`.
std::string version_text();

} // namespace wsgw::actors
