#pragma once

#include <cstdint>
#include <string_view>

namespace wsgw::protocol {

/// What a legacy client may say (protocol-v1 section 3, last paragraph).
enum class legacy_command : std::uint8_t {
  pong,    ///< `__pong__`
  ping,    ///< `__ping__`, answered `__pong__`
  ack,     ///< `{"type":"ack",…}`
  unknown, ///< anything else: ignored, but it shows that the client lives
};

/// Never fails: what is not understood is `unknown`.
legacy_command parse_legacy_command(std::string_view text);

/// True when `text` is a JSON object whose `type` is the string `type`; of
/// several the last counts.
bool has_type(std::string_view text, std::string_view type);

inline constexpr std::string_view legacy_ping_text = "__ping__";
inline constexpr std::string_view legacy_pong_text = "__pong__";

} // namespace wsgw::protocol
