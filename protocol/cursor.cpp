#include "protocol/cursor.hpp"

#include <algorithm>
#include <charconv>

namespace wsgw::protocol {

namespace {

constexpr std::size_t longest_epoch = 32;

bool is_epoch(std::string_view text) {
  return !text.empty() && text.size() <= longest_epoch
         && std::all_of(text.begin(), text.end(), [](char c) {
              return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z');
            });
}

/// Only as it is written: no sign, no zeros in front.
std::optional<std::uint64_t> read_seq(std::string_view text) {
  if (text.empty() || (text.size() > 1 && text.front() == '0'))
    return std::nullopt;
  std::uint64_t seq = 0;
  const auto* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, seq);
  if (error != std::errc{} || stop != end || seq > max_seq)
    return std::nullopt;
  return seq;
}

} // namespace

std::optional<cursor> parse_cursor(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || !is_epoch(text.substr(0, colon)))
    return std::nullopt;
  const auto seq = read_seq(text.substr(colon + 1));
  if (!seq)
    return std::nullopt;
  return cursor{std::string{text.substr(0, colon)}, *seq};
}

std::string to_string(const cursor& at) {
  return at.epoch + ':' + std::to_string(at.seq);
}

} // namespace wsgw::protocol
