#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace wsgw::protocol {

/// How the frames to one connection are written. Each event is encoded once
/// per dialect that has receivers.
enum class dialect : std::uint8_t {
  legacy, ///< contract/replyx.md sections 1-4
  v1,     ///< protocol-v1 sections 2-3, over WebSocket
  sse,    ///< the v1 messages as server-sent events (section 5)
};

inline constexpr std::array all_dialects{dialect::legacy, dialect::v1,
                                         dialect::sse};
inline constexpr std::size_t dialect_count = all_dialects.size();

/// Returns the lower-case word used in logs, metrics and debug pages.
constexpr std::string_view to_string(dialect d) {
  constexpr std::array<std::string_view, dialect_count> words{"legacy", "v1",
                                                              "sse"};
  return words[static_cast<std::size_t>(d)];
}

/// The WebSocket subprotocol that opts in to v1.
inline constexpr std::string_view v1_subprotocol = "wsgw.v1";

} // namespace wsgw::protocol
