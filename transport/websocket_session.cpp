#include "transport/websocket_session.hpp"

#include "transport/close_frame.hpp"
#include "transport/gentle_close.hpp"
#include "transport/message_buffer.hpp"
#include "transport/queue_stream.hpp"
#include "transport/queued_connection.hpp"
#include "transport/request_copy.hpp"

#include <boost/beast/websocket/stream.hpp>

#include <cstddef>
#include <optional>
#include <utility>

namespace wsgw::transport {

namespace {

/// One socket: Beast reads and speaks the protocol, the outbox writes.
class websocket_session final : public queued_connection,
                                public queue_stream::sink {
public:
  websocket_session(shard_loop& loop, websocket_handshake& handshake,
                    const connection_limits& limits,
                    std::shared_ptr<connection_handler> handler)
      : queued_connection(loop, limits.outbox_bytes),
        handler_(std::move(handler)),
        stream_(std::move(handshake.socket), std::move(handshake.leftover),
                static_cast<queue_stream::sink&>(*this)) {
    const auto most = limits.max_message_bytes;
    if (limits.tells_oversize)
      most_told_ = most;
    // 0: no limit, for Beast; then we look ourselves.
    stream_.read_message_max(limits.tells_oversize ? 0 : most == 0 ? 1 : most);
    stream_.control_callback([this](websocket::frame_type kind, auto) {
      if (kind == websocket::frame_type::pong && !is_closing_)
        handler_->on_pong();
    });
  }

  void start(const websocket_handshake& handshake);

  void ping() override;
  void close(const protocol::close_status& status, unsent what) override;

  void on_beast_write(std::string bytes) override;

private:
  /// Completes a read. Destroyed uncalled when the loop is, it lets go of the
  /// handler, which may hold the session in turn.
  struct pending_read {
    explicit pending_read(std::shared_ptr<websocket_session> session)
        : self(std::move(session)) {}
    pending_read(pending_read&&) = default;
    ~pending_read() {
      if (self)
        self->handler_.reset();
    }
    void operator()(beast::error_code ec, std::size_t n) {
      const auto session = std::exchange(self, nullptr);
      try {
        session->on_read(ec, n);
      } catch (...) {
        session->is_read_ended_ = true;
        session->abort();
        throw; // the loop counts it
      }
    }
    std::shared_ptr<websocket_session> self;
  };

  void on_accepted(beast::error_code ec);
  void read();
  void on_read(beast::error_code ec, std::size_t n);
  void deliver();
  void on_oversize();
  void on_read_end(beast::error_code ec);
  void on_written() override;
  void on_write_failed() override { abort(); }
  void on_close_unwritten();
  void abort();
  void end_tcp();
  void finish();

  tcp_socket& socket() override { return stream_.next_layer().socket(); }
  std::shared_ptr<websocket_session> self() {
    return std::static_pointer_cast<websocket_session>(shared_from_this());
  }

  std::shared_ptr<connection_handler> handler_; ///< null after on_closed
  timer deadline_;                              ///< of the closing steps
  close_info info_;
  bool is_closed_by_us_ = false;         ///< by `close`, not by Beast
  std::optional<std::size_t> most_told_; ///< bytes; beyond: `on_oversize`
  message_buffer message_;
  websocket::stream<queue_stream, false> stream_;
};

void websocket_session::start(const websocket_handshake& handshake) {
  stream_.set_option(websocket::stream_base::decorator(
    [id = handshake.request_id,
     subprotocol = handshake.subprotocol](websocket::response_type& response) {
      response.set(http::field::server, "ws-gateway");
      response.set("X-Request-ID", id);
      if (!subprotocol.empty())
        response.set(http::field::sec_websocket_protocol, subprotocol);
    }));
  stream_.async_accept(bare_upgrade(handshake.key),
                       [self = self()](auto ec) { self->on_accepted(ec); });
  stream_.set_option(
    websocket::stream_base::decorator([](websocket::response_type&) {}));
}

void websocket_session::on_accepted(beast::error_code ec) {
  loop_.now();
  try {
    if (!ec)
      handler_->on_open(shared_from_this());
  } catch (...) {
    is_read_ended_ = true;
    abort();
    throw; // the loop counts it
  }
  open();
  return ec ? on_read_end(ec) : read();
}

void websocket_session::read() {
  const auto room = message_.room();
  stream_.async_read_some(net::buffer(room.data(), room.size()),
                          pending_read{self()});
}

void websocket_session::on_read(beast::error_code ec, std::size_t n) {
  loop_.now(); // this is where the turn's work may begin
  if (ec)
    return on_read_end(ec);
  message_.commit(n);
  if (is_closing_)
    message_.clear(); // the peer's data no longer counts
  else if (most_told_ && message_.text().size() > *most_told_)
    on_oversize();
  else if (stream_.is_message_done())
    deliver();
  read();
}

void websocket_session::deliver() {
  if (stream_.got_text())
    handler_->on_text(message_.text());
  else
    handler_->on_binary(message_.text());
  message_.clear();
}

void websocket_session::on_oversize() {
  message_.clear();
  handler_->on_oversize();
  close({1009, {}}, unsent::flush); // unless the handler has closed it
}

void websocket_session::on_read_end(beast::error_code ec) {
  is_read_ended_ = true;
  const auto by_frame = ec == websocket::error::closed;
  if (by_frame && !is_closed_by_us_) {
    const auto& why = stream_.reason();
    info_.code = why.code == websocket::close_code::none ? 1005 : why.code;
    info_.reason.assign(why.reason.data(), why.reason.size());
    info_.by_peer = true;
  }
  // Beast's own close frame of a protocol error waits in the outbox; in all
  // other cases without a close frame the peer is gone.
  const auto failed_by_beast =
    ec.category() != net::error::get_system_category()
    && ec.category() != net::error::get_misc_category();
  if ((!by_frame && !failed_by_beast) || !socket().is_open()
      || outbox_.is_empty())
    return finish();
  deadline_ = loop_.after(close_write_time, [this] { abort(); });
}

void websocket_session::ping() {
  static const auto frame = std::make_shared<const std::string>("\x89\0", 2);
  send(frame, 0);
}

void websocket_session::close(const protocol::close_status& status,
                              unsent what) {
  if (is_closing_ || is_read_ended_)
    return;
  if (what == unsent::drop)
    outbox_.drop_unsent();
  is_closing_ = true;
  is_closed_by_us_ = true;
  info_ = {status.code, status.reason, false};
  outbox_.push_always(close_frame(status));
  mark_dirty();
  deadline_ = loop_.after(close_write_time, [this] { on_close_unwritten(); });
}

void websocket_session::on_beast_write(std::string bytes) {
  if (is_closing_)
    return;
  // A frame has its first bit set, the 101 response begins with 'H'.
  if (const auto code = close_code_of(bytes)) {
    is_closing_ = true;
    // Beast answers a close frame with its code alone; the reason goes back
    // too (contract/duels.md section 6).
    const auto& heard = stream_.reason();
    if (heard.code == *code && !heard.reason.empty())
      bytes = *close_frame(
        {*code, std::string{heard.reason.data(), heard.reason.size()}});
    // If this answers the peer's close frame, `on_read_end` knows better.
    info_ = {*code, {}, false};
  }
  const auto is_pong = bytes.front() == '\x8A';
  const auto f = std::make_shared<const std::string>(std::move(bytes));
  // A peer that pings but does not read gets no pong once its outbox is full.
  if (is_pong)
    outbox_.push(f);
  else
    outbox_.push_always(f);
  mark_dirty();
}

void websocket_session::on_written() {
  if (is_read_ended_)
    finish();
}

void websocket_session::on_close_unwritten() {
  if (!outbox_.is_empty())
    return abort();
  deadline_ = loop_.after(close_answer_time, [this] { end_tcp(); });
}

void websocket_session::abort() {
  beast::error_code ec;
  // Frees what the kernel still holds for a peer that does not read.
  socket().set_option(net::socket_base::linger{true, 0}, ec);
  end_tcp();
}

void websocket_session::end_tcp() {
  beast::error_code ec;
  socket().close(ec);
  if (is_read_ended_) // else the pending read ends now and finishes
    finish();
}

void websocket_session::finish() {
  if (!handler_)
    return;
  deadline_.reset();
  beast::error_code ec;
  if (is_waiting())
    socket().close(ec);
  else
    close_gently(loop_, std::move(socket()));
  std::exchange(handler_, nullptr)->on_closed(info_);
}

} // namespace

void open_websocket(shard_loop& loop, websocket_handshake handshake,
                    const connection_limits& limits,
                    std::shared_ptr<connection_handler> handler) {
  std::make_shared<websocket_session>(loop, handshake, limits,
                                      std::move(handler))
    ->start(handshake);
}

} // namespace wsgw::transport
