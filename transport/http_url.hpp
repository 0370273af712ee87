#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wsgw::transport {

/// An `http://` or `https://` URL, taken apart (RFC 9110 §4.2).
struct http_url {
  bool is_tls = false;
  std::string host; ///< IPv6 without its brackets
  std::uint16_t port = 80;
  std::string target = "/"; ///< path and query, as given

  /// The value of a Host header: without a default port.
  std::string authority() const;
  /// `scheme://host:port`: what connections can be shared for.
  std::string origin() const;
};

/// Nothing for other schemes, without a host, with credentials, or with bytes
/// that a request line cannot hold. A fragment is cut off.
std::optional<http_url> parse_http_url(std::string_view url);

} // namespace wsgw::transport
