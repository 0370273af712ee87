#include "protocol/frame.hpp"

#include <cstdint>

namespace wsgw::protocol {

namespace {

enum class opcode : unsigned char { text = 0x1, binary = 0x2 };

constexpr unsigned char fin_bit = 0x80;
constexpr unsigned char length_in_16_bits = 126;
constexpr unsigned char length_in_64_bits = 127;

void append_big_endian(std::string& out, std::uint64_t value, unsigned bytes) {
  while (bytes-- > 0)
    out += static_cast<char>((value >> (8 * bytes)) & 0xFF);
}

frame encode(opcode op, std::string_view payload) {
  constexpr std::size_t longest_header = 10;
  std::string bytes;
  bytes.reserve(longest_header + payload.size());
  bytes += static_cast<char>(fin_bit | static_cast<unsigned char>(op));
  if (payload.size() < length_in_16_bits) {
    bytes += static_cast<char>(payload.size());
  } else if (payload.size() <= 0xFFFF) {
    bytes += static_cast<char>(length_in_16_bits);
    append_big_endian(bytes, payload.size(), 2);
  } else {
    bytes += static_cast<char>(length_in_64_bits);
    append_big_endian(bytes, payload.size(), 8);
  }
  bytes += payload;
  return std::make_shared<const std::string>(std::move(bytes));
}

} // namespace

frame text_frame(std::string_view payload) {
  return encode(opcode::text, payload);
}

frame binary_frame(std::string_view payload) {
  return encode(opcode::binary, payload);
}

std::string_view payload_of(const frame& f) {
  const std::string_view bytes{*f};
  switch (static_cast<unsigned char>(bytes[1])) {
  case length_in_16_bits:
    return bytes.substr(4);
  case length_in_64_bits:
    return bytes.substr(10);
  default:
    return bytes.substr(2);
  }
}

} // namespace wsgw::protocol
