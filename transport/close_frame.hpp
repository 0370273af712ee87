#pragma once

#include "protocol/close_code.hpp"
#include "protocol/frame.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace wsgw::transport {

/// Encodes a close frame of the server (RFC 6455 section 5.5.1). A reason of
/// more than 123 bytes is cut at a character boundary.
protocol::frame close_frame(const protocol::close_status& status);

/// The code inside a server's close frame, 1005 when it has none; empty when
/// `frame` is something else.
std::optional<std::uint16_t> close_code_of(std::string_view frame);

} // namespace wsgw::transport
