#pragma once

#include "actors/settings.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace wsgw::actors {

/// Where a setting's value lands; the member's type decides how text is read.
using setting_field = std::variant<
  bool settings::*, std::string settings::*, std::size_t settings::*,
  std::uint16_t settings::*, std::chrono::milliseconds settings::*,
  std::vector<std::string> settings::*, environment settings::*,
  log_level settings::*, log_format settings::*, log_mode settings::*>;

/// How a number is written; durations are known by their type.
enum class measure : std::uint8_t {
  count,
  bytes,
  milliseconds, ///< a duration whose bare number counts these, not seconds
};

/// How much of a value must not be shown. What hides something may come from
/// a file of its own (`NAME_FILE`).
enum class secrecy : std::uint8_t {
  nothing,
  credentials, ///< of a URL: without them it may be a plain flag
  everything,  ///< never a plain flag, never in a config file
};

/// One setting: all that parsing, `--help`, `print-config` and the table in
/// the documentation need (design D10). The default is the member's own.
struct setting_row {
  std::string_view group; ///< heading in the documentation
  std::string_view name;  ///< environment variable, `WS_PORT`
  setting_field field;
  std::string_view help;
  std::int64_t least = 0; ///< durations: milliseconds
  std::int64_t most = 0;
  measure in = measure::count;
  secrecy hides = secrecy::nothing;
  std::string_view alias{}; ///< another variable that means the same
  bool clamps = false;      ///< less than `least` counts as `least`, with a
                            ///< warning (contract/duels.md section 8)
  bool reloads = false;     ///< SIGHUP takes a new value over
};

/// All settings in the order of the documentation.
std::span<const setting_row> settings_table();

/// Names without a row that are recognised all the same.
struct reserved_name {
  std::string_view name;
  /// True: it configures something that this version does not do yet, so its
  /// use is worth a warning. False: the reference ignores it as well.
  bool warn = false;
};
std::span<const reserved_name> reserved_names();

/// True when `text` as a value of `row` has something to hide.
bool holds_secret(const setting_row& row, std::string_view text);

/// The long option of a row: `--port` for WS_PORT, `--redis-url` for REDIS_URL,
/// `--secret-key-file` for SECRET_KEY.
std::string flag_of(const setting_row& row);

/// What a value may be, for humans: `0 to 65535`, `development|production`.
std::string accepted_values(const setting_row& row);

/// The least value as text when `text` is a number below it and the row clamps.
std::optional<std::string> clamped_text(const setting_row& row,
                                        std::string_view text);

/// Reads `text` into `target`; false when it is not acceptable.
bool apply_text(const setting_row& row, std::string_view text,
                settings& target);

/// The value as it could be written in the environment.
std::string value_text(const setting_row& row, const settings& source);

/// As `value_text`, safe to be shown: secrets are `***`, of a URL only the
/// credentials are.
std::string masked_value(const setting_row& row, const settings& source);

} // namespace wsgw::actors
