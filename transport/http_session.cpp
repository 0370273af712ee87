#include "transport/http_session.hpp"

#include "transport/gentle_close.hpp"
#include "transport/http_text.hpp"
#include "transport/pending_reply.hpp"
#include "transport/pending_upgrade.hpp"
#include "transport/request_copy.hpp"

#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

namespace wsgw::transport {

namespace {

using protocol::errc;

constexpr std::string_view continue_response = "HTTP/1.1 100 Continue\r\n\r\n";

/// Which error a failed read of a request is; empty when the peer went away.
std::optional<errc> error_of(beast::error_code ec) {
  if (ec == http::error::header_limit || ec == http::error::buffer_overflow)
    return errc::head_too_large;
  if (ec == http::error::body_limit)
    return errc::body_too_large;
  static const auto& parse_errors =
    http::make_error_code(http::error::bad_method).category();
  if (ec.category() != parse_errors || ec == http::error::end_of_stream
      || ec == http::error::partial_message)
    return std::nullopt;
  return errc::bad_request;
}

/// One HTTP connection; kept alive by its pending operation or reply.
class http_session : public reply_target {
public:
  http_session(std::shared_ptr<http_door> door, tcp_socket socket,
               std::string peer)
      : door_(std::move(door)), socket_(std::move(socket)),
        peer_(std::move(peer)) {
    // Beast asks the buffer for room in steps beyond the head's limit.
    buffer_.max_size(door_->limits.head_bytes + 4096);
  }
  ~http_session() override { door_->idle.erase(this); }

  void begin_request();
  void on_reply(std::optional<http_response> response) override;

private:
  std::shared_ptr<http_session> self() {
    return std::static_pointer_cast<http_session>(shared_from_this());
  }
  void wait_for_request();
  void on_head(beast::error_code ec, std::size_t bytes);
  void read_body();
  void on_body(beast::error_code ec);
  void hand_over();
  void hand_over_stream();
  void ask();
  void fail(beast::error_code ec);
  void refuse(const http_response& response);
  void respond(const http_response& response);
  void on_responded(beast::error_code ec);
  void close_after(std::chrono::milliseconds time);
  void close();

