#pragma once

#include "protocol/cursor.hpp"
#include "tests/support/json_document.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace wsgw::tests {

/// One v1 message (also as a server-sent event) in a word without its epoch:
/// `hello:fresh:0`, `hello:replayed:9+` (more), `hello:reset:trimmed:9`,
/// `event:3`, `replay:3`, `typing_start`, `skip:4`, `page:2-4+` (more),
/// `lagging:2/9`, `live:9`, `ping:9`, `presence:1/0/0`, `reset:ahead:9`,
/// `drain:9`, `error:<code>`; else its type.
inline std::string v1_word(std::string_view text) {
  if (const auto data = text.find("data: "); data != text.npos)
    text = text.substr(data + 6);
  const json_document frame{text};
  const auto number = [&](const char* field) {
    return std::to_string(frame.number(field));
  };
  const auto seq = [&] {
    const auto at = protocol::parse_cursor(frame.text("/cursor"));
    return at ? std::to_string(at->seq) : std::string{"?"};
  };
  const auto more = [&] {
    return frame.has("/more") && frame.boolean("/more") ? "+" : "";
  };
  const auto type = frame.text("/type");
  if (type == "event") {
    if (!frame.has("/seq"))
      return frame.text("/name");
    return (frame.has("/replay") ? "replay:" : "event:") + number("/seq");
  }
  if (type == "hello" || type == "reset") {
    auto word = type;
    if (type == "hello")
      word += ":" + frame.text("/resume");
    if (frame.has("/reason"))
      word += ":" + frame.text("/reason");
    return word + ":" + seq() + more();
  }
  if (type == "skip" || type == "live" || type == "drain")
    return type + ":" + seq();
  if (type == "ping")
    return type + ":" + number("/seq");
  if (type == "page")
    return type + ":" + number("/after") + "-" + number("/to") + more();
  if (type == "lagging")
    return type + ":" + number("/sent") + "/" + number("/head");
  if (type == "presence")
    return type + ":" + number("/admin") + "/" + number("/widget") + "/"
           + number("/site");
  return type == "error" ? type + ":" + frame.text("/code") : type;
}

inline std::string v1_words(const std::vector<std::string>& texts) {
  std::string words;
  for (const auto& text : texts)
    words += (words.empty() ? "" : " ") + v1_word(text);
  return words;
}

/// The cursor in a frame.
inline std::string cursor_in(const std::string& text) {
  return json_document{text}.text("/cursor");
}

} // namespace wsgw::tests
