#include "protocol/base64.hpp"

#include <cstdint>

namespace wsgw::protocol {

namespace {

constexpr std::string_view alphabet =
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The six bits of a character, or -1.
int sextet(char c, base64_padding padding) {
  if (c >= 'A' && c <= 'Z')
    return c - 'A';
  if (c >= 'a' && c <= 'z')
    return c - 'a' + 26;
  if (c >= '0' && c <= '9')
    return c - '0' + 52;
  const bool both = padding == base64_padding::accepted;
  if (c == '-' || (both && c == '+'))
    return 62;
  if (c == '_' || (both && c == '/'))
    return 63;
  return -1;
}

/// Takes correct padding off; empty when it is wrong.
std::optional<std::string_view> unpadded(std::string_view text) {
  if (text.empty() || text.back() != '=')
    return text;
  if (text.size() % 4 != 0)
    return std::nullopt;
  text.remove_suffix(1);
  if (text.back() == '=')
    text.remove_suffix(1);
  return text;
}

} // namespace

std::string base64url_encode(std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() * 4 + 2) / 3);
  std::uint32_t buffer = 0;
  unsigned bits = 0;
  for (const char c : bytes) {
    buffer = (buffer << 8U) | static_cast<unsigned char>(c);
    bits += 8;
    while (bits >= 6) {
      bits -= 6;
      out += alphabet[(buffer >> bits) & 0x3FU];
    }
    buffer &= (1U << bits) - 1U;
  }
  if (bits > 0)
    out += alphabet[(buffer << (6 - bits)) & 0x3FU];
  return out;
}

std::optional<std::string> base64url_decode(std::string_view text,
                                            base64_padding padding) {
  if (padding == base64_padding::accepted) {
    const auto stripped = unpadded(text);
    if (!stripped)
      return std::nullopt;
    text = *stripped;
  }
  if (text.size() % 4 == 1)
    return std::nullopt;
  std::string out;
  out.reserve(text.size() * 3 / 4);
  std::uint32_t buffer = 0;
  unsigned bits = 0;
  for (const char c : text) {
    const int value = sextet(c, padding);
    if (value < 0)
      return std::nullopt;
    buffer = (buffer << 6U) | static_cast<unsigned>(value);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out += static_cast<char>((buffer >> bits) & 0xFFU);
    }
    buffer &= (1U << bits) - 1U;
  }
  if (buffer != 0)
    return std::nullopt;
  return out;
}

} // namespace wsgw::protocol
