#pragma once

#include "transport/handler.hpp"
#include "transport/net.hpp"
#include "transport/shard_loop.hpp"

#include <memory>
#include <string>

namespace wsgw::transport {

/// What the HTTP stage hands over: an upgrade request that was checked.
struct websocket_handshake {
  tcp_socket socket;
  std::string key;         ///< Sec-WebSocket-Key
  std::string request_id;  ///< goes into the 101
  std::string leftover;    ///< bytes read behind the request's head
  std::string subprotocol; ///< selected in the 101; empty: none
};

/// Answers 101 and runs the connection until it ends; `handler` hears of
/// everything and gets the `connection` with `on_open`. Loop thread only. The
/// session lives as long as it has an operation pending or `handler` keeps the
/// connection; when the loop is destroyed, open sessions go without
/// `on_closed`.
void open_websocket(shard_loop& loop, websocket_handshake handshake,
                    const connection_limits& limits,
                    std::shared_ptr<connection_handler> handler);

} // namespace wsgw::transport
