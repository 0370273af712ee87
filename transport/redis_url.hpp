#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace wsgw::transport {

/// One Redis server: `redis://[user:password@]host[:port][/db]` or
/// `unix://[user:password@]/path[?db=n]`. `rediss://` is refused.
struct redis_endpoint {
  std::string host = "localhost";
  std::uint16_t port = 6379;
  std::string unix_path; ///< not empty: connect there instead
  std::string username;
  std::string password;
  unsigned database = 0;

  /// `redis://host:port/db` without credentials, for logs.
  std::string masked() const;
};

/// Parses a Redis URL; the string alternative says what is wrong with it.
std::variant<redis_endpoint, std::string> parse_redis_url(std::string_view url);

} // namespace wsgw::transport
