#include "protocol/client_address.hpp"

#include <algorithm>
#include <array>
#include <charconv>

// Text to bytes and back only; nothing here opens a socket.
#include <arpa/inet.h>

namespace wsgw::protocol {

namespace {

/// Sixteen bytes; IPv4 as IPv4-mapped IPv6 (RFC 4291 section 2.5.5.2).
using address_bytes = std::array<unsigned char, 16>;

constexpr std::array<unsigned char, 12> mapped_prefix{0, 0, 0, 0, 0,    0,
                                                      0, 0, 0, 0, 0xFF, 0xFF};
constexpr unsigned mapped_bits = 96;
/// Proxies in a chain; whoever sends more is not walked through.
constexpr int max_entries = 64;

bool is_mapped(const address_bytes& bytes) {
  return std::equal(mapped_prefix.begin(), mapped_prefix.end(), bytes.begin());
}

std::optional<address_bytes> parse_address(std::string_view text) {
  // The zone of a link-local address says nothing about who it is.
  const std::string plain{text.substr(0, text.find('%'))};
  address_bytes bytes{};
  if (plain.find('\0') != std::string::npos)
    return std::nullopt;
  if (inet_pton(AF_INET6, plain.c_str(), bytes.data()) == 1)
    return bytes;
  std::copy(mapped_prefix.begin(), mapped_prefix.end(), bytes.begin());
  if (inet_pton(AF_INET, plain.c_str(), bytes.data() + mapped_prefix.size())
      == 1)
    return bytes;
  return std::nullopt;
}

/// One spelling per address, so that a client counts once.
std::string to_text(const address_bytes& bytes) {
  std::array<char, INET6_ADDRSTRLEN> buffer{};
  if (is_mapped(bytes))
    inet_ntop(AF_INET, bytes.data() + mapped_prefix.size(), buffer.data(),
              buffer.size());
  else
    inet_ntop(AF_INET6, bytes.data(), buffer.data(), buffer.size());
  return buffer.data();
}

std::string_view trimmed(std::string_view text) {
  const auto start = text.find_first_not_of(" \t");
  if (start == std::string_view::npos)
    return {};
  return text.substr(start, text.find_last_not_of(" \t") - start + 1);
}

/// An entry of X-Forwarded-For: `1.2.3.4`, `1.2.3.4:567`, `::1`, `[::1]`,
/// `[::1]:567`.
std::optional<address_bytes> parse_entry(std::string_view entry) {
  if (entry.starts_with('[')) {
    const auto end = entry.find(']');
    if (end == std::string_view::npos)
      return std::nullopt;
    return parse_address(entry.substr(1, end - 1));
  }
  if (std::count(entry.begin(), entry.end(), ':') == 1)
    entry = entry.substr(0, entry.find(':'));
  return parse_address(entry);
}

std::optional<unsigned> parse_bits(std::string_view text, unsigned most) {
  unsigned bits = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, bits);
  if (text.empty() || error != std::errc{} || stop != end || bits > most)
    return std::nullopt;
  return bits;
}

bool has_prefix(const address_bytes& address, const address_bytes& prefix,
                unsigned bits) {
  const auto whole = bits / 8;
  if (!std::equal(prefix.begin(), prefix.begin() + whole, address.begin()))
    return false;
  const auto rest = bits % 8;
  if (rest == 0)
    return true;
  const auto mask = static_cast<unsigned char>(0xFFU << (8 - rest));
  return (prefix[whole] & mask) == (address[whole] & mask);
}

} // namespace

std::optional<cidr_set::block> cidr_set::parse_block(std::string_view entry) {
  const auto slash = entry.find('/');
  const auto text = entry.substr(0, slash);
  const auto address = parse_address(text);
  if (!address || text.find('%') != std::string_view::npos)
    return std::nullopt;
  const bool is_v4 = text.find(':') == std::string_view::npos;
  const auto most = is_v4 ? 32U : 128U;
  const auto bits = slash == std::string_view::npos
                      ? std::optional{most}
                      : parse_bits(entry.substr(slash + 1), most);
  if (!bits)
    return std::nullopt;
  return block{*address, *bits + (is_v4 ? mapped_bits : 0U)};
}

std::optional<cidr_set> cidr_set::parse(std::string_view list) {
  cidr_set result;
  if (trimmed(list).empty())
    return result;
  for (bool is_last = false; !is_last;) {
    const auto comma = list.find(',');
    const auto parsed = parse_block(trimmed(list.substr(0, comma)));
    if (!parsed)
      return std::nullopt;
    result.blocks_.push_back(*parsed);
    is_last = comma == std::string_view::npos;
    if (!is_last)
      list.remove_prefix(comma + 1);
  }
  return result;
}

bool cidr_set::contains(std::string_view address) const {
  const auto bytes = parse_address(address);
  if (!bytes)
    return false;
  const bool is_v4 = is_mapped(*bytes);
  return std::any_of(blocks_.begin(), blocks_.end(), [&](const block& b) {
    // `::/0` means every IPv6 address, not every IPv4 address too.
    const bool is_v4_block = b.bits >= mapped_bits && is_mapped(b.bytes);
    return is_v4 == is_v4_block && has_prefix(*bytes, b.bytes, b.bits);
  });
}

std::string client_address(const cidr_set& trusted, std::string_view peer,
                           std::string_view forwarded_for) {
  const auto peer_bytes = parse_address(peer);
  if (!peer_bytes)
    return std::string{peer};
  auto client = to_text(*peer_bytes);
  for (int i = 0; i < max_entries && !trimmed(forwarded_for).empty(); ++i) {
    if (!trusted.contains(client))
      return client;
    const auto comma = forwarded_for.rfind(',');
    const auto start = comma == std::string_view::npos ? 0 : comma + 1;
    const auto entry = parse_entry(trimmed(forwarded_for.substr(start)));
    if (!entry)
      return client;
    client = to_text(*entry);
    forwarded_for = forwarded_for.substr(0, start == 0 ? 0 : start - 1);
  }
  return client;
}

bool is_loopback(std::string_view address) {
  const auto bytes = parse_address(address);
  if (!bytes)
    return false;
  if (is_mapped(*bytes))
    return (*bytes)[12] == 127;
  address_bytes loopback{};
  loopback[15] = 1;
  return *bytes == loopback;
}

} // namespace wsgw::protocol
