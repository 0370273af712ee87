#include "transport/sse_session.hpp"

#include "transport/http_text.hpp"
#include "transport/queued_connection.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string>
#include <sys/socket.h>
#include <utility>

namespace wsgw::transport {

namespace {

/// Input dropped in one go before other sockets get their turn.
constexpr int reads_per_turn = 4;

/// The kernel gives up on a peer that has not acknowledged anything, or has
/// kept its window shut, for so long: a client of a stream never speaks.
void limit_silence(tcp_socket& socket, std::chrono::milliseconds time) {
  const auto ms = static_cast<unsigned>(time.count());
  if (ms > 0)
    ::setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_USER_TIMEOUT, &ms,
                 sizeof ms);
}

/// One socket: only the outbox speaks.
class sse_session final : public queued_connection {
public:
  sse_session(shard_loop& loop, tcp_socket socket,
              const connection_limits& limits,
              std::shared_ptr<connection_handler> handler)
      : queued_connection(loop, limits.outbox_bytes),
        handler_(std::move(handler)), socket_(std::move(socket)) {
    limit_silence(socket_, limits.stream_timeout);
  }

  void start(std::string head);

  void ping() override;
  void close(const protocol::close_status& status, unsent what) override;

private:
  /// Completes a wait. Destroyed uncalled when the loop is, it lets go of the
  /// handler, which may hold the session in turn.
  struct pending_wait {
    explicit pending_wait(std::shared_ptr<sse_session> session)
        : self(std::move(session)) {}
    pending_wait(pending_wait&&) = default;
    ~pending_wait() {
      if (self)
        self->handler_.reset();
    }
    void operator()(beast::error_code ec) {
      std::exchange(self, nullptr)->on_readable(ec);
    }
    std::shared_ptr<sse_session> self;
  };

  void begin();
  void wait_readable();
  void on_readable(beast::error_code ec);
  bool drop_input();
  void on_written() override;
  void on_write_failed() override { finish(); }
  void abort();
  void finish();

  tcp_socket& socket() override { return socket_; }
  std::shared_ptr<sse_session> self() {
    return std::static_pointer_cast<sse_session>(shared_from_this());
  }

  std::shared_ptr<connection_handler> handler_; ///< null after on_closed
  tcp_socket socket_;
  timer deadline_; ///< of the closing steps
  close_info info_;
  bool is_shut_ = false; ///< the end of the stream was sent
};

void sse_session::start(std::string head) {
  outbox_.push_always(std::make_shared<const std::string>(std::move(head)));
  // Not at once: the caller is still inside `accept`.
  loop_.post([self = self()] { self->begin(); });
}

void sse_session::begin() {
  try {
    handler_->on_open(shared_from_this());
  } catch (...) {
    abort();
    throw; // the loop counts it
  }
  open();
  wait_readable();
}

void sse_session::wait_readable() {
  socket_.async_wait(tcp_socket::wait_read, pending_wait{self()});
}

void sse_session::on_readable(beast::error_code ec) {
  loop_.now(); // this is where the turn's work may begin
  if (ec || !drop_input())
    return finish();
  wait_readable();
}

/// False when the peer is gone.
bool sse_session::drop_input() {
  static thread_local std::array<char, 4096> dropped;
  for (int i = 0; i < reads_per_turn; ++i) {
    const auto n = ::recv(socket_.native_handle(), dropped.data(),
                          dropped.size(), MSG_DONTWAIT);
    if (n == 0)
      return false;
    if (n < 0)
      return errno == EAGAIN || errno == EINTR;
  }
  return true;
}

void sse_session::ping() {
  static const auto comment = std::make_shared<const std::string>(":\n\n");
  send(comment, 0);
}

void sse_session::close(const protocol::close_status& status, unsent what) {
  if (is_closing_ || is_read_ended_)
    return;
  if (what == unsent::drop)
    outbox_.drop_unsent();
  is_closing_ = true;
  info_ = {status.code, status.reason, false};
  mark_dirty();
  deadline_ = loop_.after(close_write_time, [this] { abort(); });
}

void sse_session::on_written() {
  if (!is_closing_ || is_shut_)
    return;
  is_shut_ = true;
  // Ends the response; a close now could cost the peer its last bytes, if it
  // has sent anything that is unread.
  beast::error_code ec;
  socket_.shutdown(tcp_socket::shutdown_send, ec);
  deadline_ = loop_.after(close_answer_time, [this] { finish(); });
}

void sse_session::abort() {
  beast::error_code ec;
  // Frees what the kernel still holds for a peer that does not read.
  socket_.set_option(net::socket_base::linger{true, 0}, ec);
  finish();
}

void sse_session::finish() {
  if (!handler_)
    return;
  is_read_ended_ = true;
  deadline_.reset();
  beast::error_code ec;
  socket_.close(ec);
  std::exchange(handler_, nullptr)->on_closed(info_);
}

} // namespace

void open_event_stream(shard_loop& loop, tcp_socket socket,
                       std::string_view request_id,
                       const connection_limits& limits,
                       std::shared_ptr<connection_handler> handler) {
  auto head = stream_head(limits.stream_headers, request_id);
  std::make_shared<sse_session>(loop, std::move(socket), limits,
                                std::move(handler))
    ->start(std::move(head));
}

} // namespace wsgw::transport
