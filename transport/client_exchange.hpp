#pragma once

#include "transport/http_client.hpp"
#include "transport/http_pool.hpp"
#include "transport/http_url.hpp"
#include "transport/net.hpp"

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <memory>
#include <optional>
#include <string>

namespace wsgw::transport {

/// One request and its response: takes an idle connection or makes one, and
/// gives it back afterwards. Calls back exactly once. Loop thread only.
class client_exchange : public std::enable_shared_from_this<client_exchange> {
public:
  client_exchange(std::shared_ptr<http_pool> pool, http_url url,
                  http_client_request request, http_client::callback done);

  void start();
  /// Ends without calling back.
  void abandon();

private:
  void connect();
  void on_resolved(const beast::error_code& error,
                   const tcp::resolver::results_type& found);
  void on_connected(const beast::error_code& error);
  void handshake();
  void write();
  void on_written(const beast::error_code& error);
  void read();
  /// Decides: another interim response, one more try, or the end.
  void on_read(const beast::error_code& error);
  void deliver();
  void fail(const std::error_code& error);
  void finish(http_client_response response);

  /// Runs `fn` on the TLS stream or on the bare socket.
  template <class Fn>
  void on_stream(Fn fn);
  /// A completion handler that keeps this alive and is deaf after the end.
  auto then(void (client_exchange::*next)(const beast::error_code&));

  std::shared_ptr<http_pool> pool_; ///< null: ended
  http_url url_;
  http_client_request request_;
  http_client::callback done_;
  timer deadline_;

  tcp::resolver resolver_;
  std::unique_ptr<http_peer> peer_;
  bool is_reused_ = false;                   ///< the connection was idle before
  http::request<http::string_body> message_; ///< kept for a second try
  std::optional<http::response_parser<http::string_body>> parser_;
};

} // namespace wsgw::transport
