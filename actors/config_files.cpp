#include "actors/config_sources.hpp"

#include <fstream>
#include <iterator>

namespace wsgw::actors {

namespace {

std::string_view trim(std::string_view text) {
  constexpr std::string_view blanks = " \t\r";
  const auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos)
    return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::string_view unquote(std::string_view text) {
  if (text.size() >= 2 && (text.front() == '"' || text.front() == '\'')
      && text.back() == text.front())
    return text.substr(1, text.size() - 2);
  return text;
}

} // namespace

std::optional<std::string> read_text_file(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  if (!file)
    return std::nullopt;
  std::string text{std::istreambuf_iterator<char>{file}, {}};
  if (file.bad())
    return std::nullopt;
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r'))
    text.pop_back();
  return text;
}

std::map<std::string, std::string>
read_config_file(const std::string& path, std::vector<std::string>& errors) {
  std::map<std::string, std::string> values;
  std::ifstream file{path};
  if (!file || file.peek() == std::ifstream::traits_type::eof()) {
    if (!file.is_open() || file.bad())
      errors.push_back("--config: cannot read " + path);
    return values;
  }
  std::string line;
  for (unsigned number = 1; std::getline(file, line); ++number) {
    auto text = trim(line);
    if (text.empty() || text.front() == '#')
      continue;
    if (text.starts_with("export "))
      text = trim(text.substr(7));
    const auto equals = text.find('=');
    if (equals == std::string_view::npos || equals == 0) {
      errors.push_back(path + ":" + std::to_string(number)
                       + ": not a line of the form KEY=VALUE");
      continue;
    }
    values[std::string{trim(text.substr(0, equals))}] =
      unquote(trim(text.substr(equals + 1)));
  }
  return values;
}

} // namespace wsgw::actors
