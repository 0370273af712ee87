#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wsgw::bench {

/// The client's side of RFC 6455, as far as a load generator needs it.
enum class opcode : std::uint8_t {
  continuation = 0x0,
  text = 0x1,
  binary = 0x2,
  close = 0x8,
  ping = 0x9,
  pong = 0xA,
};

/// One frame inside a receive buffer.
struct ws_frame {
  opcode op = opcode::text;
  bool whole = true; ///< FIN set, not masked, no reserved bits
  std::string_view payload;
  std::size_t wire_bytes = 0; ///< header and payload
};

/// Reads the frame at the start of `bytes`; empty when it is not complete.
std::optional<ws_frame> read_frame(std::string_view bytes);

/// Appends a masked frame. The mask is zero (section 5.3 lets the client
/// choose), so that masking does not become part of what is measured.
void append_frame(std::string& out, opcode op, std::string_view payload);

/// The code in the payload of a close frame; 1005 when there is none.
unsigned close_code_of(std::string_view payload);

/// The upgrade request (section 4.1), with a fixed key.
std::string upgrade_request(std::string_view target, std::string_view host,
                            std::string_view origin);

/// True when `head` is a 101 that answers upgrade_request().
bool is_accepted(std::string_view head);

} // namespace wsgw::bench
