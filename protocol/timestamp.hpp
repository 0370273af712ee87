#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wsgw::protocol {

/// Milliseconds since 1970.
using milli_time = std::chrono::sys_time<std::chrono::milliseconds>;

/// RFC 3339 UTC with milliseconds, without memory of its own: for frames.
class milli_text {
public:
  /// Years 0 … 9999.
  explicit milli_text(milli_time at);

  std::string_view view() const { return {text_.data(), text_.size()}; }

private:
  std::array<char, 24> text_; ///< `2026-11-21T12:00:00.000Z`
};

/// RFC 3339 UTC with milliseconds: `2026-11-21T12:00:00.000Z`.
std::string rfc3339(std::chrono::system_clock::time_point at);

/// The same with microseconds, as the reference backend stamps messages.
std::string rfc3339_micro(std::chrono::system_clock::time_point at);

/// Reads RFC 3339, also with a blank for the `T`, without seconds' fraction and
/// without an offset (then it is UTC, as the reference backend publishes).
/// Digits beyond the milliseconds are cut off. Empty when it is anything else,
/// or outside the years 0 … 9999.
std::optional<milli_time> read_time(std::string_view text);

/// Seconds since 1970 with a fraction, as the reference's health bodies say.
double unix_seconds(std::chrono::system_clock::time_point at);

} // namespace wsgw::protocol
