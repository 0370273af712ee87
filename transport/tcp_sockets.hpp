#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <system_error>
#include <vector>

namespace wsgw::transport {

/// Listening TCP sockets that share one port (SO_REUSEPORT). The first is
/// bound without the option, so the port is refused when anybody else, another
/// hub included, listens on it (design D11).
class listening_sockets {
public:
  listening_sockets() = default;
  listening_sockets(const listening_sockets&) = delete;
  listening_sockets& operator=(const listening_sockets&) = delete;
  ~listening_sockets();

  /// Opens `count` sockets on `host`, a name or an address of either family.
  /// Port 0 takes a free one.
  std::error_code open(const std::string& host, std::uint16_t port,
                       std::size_t count);

  std::uint16_t port() const { return port_; }

  /// Hands one descriptor over to the caller.
  int take();

private:
  std::error_code add(const void* address, unsigned size);

  std::vector<int> descriptors_;
  std::uint16_t port_ = 0;
};

/// What `accept_socket` found: a descriptor, or an errno value.
struct accepted_socket {
  int descriptor = -1;
  std::string peer; ///< address without port; IPv4 in its own notation
  int problem = 0;
};

/// Accepts one connection without blocking: close-on-exec and TCP_NODELAY.
accepted_socket accept_socket(int listening);

} // namespace wsgw::transport
