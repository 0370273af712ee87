#include "tests/bench/v1_text.hpp"

#include <charconv>
#include <string>

namespace wsgw::bench {

namespace {

std::string_view value_behind(std::string_view text, std::string_view key) {
  const auto at = text.find(key);
  if (at == text.npos)
    return {};
  text.remove_prefix(at + key.size());
  return text.substr(0, text.find('"'));
}

} // namespace

std::string_view v1_type_of(std::string_view text) {
  constexpr std::string_view key = R"({"type":")";
  return text.starts_with(key) ? value_behind(text, key) : std::string_view{};
}

std::string_view v1_cursor_of(std::string_view text) {
  return value_behind(text, R"("cursor":")");
}

std::uint64_t v1_seq_of(std::string_view cursor) {
  return v1_number_at(cursor.substr(cursor.find(':') + 1));
}

std::uint64_t v1_number_at(std::string_view text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

bool v1_has(std::string_view text, std::string_view name,
            std::string_view value) {
  std::string member = "\"";
  member.append(name).append(R"(":")").append(value).append("\"");
  return text.find(member) != text.npos;
}

} // namespace wsgw::bench
