#pragma once

#include "protocol/close_code.hpp"
#include "protocol/errc.hpp"
#include "transport/connection.hpp"
#include "transport/event_loop.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wsgw::transport {

using header_list = std::vector<std::pair<std::string, std::string>>;

/// One HTTP/1.1 request, copied out of the parser.
struct http_request {
  std::string method;
  std::string target;
  header_list headers; ///< names in lower case, in order
  std::string body;
  std::string peer;      ///< address of the TCP peer, without port
  std::string id;        ///< X-Request-ID if it is sane, else a fresh 16-hex id
  unsigned version = 11; ///< 10: HTTP/1.0

  /// The first header called `name` (lower case), or an empty view.
  std::string_view header(std::string_view name) const;
  bool has_header(std::string_view name) const;
  /// All values of `name` joined by ", " (for X-Forwarded-For).
  std::string joined(std::string_view name) const;
};

struct http_response {
  unsigned status = 200;
  std::string content_type = "application/json";
  std::string body;
  header_list headers; ///< besides Content-Type, Content-Length, X-Request-ID
};

/// Answers one request; call it exactly once, on any thread. Dropping it
/// unanswered answers 500.
using reply = std::function<void(http_response)>;

/// Why a connection ended.
struct close_info {
  std::uint16_t code = 1006; ///< as sent or received; 1006 = no close frame
  std::string reason;
  bool by_peer = true; ///< the peer's close frame or EOF came first
};

/// SEAM in: receives what one connection does. Called on the owner's loop
/// thread, never re-entrantly from inside a `connection` member.
class connection_handler {
public:
  virtual ~connection_handler() = default;

  /// The 101 was queued. First call.
  virtual void on_open(std::shared_ptr<connection> socket) = 0;
  virtual void on_text(std::string_view text) = 0;
  virtual void on_binary(std::string_view bytes) = 0;
  /// A message grew over the limit, and the connection is closed 1009 unless
  /// this closes it; only with `connection_limits::tells_oversize`.
  virtual void on_oversize() {}
  /// An RFC 6455 pong.
  virtual void on_pong() = 0;
  /// The TCP connection is gone. Last call, exactly once, also when on_open
  /// was never reached.
  virtual void on_closed(const close_info& info) = 0;
};

/// Limits of one upgraded connection.
struct connection_limits {
  std::size_t max_message_bytes = 16384; ///< beyond: close 1009, unbuffered
  /// Beyond `max_message_bytes` the handler hears `on_oversize` instead.
  bool tells_oversize = false;
  std::size_t outbox_bytes = 1U << 20;
  /// Goes into the 101 as Sec-WebSocket-Protocol; empty: none.
  std::string subprotocol;
  /// Headers of an event stream's 200, besides those of the transport.
  header_list stream_headers;
  /// TCP_USER_TIMEOUT of an event stream, whose client never speaks; 0: none.
  std::chrono::milliseconds stream_timeout{0};
};

/// A parsed WebSocket handshake, or a request for an event stream, that waits
/// for a decision; owns the socket.
/// Everything happens on `loop()`'s thread. Dropping it closes the socket.
class upgrade {
public:
  virtual ~upgrade() = default;

  virtual const http_request& request() const = 0;
  virtual event_loop& loop() const = 0;
  /// True when an event stream (WHATWG HTML 9.2) was asked for, not a
  /// WebSocket: there are no close codes, `on_text` is never called.
  virtual bool is_stream() const = 0;

  /// Answers with an HTTP status instead of 101, then closes.
  virtual void refuse(http_response response) = 0;

  /// Hands the descriptor and all bytes already read to `target`, then calls
  /// `next` there. Bytes pipelined behind the request are not lost.
  virtual void move_to(event_loop& target,
                       std::function<void(std::unique_ptr<upgrade>)> next) = 0;

  /// Sends 101 and goes on as a WebSocket, or 200 and goes on as a stream.
  virtual void accept(const connection_limits& limits,
                      std::shared_ptr<connection_handler> handler) = 0;
};

/// SEAM in: what the listeners do with requests. Called on the thread of the
/// shard that accepted the connection; one object serves all shards, so it
/// must be thread-safe.
class request_handler {
public:
  virtual ~request_handler() = default;

  /// Called when the head of a request with a body is complete, before the
  /// body is read. A response refuses the request and closes the connection.
  virtual std::optional<http_response> on_head(const http_request& head) = 0;

  /// True when this GET asks for an event stream: it comes as `on_upgrade`.
  virtual bool is_stream(const http_request& head) const = 0;

  virtual void on_request(http_request request, reply respond) = 0;

  /// `where` is the shard whose listener accepted.
  virtual void on_upgrade(std::unique_ptr<upgrade> handshake) = 0;

  /// The response for bytes that are not acceptable HTTP (head too large, body
  /// too large, malformed): builds the JSON body and counts.
  virtual http_response on_bad_request(protocol::errc why,
                                       std::string_view request_id) = 0;
};

} // namespace wsgw::transport
