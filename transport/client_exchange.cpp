#include "transport/client_exchange.hpp"

#include "transport/shard_loop.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <openssl/ssl.h>

#include <utility>

namespace wsgw::transport {

namespace {

http::request<http::string_body> compose(const http_url& url,
                                         http_client_request& request) {
  http::request<http::string_body> message;
  message.version(11);
  message.method_string(request.method);
  message.target(url.target);
  for (const auto& [name, value] : request.headers)
    message.set(name, value);
  message.set(http::field::host, url.authority());
  message.set(http::field::accept_encoding, "identity");
  if (!request.body.empty())
    message.set(http::field::content_type, request.content_type);
  message.body() = std::move(request.body);
  message.prepare_payload();
  return message;
}

bool is_numeric(const std::string& host) {
  beast::error_code error;
  net::ip::make_address(host, error);
  return !error;
}

} // namespace

template <class Fn>
void client_exchange::on_stream(Fn fn) {
  if (peer_->tls)
    fn(*peer_->tls);
  else
    fn(peer_->socket);
}

auto client_exchange::then(
  void (client_exchange::*next)(const beast::error_code&)) {
  return [self = shared_from_this(), next](const beast::error_code& error,
                                           const auto&...) {
    if (self->pool_)
      (self.get()->*next)(error);
  };
}

client_exchange::client_exchange(std::shared_ptr<http_pool> pool, http_url url,
                                 http_client_request request,
                                 http_client::callback done)
    : pool_(std::move(pool)), url_(std::move(url)),
      request_(std::move(request)), done_(std::move(done)),
      resolver_(pool_->loop().context()), message_(compose(url_, request_)) {}

void client_exchange::start() {
  deadline_ = pool_->loop().after(request_.deadline, [weak = weak_from_this()] {
    if (const auto self = weak.lock())
      self->finish({std::make_error_code(std::errc::timed_out), 0, {}});
  });
  peer_ = pool_->take(url_.origin());
  is_reused_ = peer_ != nullptr;
  if (is_reused_)
    write();
  else
    connect();
}

void client_exchange::abandon() {
  done_ = nullptr;
  finish({});
}

// -- connecting ---------------------------------------------------------------

void client_exchange::connect() {
  peer_ = std::make_unique<http_peer>(pool_->loop().context());
  resolver_.async_resolve(
    url_.host, std::to_string(url_.port),
    [self = shared_from_this()](const auto& error, const auto& found) {
      if (self->pool_)
        self->on_resolved(error, found);
    });
}

void client_exchange::on_resolved(const beast::error_code& error,
                                  const tcp::resolver::results_type& found) {
  if (error)
    return fail(error);
  net::async_connect(peer_->socket, found,
                     then(&client_exchange::on_connected));
}

void client_exchange::on_connected(const beast::error_code& error) {
  if (error)
    return fail(error);
  beast::error_code ignored;
  peer_->socket.set_option(tcp::no_delay{true}, ignored);
  if (url_.is_tls)
    handshake();
  else
    write();
}

void client_exchange::handshake() {
  auto& tls = peer_->tls.emplace(peer_->socket, pool_->trust());
  beast::error_code error;
  tls.set_verify_callback(net::ssl::host_name_verification{url_.host}, error);
  // RFC 6066 §3: addresses are not permitted as server names.
  const auto has_name =
    is_numeric(url_.host)
    || SSL_set_tlsext_host_name(tls.native_handle(), url_.host.c_str()) == 1;
  if (error || !has_name)
    return fail(std::make_error_code(std::errc::invalid_argument));
  tls.async_handshake(net::ssl::stream_base::client,
                      [self = shared_from_this()](const auto& why) {
                        if (self->pool_)
                          why ? self->fail(why) : self->write();
                      });
}

// -- the exchange -------------------------------------------------------------

void client_exchange::write() {
  parser_.reset();
  on_stream([this](auto& stream) {
    http::async_write(stream, message_, then(&client_exchange::on_written));
  });
}

void client_exchange::on_written(const beast::error_code& error) {
  if (error)
    return on_read(error);
  read();
}

void client_exchange::read() {
  parser_.emplace();
  parser_->body_limit(request_.max_response_bytes);
  parser_->skip(message_.method() == http::verb::head);
  on_stream([this](auto& stream) {
    http::async_read(stream, peer_->buffer, *parser_,
                     then(&client_exchange::on_read));
  });
}

void client_exchange::on_read(const beast::error_code& error) {
  if (error) {
    // The server may close an idle connection just when it is used again; then
    // it has not looked at the request.
    const auto has_answer =
      (parser_ && parser_->got_some()) || peer_->buffer.size() > 0;
    if (!std::exchange(is_reused_, false) || has_answer)
      return fail(error);
    peer_->close();
    return connect();
  }
  // RFC 9110 §15.2: interim responses come before the real one.
  const auto status = parser_->get().result_int();
  if (status >= 100 && status < 200 && status != 101)
    return read();
  deliver();
}

void client_exchange::deliver() {
  auto message = parser_->release();
  const auto may_stay = message.keep_alive() && peer_->buffer.size() == 0
                        && message.result_int() != 101;
  if (may_stay)
    pool_->give_back(url_.origin(), std::move(peer_));
  finish({{}, message.result_int(), std::move(message.body())});
}

void client_exchange::fail(const std::error_code& error) {
  finish({error, 0, {}});
}

void client_exchange::finish(http_client_response response) {
  if (!pool_)
    return;
  const auto self = shared_from_this();
  const auto pool = std::exchange(pool_, nullptr);
  deadline_.reset();
  resolver_.cancel();
  if (peer_)
    peer_->close();
  pool->remove(self);
  if (const auto done = std::exchange(done_, nullptr))
    done(std::move(response));
}

} // namespace wsgw::transport
