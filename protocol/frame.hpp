#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace wsgw::protocol {

/// One complete, unmasked server-to-client WebSocket frame, header included
/// (RFC 6455 section 5.2). Encoded once, shared by all receivers, immutable.
using frame = std::shared_ptr<const std::string>;

/// Encodes `payload` (valid UTF-8) as one final text frame.
frame text_frame(std::string_view payload);

/// The same of a payload in parts: each is copied once, to its place.
frame text_frame(std::span<const std::string_view> parts);

/// The parts as they are, without a header: what is no WebSocket frame.
frame raw_frame(std::span<const std::string_view> parts);

/// Encodes `payload` as one final binary frame (only `/ws/echo` sends these).
frame binary_frame(std::string_view payload);

/// The payload inside a text or binary frame made by this header.
std::string_view payload_of(const frame& f);

} // namespace wsgw::protocol
