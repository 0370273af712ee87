#include "tests/bench/ws_wire.hpp"

namespace wsgw::bench {

namespace {

// The example of RFC 6455 section 1.3: key and the accept value it must give.
constexpr std::string_view key = "dGhlIHNhbXBsZSBub25jZQ==";
constexpr std::string_view accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

std::size_t read_big_endian(std::string_view bytes) {
  std::size_t value = 0;
  for (const char c : bytes)
    value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

} // namespace

std::optional<ws_frame> read_frame(std::string_view bytes) {
  if (bytes.size() < 2)
    return std::nullopt;
  const auto first = static_cast<unsigned char>(bytes[0]);
  const auto second = static_cast<unsigned char>(bytes[1]);
  std::size_t length = second & 0x7FU;
  std::size_t header = 2;
  if (length >= 126) {
    const std::size_t extra = length == 126 ? 2 : 8;
    if (bytes.size() < header + extra)
      return std::nullopt;
    length = read_big_endian(bytes.substr(header, extra));
    header += extra;
  }
  if (bytes.size() - header < length)
    return std::nullopt;
  ws_frame frame;
  frame.op = static_cast<opcode>(first & 0x0FU);
  frame.whole = (first & 0xF0U) == 0x80U && (second & 0x80U) == 0;
  frame.payload = bytes.substr(header, length);
  frame.wire_bytes = header + length;
  return frame;
}

void append_frame(std::string& out, opcode op, std::string_view payload) {
  out += static_cast<char>(0x80U | static_cast<unsigned>(op));
  if (payload.size() < 126) {
    out += static_cast<char>(0x80U | payload.size());
  } else {
    const std::size_t extra = payload.size() <= 0xFFFF ? 2 : 8;
    out += static_cast<char>(extra == 2 ? 0xFE : 0xFF);
    for (auto i = extra; i-- > 0;)
      out += static_cast<char>(payload.size() >> (8 * i) & 0xFFU);
  }
  out.append(4, '\0');
  out += payload;
}

std::string upgrade_request(std::string_view target, std::string_view host,
                            std::string_view origin) {
  std::string request = "GET ";
  request += target;
  request += " HTTP/1.1\r\nHost: ";
  request += host;
  if (!origin.empty()) {
    request += "\r\nOrigin: ";
    request += origin;
  }
  request += "\r\nUpgrade: websocket\r\nConnection: Upgrade"
             "\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ";
  request += key;
  request += "\r\n\r\n";
  return request;
}

unsigned close_code_of(std::string_view payload) {
  if (payload.size() < 2)
    return 1005;
  return static_cast<unsigned char>(payload[0]) * 256U
         + static_cast<unsigned char>(payload[1]);
}

bool is_accepted(std::string_view head) {
  return head.starts_with("HTTP/1.1 101 ") && head.find(accept) != head.npos;
}

} // namespace wsgw::bench
