#include "transport/gentle_close.hpp"

#include <boost/asio/write.hpp>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <memory>
#include <sys/socket.h>
#include <utility>

namespace wsgw::transport {

namespace {

constexpr std::chrono::seconds patience{2};

/// Input dropped in one go before other sockets get their turn.
constexpr int reads_per_turn = 8;

/// Kept alive by its pending operation.
class gentle_close : public std::enable_shared_from_this<gentle_close> {
public:
  gentle_close(shard_loop& loop, tcp_socket socket, std::string last)
      : socket_(std::move(socket)), last_(std::move(last)),
        deadline_(loop.after(patience, [this] { close(); })) {}

  void start() {
    if (last_.empty())
      return finish_sending();
    net::async_write(socket_, net::buffer(last_),
                     [self = shared_from_this()](auto ec, std::size_t) {
                       if (!ec)
                         self->finish_sending();
                     });
  }

private:
  void finish_sending() {
    beast::error_code ec;
    socket_.shutdown(tcp_socket::shutdown_send, ec);
    if (!ec)
      drop_input();
  }

  void drop_input() {
    socket_.async_wait(tcp_socket::wait_read,
                       [self = shared_from_this()](auto ec) {
                         if (!ec)
                           self->on_readable();
                       });
  }

  void on_readable() {
    static thread_local std::array<char, 16384> dropped;
    for (int i = 0; i < reads_per_turn; ++i) {
      const auto n = ::recv(socket_.native_handle(), dropped.data(),
                            dropped.size(), MSG_DONTWAIT);
      if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
        return close();
      if (n < 0)
        break;
    }
    drop_input();
  }

  void close() {
    beast::error_code ec;
    socket_.close(ec);
  }

  tcp_socket socket_;
  std::string last_;
  timer deadline_;
};

} // namespace

void close_gently(shard_loop& loop, tcp_socket socket, std::string last) {
  if (socket.is_open())
    std::make_shared<gentle_close>(loop, std::move(socket), std::move(last))
      ->start();
}

} // namespace wsgw::transport
