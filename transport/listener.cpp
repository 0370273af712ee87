#include "transport/listener.hpp"

#include "transport/http_session.hpp"
#include "transport/net.hpp"
#include "transport/tcp_sockets.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

namespace wsgw::transport {

namespace {

using tcp_acceptor =
  net::basic_socket_acceptor<tcp, net::io_context::executor_type>;

/// Connections accepted in one go before other work gets its turn.
constexpr int accepts_per_turn = 64;

/// How long accepting pauses when descriptors or memory are short. The backlog
/// keeps its connections meanwhile.
constexpr std::chrono::milliseconds short_pause{100};

using pause_count = std::atomic<std::uint64_t>;

/// The listening socket of one shard. Only that shard's work may own it when
/// the listener is gone: it must not outlive its loop.
class watch : public std::enable_shared_from_this<watch> {
public:
  watch(std::shared_ptr<http_door> door, std::shared_ptr<pause_count> pauses,
        int descriptor)
      : door_(std::move(door)), pauses_(std::move(pauses)),
        acceptor_(door_->loop.context()) {
    acceptor_.assign(tcp::v4(), descriptor);
  }

  void wait() {
    if (!acceptor_.is_open())
      return;
    acceptor_.async_wait(tcp_acceptor::wait_read,
                         [self = shared_from_this()](auto ec) {
                           if (!ec)
                             self->on_readable();
                         });
  }

  void stop() {
    beast::error_code ec;
    acceptor_.close(ec);
    pause_.reset();
    door_->is_stopping = true;
    const auto idle = std::exchange(door_->idle, {});
    for (const auto& [session, close] : idle)
      close();
  }

private:
  void on_readable() {
    for (int i = 0; i < accepts_per_turn; ++i) {
      auto [descriptor, peer, problem] =
        accept_socket(acceptor_.native_handle());
      switch (problem) {
      case 0:
        serve(descriptor, std::move(peer));
        break;
      case EAGAIN:
        return wait();
      case EMFILE:
      case ENFILE:
      case ENOBUFS:
      case ENOMEM:
        return pause();
      default: // the connection in question is gone already
        break;
      }
    }
    wait();
  }

  void serve(int descriptor, std::string peer) {
    tcp_socket socket{door_->loop.context()};
    beast::error_code ec;
    socket.assign(tcp::v4(), descriptor, ec);
    if (ec)
      ::close(descriptor);
    else
      serve_http(door_, std::move(socket), std::move(peer));
  }

  /// The socket stays readable while nothing can be accepted: do not spin.
  void pause() {
    pauses_->fetch_add(1, std::memory_order_relaxed);
    pause_ = door_->loop.after(short_pause, [this] { wait(); });
  }

  std::shared_ptr<http_door> door_;
  std::shared_ptr<pause_count> pauses_;
  tcp_acceptor acceptor_;
  timer pause_;
};

} // namespace

class listener::acceptor {
public:
  std::vector<std::shared_ptr<http_door>> doors;
  std::vector<std::shared_ptr<watch>> watches;
  std::uint16_t port = 0;
  std::atomic<bool> is_stopped{false};
  std::shared_ptr<pause_count> pauses = std::make_shared<pause_count>(0);
};

listener::listener(std::span<shard_loop* const> loops, request_handler& handler,
                   http_limits limits)
    : acceptor_(std::make_unique<acceptor>()) {
  for (auto* loop : loops)
    acceptor_->doors.push_back(
      std::make_shared<http_door>(*loop, handler, limits));
}

listener::~listener() { stop(); }

std::error_code listener::open(const std::string& host, std::uint16_t port) {
  acceptor_->port = port;
  listening_sockets sockets;
  const auto problem =
    sockets.open(host, acceptor_->port, acceptor_->doors.size());
  if (problem)
    return problem;
  acceptor_->port = sockets.port();
  for (const auto& door : acceptor_->doors)
    acceptor_->watches.push_back(
      std::make_shared<watch>(door, acceptor_->pauses, sockets.take()));
  return {};
}

std::uint16_t listener::port() const { return acceptor_->port; }

void listener::start() {
  for (std::size_t i = 0; i < acceptor_->watches.size(); ++i)
    acceptor_->doors[i]->loop.post(
      [watch = acceptor_->watches[i]] { watch->wait(); });
}

void listener::stop() {
  if (acceptor_->is_stopped.exchange(true))
    return;
  for (std::size_t i = 0; i < acceptor_->watches.size(); ++i)
    acceptor_->doors[i]->loop.post(
      [watch = acceptor_->watches[i]] { watch->stop(); });
}

std::uint64_t listener::pauses() const {
  return acceptor_->pauses->load(std::memory_order_relaxed);
}

} // namespace wsgw::transport
