#pragma once

#include "transport/net.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/bind_handler.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/role.hpp>

#include <cstddef>
#include <string>
#include <utility>

namespace wsgw::transport {

/// The next layer of `websocket::stream` (design D2). Reads come from the
/// socket, after the bytes that the HTTP parser had already read. Each write
/// of Beast is one complete control frame (or the 101 response); it goes to
/// the session's outbox as one piece and is always accepted, so Beast's frames
/// and the session's ready-made data frames can never interleave.
class queue_stream {
public:
  using executor_type = tcp_socket::executor_type;

  /// Who gets what Beast writes.
  class sink {
  public:
    /// `bytes` is one control frame, or the handshake's response.
    virtual void on_beast_write(std::string bytes) = 0;

  protected:
    ~sink() = default;
  };

  /// `to` must outlive the stream.
  queue_stream(tcp_socket socket, std::string leftover, sink& to)
      : socket_(std::move(socket)), leftover_(std::move(leftover)), sink_(to) {}

  executor_type get_executor() { return socket_.get_executor(); }
  tcp_socket& socket() { return socket_; }

  template <class Buffers, class Handler>
  auto async_read_some(const Buffers& buffers, Handler&& handler) {
    if (leftover_.empty())
      return socket_.async_read_some(buffers, std::forward<Handler>(handler));
    const auto n = net::buffer_copy(buffers, net::buffer(leftover_));
    leftover_.erase(0, n);
    if (leftover_.empty())
      leftover_ = {};
    return complete(n, std::forward<Handler>(handler));
  }

  template <class Buffers, class Handler>
  auto async_write_some(const Buffers& buffers, Handler&& handler) {
    auto bytes = beast::buffers_to_string(buffers);
    const auto n = bytes.size();
    sink_.on_beast_write(std::move(bytes));
    return complete(n, std::forward<Handler>(handler));
  }

  // Customisation points of Beast. The session ends TCP itself, once the
  // outbox is written.
  friend void beast_close_socket(queue_stream& s) {
    beast::error_code ec;
    s.socket_.close(ec);
  }
  friend void teardown(beast::role_type, queue_stream&, beast::error_code& ec) {
    ec = {};
  }
  template <class Handler>
  friend void async_teardown(beast::role_type, queue_stream& s,
                             Handler&& handler) {
    net::post(s.get_executor(),
              beast::bind_front_handler(std::forward<Handler>(handler),
                                        beast::error_code{}));
  }

private:
  template <class Handler>
  auto complete(std::size_t n, Handler&& handler) {
    return net::async_initiate<Handler, void(beast::error_code, std::size_t)>(
      [executor = get_executor(), n](auto&& h) {
        net::post(executor,
                  beast::bind_front_handler(std::forward<decltype(h)>(h),
                                            beast::error_code{}, n));
      },
      handler);
  }

  tcp_socket socket_;
  std::string leftover_;
  sink& sink_;
};

} // namespace wsgw::transport
