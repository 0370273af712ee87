#pragma once

#include "transport/handler.hpp"
#include "transport/net.hpp"
#include "transport/shard_loop.hpp"

#include <memory>
#include <string_view>

namespace wsgw::transport {

/// Answers 200 and runs an event stream (WHATWG HTML 9.2) until it ends;
/// `handler` hears of opening and end only and gets the `connection` with
/// `on_open`. Frames are written as they are: whoever sends them writes whole
/// events. The response has no length and ends with its connection, so that
/// proxies need not know what it is. What the client sends is dropped.
///
/// Loop thread only. The stream lives as long as it waits for its socket or
/// `handler` keeps the connection; when the loop is destroyed, open streams go
/// without `on_closed`.
void open_event_stream(shard_loop& loop, tcp_socket socket,
                       std::string_view request_id,
                       const connection_limits& limits,
                       std::shared_ptr<connection_handler> handler);

} // namespace wsgw::transport
