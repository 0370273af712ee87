#pragma once

#include "transport/handler.hpp"
#include "transport/http_limits.hpp"
#include "transport/net.hpp"
#include "transport/shard_loop.hpp"

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

namespace wsgw::transport {

/// What all HTTP connections of one listener and shard share.
struct http_door {
  shard_loop& loop;
  request_handler& handler;
  http_limits limits;
  /// No keep-alive any more: the listener was stopped.
  bool is_stopping = false;
  /// How to close each connection that waits for a request.
  std::unordered_map<const void*, std::function<void()>> idle;
};

/// Serves HTTP/1.1 on an accepted socket, one request after the other, until
/// the peer or a limit ends it or a WebSocket handshake takes the socket away.
/// `peer` is the peer's address without port. Loop thread only.
void serve_http(const std::shared_ptr<http_door>& door, tcp_socket socket,
                std::string peer);

} // namespace wsgw::transport
