#pragma once

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/error.hpp>

namespace boost::beast::websocket {}
namespace boost::beast::http {}

namespace wsgw::transport {

namespace net = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace websocket = boost::beast::websocket;
using tcp = boost::asio::ip::tcp;

/// A socket without a type-erased executor: smaller and cheaper to use.
using tcp_socket =
  net::basic_stream_socket<tcp, net::io_context::executor_type>;

} // namespace wsgw::transport
