#include "protocol/log_line.hpp"

#include "protocol/json_writer.hpp"
#include "protocol/timestamp.hpp"

#include <algorithm>

namespace wsgw::protocol {

namespace {

/// Appends `text` with control characters (C0, DEL, C1) as escapes, so that a
/// client can neither begin a line nor reach the terminal.
void append_visible(std::string& out, std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  const auto good = repaired_utf8(text);
  for (std::size_t i = 0; i < good.size(); ++i) {
    const auto c = static_cast<unsigned char>(good[i]);
    const auto c1 = c == 0xC2 && i + 1 < good.size()
                    && static_cast<unsigned char>(good[i + 1]) < 0xA0;
    if (c1)
      ++i;
    if (c >= 0x20 && c != 0x7F && !c1) {
      out += good[i];
      continue;
    }
    const auto code = static_cast<unsigned char>(good[i]);
    out += "\\x";
    out += digits[code >> 4U];
    out += digits[code & 15U];
  }
}

bool needs_quotes(std::string_view value) {
  return value.empty() || value.find_first_of(" =\"") != std::string_view::npos;
}

void append_value(std::string& out, const log_field& field) {
  if (const auto* number = std::get_if<std::int64_t>(&field.value)) {
    out += std::to_string(*number);
    return;
  }
  const auto value = std::get<std::string_view>(field.value);
  const auto quoted = needs_quotes(value);
  if (quoted)
    out += '"';
  append_visible(out, value);
  if (quoted)
    out += '"';
}

} // namespace

std::string encode_json(const log_line& line) {
  json_writer json;
  json.begin_object().key("ts").text(rfc3339(line.at));
  json.key("level").text(line.level).key("msg").text(line.message);
  if (!line.component.empty())
    json.key("component").text(line.component);
  for (const auto& field : line.fields) {
    json.key(field.key);
    if (const auto* number = std::get_if<std::int64_t>(&field.value))
      json.signed_number(*number);
    else
      json.text(std::get<std::string_view>(field.value));
  }
  return json.end_object().take();
}

std::string encode_console(const log_line& line) {
  constexpr std::size_t level_width = 8;
  auto text = rfc3339(line.at) + ' ';
  for (const auto c : line.level)
    text += static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  text.append(level_width - std::min(level_width, line.level.size()), ' ');
  append_visible(text, line.message);
  for (const auto& field : line.fields) {
    text += ' ';
    text += field.key;
    text += '=';
    append_value(text, field);
  }
  return text;
}

} // namespace wsgw::protocol
