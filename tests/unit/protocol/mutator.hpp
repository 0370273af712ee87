#pragma once

#include <array>
#include <cstddef>
#include <random>
#include <string>
#include <string_view>

namespace wsgw::protocol {

/// Makes damaged copies of a text; the seed is fixed, so a failure comes back.
class mutator {
public:
  /// One to four changes.
  std::string damage(std::string text) {
    const auto changes = pick(4) + 1;
    for (std::size_t i = 0; i < changes; ++i)
      change(text);
    return text;
  }

private:
  std::size_t pick(std::size_t bound) { return random_() % bound; }

  void change(std::string& text) {
    static constexpr std::array<std::string_view, 18> pieces{
      "\"",      "\\",  "{",    "}",        "[",    "]", ",",   ":", "\\ud800",
      "\\udc00", "_to", "null", "\xF0\x9F", "\xC0", "-", "1e9", "/", "%2"};
    const auto at = pick(text.size() + 1);
    const auto length = pick(8);
    switch (pick(5)) {
    case 0:
      text.insert(at, pieces[pick(pieces.size())]);
      break;
    case 1:
      text.erase(at, length);
      break;
    case 2:
      text.insert(at, text.substr(pick(text.size() + 1), 3 * length));
      break;
    case 3:
      text.resize(at);
      break;
    default:
      if (at < text.size())
        text[at] = static_cast<char>(pick(256));
    }
  }

  std::mt19937 random_{20250906};
};

} // namespace wsgw::protocol
