#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace wsgw::transport {

/// One Redis server: `redis://[user:password@]host[:port][/db][?name=x]` or
/// `unix://[user:password@]/path[?db=n]`. `rediss://` is refused.
struct redis_endpoint {
  std::string host = "localhost"; ///< IPv6 without its brackets
  std::uint16_t port = 6379;
  std::string unix_path; ///< not empty: connect there instead
  std::string username;
  std::string password;
  unsigned database = 0;
  std::string name; ///< what to call this server, from `?name=`

  /// `redis://host:port/db` without credentials, for logs.
  std::string masked() const;
};

/// Parses a Redis URL; the string alternative says what is wrong with it. User,
/// password and path may be percent-encoded (RFC 3986 §2.1). The sentence never
/// quotes the URL, which may hold a password.
std::variant<redis_endpoint, std::string> parse_redis_url(std::string_view url);

} // namespace wsgw::transport
