#include "protocol/trace_context.hpp"

#include <algorithm>

namespace wsgw::protocol {

namespace {

bool is_lower_hex(std::string_view text) {
  return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool is_zero(std::string_view text) {
  return text.find_first_not_of('0') == std::string_view::npos;
}

} // namespace

bool is_trace_id(std::string_view text) {
  constexpr std::size_t longest = 64;
  return !text.empty() && text.size() <= longest
         && std::all_of(text.begin(), text.end(), [](char c) {
              return c > ' ' && c < '\x7F' && c != '"' && c != '\\';
            });
}

std::string_view trace_id_of(std::string_view traceparent) {
  // version-traceid-parentid-flags
  constexpr std::size_t size = 55;
  if (traceparent.size() < size)
    return {};
  const auto version = traceparent.substr(0, 2);
  const auto trace = traceparent.substr(3, 32);
  const auto parent = traceparent.substr(36, 16);
  const auto flags = traceparent.substr(53, 2);
  for (const auto dash : {2, 35, 52})
    if (traceparent[static_cast<std::size_t>(dash)] != '-')
      return {};
  for (const auto part : {version, trace, parent, flags})
    if (!is_lower_hex(part))
      return {};
  if (version == "ff" || is_zero(trace) || is_zero(parent))
    return {};
  if (traceparent.size() > size
      && (version == "00" || traceparent[size] != '-'))
    return {};
  return trace;
}

} // namespace wsgw::protocol
