#include "protocol/numbered_event.hpp"

#include <algorithm>

namespace wsgw::protocol {

namespace {

constexpr std::string_view epoch_key = R"({"_epoch":")";
constexpr std::string_view seq_key = R"(","_seq":)";
constexpr auto npos = std::string_view::npos;
/// An epoch and a number are shorter than this.
constexpr std::size_t longest_part = 40;

/// The number in front of an event, and what comes behind it.
struct numbered {
  cursor at;
  std::string_view rest; ///< begins with `,` or `}`
};

std::optional<numbered> split(std::string_view json) {
  if (!json.starts_with(epoch_key))
    return std::nullopt;
  const auto rest = json.substr(epoch_key.size());
  const auto quote = rest.substr(0, longest_part).find('"');
  if (quote == npos || !rest.substr(quote).starts_with(seq_key))
    return std::nullopt;
  const auto digits = rest.substr(quote + seq_key.size());
  const auto end = digits.substr(0, longest_part).find_first_of(",}");
  if (end == npos)
    return std::nullopt;
  // The two parts are a cursor, and no stricter rule holds for them here.
  auto at = parse_cursor(std::string{rest.substr(0, quote)} + ':'
                         + std::string{digits.substr(0, end)});
  if (!at)
    return std::nullopt;
  return numbered{*std::move(at), digits.substr(end)};
}

/// What Lua's `^%s*{%s*(.*)$` captures; all of it when there is no brace.
std::string_view body_of(std::string_view json) {
  constexpr std::string_view white = " \t\n\v\f\r";
  const auto brace = json.find_first_not_of(white);
  if (brace == npos || json[brace] != '{')
    return json;
  const auto begin = json.find_first_not_of(white, brace + 1);
  return begin == npos ? std::string_view{} : json.substr(begin);
}

} // namespace

std::optional<cursor> number_of(std::string_view json) {
  auto found = split(json);
  if (!found)
    return std::nullopt;
  return std::move(found->at);
}

bool is_same_event(std::string_view stored, std::string_view published) {
  if (stored == published)
    return true;
  const auto number = split(published);
  if (!number)
    return body_of(stored) == body_of(published);
  auto rest = number->rest;
  if (rest.starts_with(','))
    rest.remove_prefix(1);
  return body_of(stored) == rest;
}

} // namespace wsgw::protocol
