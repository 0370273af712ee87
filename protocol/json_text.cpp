#include "protocol/json_text.hpp"

#include <cstddef>

namespace wsgw::protocol {

namespace {

constexpr std::size_t escape_length = 6; // \uXXXX
constexpr std::size_t npos = std::string_view::npos;

bool must_escape(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\';
}

void append_escaped(std::string& out, char c) {
  constexpr std::string_view plain = "\"\\\b\f\n\r\t";
  constexpr std::string_view letters = "\"\\bfnrt";
  constexpr std::string_view hex = "0123456789abcdef";
  out += '\\';
  if (const auto i = plain.find(c); i != npos) {
    out += letters[i];
    return;
  }
  out += "u00";
  out += hex[static_cast<unsigned char>(c) >> 4];
  out += hex[static_cast<unsigned char>(c) & 0xF];
}

enum class escape_kind { other, high_surrogate, low_surrogate };

bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')
         || (c >= 'A' && c <= 'F');
}

/// What stands at the backslash `at`. Malformed escapes are the parser's.
escape_kind kind_of_escape(std::string_view json, std::size_t at) {
  const auto e = json.substr(at, escape_length);
  if (e.size() < escape_length || e[0] != '\\' || e[1] != 'u'
      || (e[2] != 'd' && e[2] != 'D') || !is_hex(e[3]) || !is_hex(e[4])
      || !is_hex(e[5]))
    return escape_kind::other;
  if (e[3] < '8')
    return escape_kind::other;
  return e[3] == '8' || e[3] == '9' || e[3] == 'a' || e[3] == 'A' || e[3] == 'b'
             || e[3] == 'B'
           ? escape_kind::high_surrogate
           : escape_kind::low_surrogate;
}

/// Position of the first lone surrogate at or after `from`, else npos.
std::size_t find_lone_surrogate(std::string_view json, std::size_t from) {
  auto at = json.find('\\', from);
  while (at != npos) {
    std::size_t length = 2; // the backslash and what it escapes
    const auto kind = kind_of_escape(json, at);
    if (kind == escape_kind::low_surrogate)
      return at;
    if (kind == escape_kind::high_surrogate) {
      if (kind_of_escape(json, at + escape_length)
          != escape_kind::low_surrogate)
        return at;
      length = 2 * escape_length;
    }
    at = json.find('\\', at + length);
  }
  return npos;
}

} // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  std::size_t done = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!must_escape(text[i]))
      continue;
    out.append(text, done, i - done);
    append_escaped(out, text[i]);
    done = i + 1;
  }
  out.append(text, done, npos);
  out += '"';
}

std::optional<std::string> replace_lone_surrogates(std::string_view json) {
  auto at = find_lone_surrogate(json, 0);
  if (at == npos)
    return std::nullopt;
  std::string repaired{json};
  for (; at != npos; at = find_lone_surrogate(json, at + escape_length))
    repaired.replace(at, escape_length, "\\uFFFD");
  return repaired;
}

} // namespace wsgw::protocol
