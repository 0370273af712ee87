#pragma once

#include "transport/event_loop.hpp"
#include "transport/net.hpp"

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace wsgw::transport {

class client_exchange;
class shard_loop;

/// One connection to a server, with TLS on top when the origin asks for it.
struct http_peer {
  explicit http_peer(net::io_context& context) : socket(context) {}

  /// False when the server closed it, or sent something, while it was idle.
  bool is_usable();
  void close();

  tcp::socket socket;
  std::optional<net::ssl::stream<tcp::socket&>> tls;
  beast::flat_buffer buffer;
  timer idle; ///< closes it when nobody wants it for long
};

/// What the exchanges of one client share: idle connections per origin, the
/// trusted certificates, and the list of exchanges. Loop thread only.
class http_pool : public std::enable_shared_from_this<http_pool> {
public:
  static constexpr std::size_t most_idle = 16; ///< per origin
  static constexpr std::size_t most_running = 1024;

  /// Throws boost::system::system_error when OpenSSL cannot be set up.
  explicit http_pool(shard_loop& loop);

  shard_loop& loop() { return loop_; }
  net::ssl::context& trust() { return trust_; }

  /// A usable idle connection to `origin`, or null.
  std::unique_ptr<http_peer> take(const std::string& origin);
  void give_back(const std::string& origin, std::unique_ptr<http_peer> peer);

  bool is_full() const { return running_.size() >= most_running; }
  void add(std::shared_ptr<client_exchange> exchange);
  void remove(const std::shared_ptr<client_exchange>& exchange);
  /// Ends all exchanges without calling back and closes all connections.
  void abandon();

private:
  void forget(const std::string& origin, const http_peer* peer);

  shard_loop& loop_;
  net::ssl::context trust_{net::ssl::context::tls_client};
  std::map<std::string, std::vector<std::unique_ptr<http_peer>>> idle_;
  std::set<std::shared_ptr<client_exchange>> running_;
};

} // namespace wsgw::transport
