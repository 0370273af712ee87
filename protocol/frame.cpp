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

using payload_parts = std::span<const std::string_view>;

std::size_t size_of(payload_parts parts) {
  std::size_t size = 0;
  for (const auto part : parts)
    size += part.size();
  return size;
}

void append_header(std::string& out, opcode op, std::size_t size) {
  out += static_cast<char>(fin_bit | static_cast<unsigned char>(op));
  if (size < length_in_16_bits) {
    out += static_cast<char>(size);
  } else if (size <= 0xFFFF) {
    out += static_cast<char>(length_in_16_bits);
    append_big_endian(out, size, 2);
  } else {
    out += static_cast<char>(length_in_64_bits);
    append_big_endian(out, size, 8);
  }
}

frame encode(opcode op, payload_parts parts) {
  constexpr std::size_t longest_header = 10;
  const auto size = size_of(parts);
  std::string bytes;
  bytes.reserve(longest_header + size);
  append_header(bytes, op, size);
  for (const auto part : parts)
    bytes += part;
  return std::make_shared<const std::string>(std::move(bytes));
}

} // namespace

frame text_frame(std::string_view payload) {
  return encode(opcode::text, {&payload, 1});
}

frame text_frame(std::span<const std::string_view> parts) {
  return encode(opcode::text, parts);
}

frame raw_frame(std::span<const std::string_view> parts) {
  std::string bytes;
  bytes.reserve(size_of(parts));
  for (const auto part : parts)
    bytes += part;
  return std::make_shared<const std::string>(std::move(bytes));
}

frame binary_frame(std::string_view payload) {
  return encode(opcode::binary, {&payload, 1});
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
