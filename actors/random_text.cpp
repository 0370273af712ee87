#include "actors/random_text.hpp"

#include <stdexcept>
#include <string_view>
#include <unistd.h>

namespace wsgw::actors {

std::string random_hex(std::size_t bytes) {
  std::string raw(bytes, '\0');
  if (::getentropy(raw.data(), raw.size()) != 0)
    throw std::runtime_error{"no random numbers"};
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(2 * bytes);
  for (const auto c : raw) {
    const auto byte = static_cast<unsigned char>(c);
    text += digits[byte >> 4U];
    text += digits[byte & 15U];
  }
  return text;
}

} // namespace wsgw::actors