  std::shared_ptr<http_door> door_;
  tcp_socket socket_;
  std::string peer_;
  beast::flat_buffer buffer_;
  std::optional<request_parser> parser_;
  http_request request_;
  event_loop::clock::time_point request_deadline_;
  std::string output_;
  response_form form_;
  timer deadline_;
};

// -- reading -----------------------------------------------------------------

void http_session::begin_request() {
  const auto& limits = door_->limits;
  request_deadline_ = event_loop::clock::now() + limits.handshake_timeout;
  close_after(limits.handshake_timeout);
  parser_.emplace();
  parser_->header_limit(static_cast<std::uint32_t>(limits.head_bytes));
  parser_->body_limit(limits.body_bytes);
  http::async_read_header(
    socket_, buffer_, *parser_,
    [self = self()](auto ec, std::size_t n) { self->on_head(ec, n); });
}

void http_session::wait_for_request() {
  parser_.reset();
  request_ = {};
  output_ = {};
  if (buffer_.size() > 0)
    return begin_request();
  close_after(door_->limits.idle_timeout);
  door_->idle.emplace(this, [this] { close(); });
  socket_.async_wait(tcp_socket::wait_read, [self = self()](auto ec) {
    self->door_->idle.erase(self.get());
    if (!ec)
      self->begin_request();
  });
}

void http_session::on_head(beast::error_code ec, std::size_t bytes) {
  door_->loop.now();
  if (ec)
    return fail(ec);
  const auto& head = parser_->get();
  request_ = copy_head(head, peer_);
  form_ = {};
  form_.keep_alive = parser_->keep_alive();
  form_.explicit_keep_alive = head.version() < 11;
  form_.is_head_answer = head.method() == http::verb::head;
  // The parser counts the request line apart from the rest.
  const auto problem = bytes > door_->limits.head_bytes
                         ? std::optional{errc::head_too_large}
                         : check_head(head);
  if (problem)
    return refuse(door_->handler.on_bad_request(*problem, request_.id));
  if (asks_for_websocket(request_))
    return hand_over();
  const auto is_get = head.method() == http::verb::get;
  if (is_get && parser_->is_done() && door_->handler.is_stream(request_))
    return hand_over_stream();
  if (parser_->is_done())
    return ask();
  if (const auto refusal = door_->handler.on_head(request_))
    return refuse(*refusal);
  if (!list_has(request_.header("expect"), "100-continue"))
    return read_body();
  net::async_write(socket_, net::buffer(continue_response),
                   [self = self()](auto failure, std::size_t) {
                     if (!failure)
                       self->read_body();
                   });
}

void http_session::read_body() {
  http::async_read(
    socket_, buffer_, *parser_,
    [self = self()](auto ec, std::size_t) { self->on_body(ec); });
}

void http_session::on_body(beast::error_code ec) {
  door_->loop.now();
  if (ec)
    return fail(ec);
  request_.body = std::move(parser_->get().body());
  ask();
}

void http_session::hand_over() {
  deadline_.reset();
  if (request_.header("sec-websocket-version") != "13") {
    auto response =
      door_->handler.on_bad_request(errc::bad_upgrade, request_.id);
    response.status = 426;
    response.headers.emplace_back("Sec-WebSocket-Version", "13");
    return refuse(response);
  }
  if (parser_->get().version() < 11)
    return refuse(
      door_->handler.on_bad_request(errc::http_version, request_.id));
  if (!parser_->is_done() || !is_proper_upgrade(request_))
    return refuse(
      door_->handler.on_bad_request(errc::bad_upgrade, request_.id));
  const auto rest = buffer_.data();
  std::string leftover{static_cast<const char*>(rest.data()), rest.size()};
  door_->handler.on_upgrade(std::make_unique<pending_upgrade>(
    door_->loop, std::move(socket_),
    pending_upgrade::parts{std::move(request_), std::move(leftover),
                           request_deadline_}));
}

void http_session::hand_over_stream() {
  deadline_.reset();
  // Whatever was pipelined behind it is dropped: the response has no end.
  door_->handler.on_upgrade(std::make_unique<pending_upgrade>(
    door_->loop, std::move(socket_),
    pending_upgrade::parts{std::move(request_), {}, request_deadline_, true}));
}

// -- answering ---------------------------------------------------------------

void http_session::ask() {
  deadline_.reset();
  form_.request_id = {}; // set when the answer is there
  auto copy = std::move(request_);
  request_ = {};
  request_.id = copy.id;
  parser_.reset();
  door_->handler.on_request(std::move(copy), make_reply(door_->loop, self()));
}

void http_session::on_reply(std::optional<http_response> response) {
  if (!response)
    response = door_->handler.on_bad_request(errc::internal_error, request_.id);
  respond(*response);
}

void http_session::fail(beast::error_code ec) {
  const auto why = error_of(ec);
  if (!why)
    return close();
  if (request_.id.empty())
    request_.id = request_id_for({});
  refuse(door_->handler.on_bad_request(*why, request_.id));
}

void http_session::refuse(const http_response& response) {
  form_.keep_alive = false;
  respond(response);
}

void http_session::respond(const http_response& response) {
  if (door_->is_stopping || !door_->limits.keeps_alive)
    form_.keep_alive = false;
  form_.request_id = request_.id;
  output_ = response_text(response, form_);
  close_after(door_->limits.idle_timeout);
  net::async_write(
    socket_, net::buffer(output_),
    [self = self()](auto ec, std::size_t) { self->on_responded(ec); });
}

void http_session::on_responded(beast::error_code ec) {
  if (ec)
    return close();
  if (form_.keep_alive)
    return wait_for_request();
  deadline_.reset();
  close_gently(door_->loop, std::move(socket_));
}

void http_session::close_after(std::chrono::milliseconds time) {
  deadline_ = door_->loop.after(time, [this] { close(); });
}

void http_session::close() {
  beast::error_code ec;
  socket_.close(ec);
}

} // namespace

void serve_http(const std::shared_ptr<http_door>& door, tcp_socket socket,
                std::string peer) {
  std::make_shared<http_session>(door, std::move(socket), std::move(peer))
    ->begin_request();
}

} // namespace wsgw::transport
