#pragma once

#include "transport/handler.hpp"
#include "transport/http_limits.hpp"
#include "transport/shard_loop.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <system_error>

namespace wsgw::transport {

/// Accepts TCP on one address for all shards: one SO_REUSEPORT socket per
/// shard (design: the first bind is made without it, so a second hub on the
/// same port is refused). Port 0 takes a free port, the same for all shards.
///
/// `loops` and `handler` must outlive the listener and its connections.
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

  /// How often accepting paused because the process had no descriptor or
  /// memory left. Any thread.
  std::uint64_t pauses() const;

private:
  class acceptor;
  std::unique_ptr<acceptor> acceptor_;
};

} // namespace wsgw::transport
