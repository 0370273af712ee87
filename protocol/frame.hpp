#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace wsgw::protocol {

/// One complete, unmasked server-to-client WebSocket frame, header included
/// (RFC 6455 section 5.2). Encoded once, shared by all receivers, immutable.
using frame = std::shared_ptr<const std::string>;

/// Encodes `payload` (valid UTF-8) as one final text frame.
frame text_frame(std::string_view payload);

/// Encodes `payload` as one final binary frame (only `/ws/echo` sends these).
frame binary_frame(std::string_view payload);

/// The payload inside a frame made by this header.
std::string_view payload_of(const frame& f);

} // namespace wsgw::protocol
