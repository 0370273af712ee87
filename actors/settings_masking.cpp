#include "actors/settings_table.hpp"

#include <algorithm>
#include <string>
#include <string_view>

namespace wsgw::actors {

namespace {

/// Where the next URL of a list begins. A comma alone may stand in a password.
std::size_t next_url(std::string_view list) {
  auto found = std::string_view::npos;
  for (const std::string_view mark : {"redis://", "rediss://", "unix://"})
    for (auto at = list.find(mark, 1); at != std::string_view::npos;
         at = list.find(mark, at + 1))
      if (list[at - 1] == ',' || list[at - 1] == ' ') {
        found = std::min(found, at);
        break;
      }
  return found;
}

/// A URL, or a list of them, without credentials.
std::string masked_urls(std::string_view list) {
  std::string shown;
  while (!list.empty()) {
    const auto end = std::min(next_url(list), list.size());
    auto url = std::string{list.substr(0, end)};
    const auto authority = url.find("://");
    const auto at = url.rfind('@');
    if (authority == std::string::npos)
      return "***";
    if (at != std::string::npos && at > authority)
      url.replace(authority + 3, at - authority - 3, "***");
    shown += url;
    list.remove_prefix(end);
  }
  return shown;
}

} // namespace

bool holds_secret(const setting_row& row, std::string_view text) {
  switch (row.hides) {
  case secrecy::nothing:
    return false;
  case secrecy::credentials:
    return text.find('@') != std::string_view::npos;
  case secrecy::everything:
    break;
  }
  return !text.empty();
}

std::string masked_value(const setting_row& row, const settings& source) {
  auto text = value_text(row, source);
  if (!holds_secret(row, text))
    return text;
  if (row.hides == secrecy::everything)
    return "***";
  return masked_urls(text);
}

} // namespace wsgw::actors
