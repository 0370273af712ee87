#pragma once

#include <chrono>
#include <cstddef>

namespace wsgw::transport {

/// Limits of connections before they are upgraded.
struct http_limits {
  std::size_t head_bytes = 16 * 1024;                  ///< beyond: 431
  std::size_t body_bytes = 16 * 1024 * 1024;           ///< beyond: 413
  std::chrono::milliseconds handshake_timeout{10'000}; ///< head and body
  std::chrono::milliseconds idle_timeout{60'000};      ///< keep-alive
  bool keeps_alive = true; ///< else one request a connection
};

} // namespace wsgw::transport
