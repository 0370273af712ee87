#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace wsgw::protocol {

/// One key and value of a log line; views, valid while the line is built.
struct log_field {
  log_field(std::string_view k, std::string_view v) : key(k), value(v) {}
  log_field(std::string_view k, const char* v)
      : key(k), value(std::string_view{v}) {}
  log_field(std::string_view k, const std::string& v)
      : key(k), value(std::string_view{v}) {}
  log_field(std::string_view k, std::integral auto v)
      : key(k), value(static_cast<std::int64_t>(v)) {}

  std::string_view key;
  std::variant<std::string_view, std::int64_t> value;
};

/// One line of the log before it is written.
struct log_line {
  std::chrono::system_clock::time_point at;
  std::string_view level;
  std::string_view component;
  std::string_view message;
  std::vector<log_field> fields;
};

/// One JSON object without a line break; `ts` is RFC 3339 UTC with
/// milliseconds. Bytes that are not UTF-8 become U+FFFD.
std::string encode_json(const log_line& line);

/// `2026-11-21T12:00:00.000Z INFO    message key=value`: control characters
/// are escaped, so that nobody can forge a second line.
std::string encode_console(const log_line& line);

} // namespace wsgw::protocol
