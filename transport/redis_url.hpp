#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

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
  /// What a room's server is chosen by (protocol-v1 section 6.2): the name, or
  /// `host:port/db` as written, or the path of the unix socket.
  std::string label() const;
};

/// Parses a Redis URL; the string alternative says what is wrong with it. User,
/// password and path may be percent-encoded (RFC 3986 §2.1). The sentence never
/// quotes the URL, which may hold a password.
std::variant<redis_endpoint, std::string> parse_redis_url(std::string_view url);

/// Parses a comma-separated list of them. Two servers of one label are refused:
/// each room belongs to one.
std::variant<std::vector<redis_endpoint>, std::string>
parse_redis_urls(std::string_view list);

} // namespace wsgw::transport
