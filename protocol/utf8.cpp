#include "protocol/utf8.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace wsgw::protocol {

namespace {

/// Length of the well-formed UTF-8 sequence at the beginning of `text`, 0 when
/// there is none (RFC 3629 section 4).
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const auto continues = [&](std::size_t i) {
    return (byte(i) & 0xC0U) == 0x80U;
  };
  const auto first = byte(0);
  if (first < 0x80)
    return 1;
  if (first >= 0xC2 && first <= 0xDF)
    return continues(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const auto overlong = first == 0xE0 && byte(1) < 0xA0;
    const auto surrogate = first == 0xED && byte(1) > 0x9F;
    return !overlong && !surrogate && continues(1) && continues(2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const auto overlong = first == 0xF0 && byte(1) < 0x90;
    const auto too_large = first == 0xF4 && byte(1) > 0x8F;
    return !overlong && !too_large && continues(1) && continues(2)
               && continues(3)
             ? 4
             : 0;
  }
  return 0;
}

/// Length of the run of ASCII at the beginning of `text`, rounded down to
/// eight bytes: most events are nothing else.
std::size_t ascii_length(std::string_view text) {
  constexpr std::uint64_t high_bits = 0x8080'8080'8080'8080;
  std::size_t length = 0;
  for (std::uint64_t word = 0; length + sizeof word <= text.size();
       length += sizeof word) {
    std::memcpy(&word, text.data() + length, sizeof word);
    if ((word & high_bits) != 0)
      break;
  }
  return length;
}

} // namespace

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    text.remove_prefix(ascii_length(text));
    // What follows the run is a word with other letters, or the rest.
    for (auto word_end = text.substr(0, 8).size(); word_end > 0;) {
      const auto length = sequence_length(text);
      if (length == 0)
        return false;
      text.remove_prefix(length);
      word_end -= std::min(word_end, length);
    }
  }
  return true;
}

std::string repaired_utf8(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const auto length = sequence_length(text);
    if (length == 0)
      result += "\xEF\xBF\xBD";
    else
      result += text.substr(0, length);
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return result;
}

} // namespace wsgw::protocol
