#pragma once

#include "transport/handler.hpp"
#include "transport/shard_loop.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <system_error>

namespace wsgw::transport {

/// Limits of connections before they are upgraded.
struct http_limits {
  std::size_t head_bytes = 16 * 1024;                  ///< beyond: 431
  std::size_t body_bytes = 16 * 1024 * 1024;           ///< beyond: 413
  std::chrono::milliseconds handshake_timeout{10'000}; ///< head and body
  std::chrono::milliseconds idle_timeout{60'000};      ///< keep-alive
};

/// Accepts TCP on one address for all shards: one SO_REUSEPORT socket per
/// shard (design: the first bind is made without it, so a second hub on the
/// same port is refused). Port 0 takes a free port, the same for all shards.
class listener {
public:
  listener(std::span<shard_loop* const> loops, request_handler& handler,
           http_limits limits);
  ~listener();

  /// Binds and listens; the error names what failed (`EADDRINUSE`).
  std::error_code open(const std::string& host, std::uint16_t port);
  std::uint16_t port() const;

  /// Starts accepting on every loop. Any thread.
  void start();
  /// Stops accepting and closes idle HTTP connections. Any thread.
  void stop();

private:
  class acceptor;
  std::shared_ptr<acceptor> acceptor_;
};

} // namespace wsgw::transport
