#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wsgw::protocol {

/// A position in one room's log of durable events: everything up to and
/// including `seq` of `epoch` (protocol-v1 section 1). Text `<epoch>:<seq>`.
struct cursor {
  std::string epoch; ///< 1-32 characters of [0-9a-z]
  std::uint64_t seq = 0;

  friend bool operator==(const cursor&, const cursor&) = default;
};

/// Numbers stay below 2^53, which JavaScript counts exactly.
inline constexpr std::uint64_t max_seq = (std::uint64_t{1} << 53U) - 1;

/// Reads `<epoch>:<seq>`; empty when it is anything else.
std::optional<cursor> parse_cursor(std::string_view text);

std::string to_string(const cursor& at);

} // namespace wsgw::protocol
