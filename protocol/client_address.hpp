#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wsgw::protocol {

/// A set of CIDR blocks, IPv4 and IPv6 (WS_TRUSTED_PROXIES). IPv4-mapped IPv6
/// addresses match IPv4 blocks.
class cidr_set {
public:
  /// Parses a comma-separated list of `address[/bits]`; empty on a bad entry.
  /// Blank text is the empty set: nobody is trusted.
  static std::optional<cidr_set> parse(std::string_view list);

  bool contains(std::string_view address) const;

private:
  struct block {
    std::array<unsigned char, 16> bytes; ///< IPv4 as IPv4-mapped IPv6
    unsigned bits;
  };
  static std::optional<block> parse_block(std::string_view entry);

  std::vector<block> blocks_;
};

/// The default of WS_TRUSTED_PROXIES: loopback and private ranges.
inline constexpr std::string_view default_trusted_proxies =
  "127.0.0.0/8,::1/128,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fc00::/7,"
  "169.254.0.0/16,fe80::/10";

/// The client's address (design D9): the peer, or, when the peer is trusted,
/// the right-most entry of `forwarded_for` that is not; the last one walked
/// when all are trusted. An unparsable entry, and the 64th, end the walk. Ports
/// and brackets are taken off; the result has one spelling per address
/// (IPv4-mapped becomes IPv4). A peer that is no address is returned as it is.
std::string client_address(const cidr_set& trusted, std::string_view peer,
                           std::string_view forwarded_for);

/// True for 127.0.0.0/8, ::1 and their mapped forms.
bool is_loopback(std::string_view address);

} // namespace wsgw::protocol
