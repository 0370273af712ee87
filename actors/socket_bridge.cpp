#include "actors/socket_bridge.hpp"

#include "protocol/frame.hpp"

#include <string>
#include <utility>

namespace wsgw::actors {

void count_close(hub& shared, const transport::close_info& info) {
  shared.closed.add(std::to_string(info.code)
                    + (info.by_peer ? " client" : " server"));
}

// -- socket_bridge -----------------------------------------------------------

socket_bridge::socket_bridge(hub& shared, std::shared_ptr<const passport> who)
    : shared_(shared), manners_(manners_of(who->room.kind())),
      who_(std::move(who)) {}

void socket_bridge::on_open(std::shared_ptr<transport::connection> socket) {
  socket_ = socket;
  subscriber_ = open_subscriber(shared_, std::move(who_), std::move(socket));
}

void socket_bridge::on_text(std::string_view text) {
  caf::anon_send(subscriber_, messages::text_received{std::string{text}});
}

void socket_bridge::on_binary(std::string_view bytes) {
  if (manners_.takes_binary)
    return on_text(bytes);
  if (const auto socket = socket_.lock())
    socket->close(
      protocol::status_of(protocol::close_reason::unsupported_data));
}

void socket_bridge::on_oversize() {
  const auto socket = socket_.lock();
  if (!socket || manners_.too_large == nullptr)
    return;
  socket->send_anyway(manners_.too_large());
  socket->close(protocol::status_of(protocol::close_reason::normal));
}

void socket_bridge::on_pong() {
  caf::anon_send(subscriber_, messages::pong_received{});
}

void socket_bridge::on_closed(const transport::close_info& info) {
  count_close(shared_, info);
  if (!subscriber_)
    return;
  caf::anon_send(subscriber_,
                 messages::disconnected{info.code, info.reason, info.by_peer});
  subscriber_ = nullptr;
}

// -- closing_bridge ----------------------------------------------------------

closing_bridge::closing_bridge(hub& shared, protocol::close_status status,
                               protocol::frame last_word)
    : shared_(shared), status_(std::move(status)),
      last_word_(std::move(last_word)) {}

void closing_bridge::on_open(std::shared_ptr<transport::connection> socket) {
  if (last_word_)
    socket->send(last_word_);
  socket->close(status_);
}

void closing_bridge::on_closed(const transport::close_info&) {
  count_close(shared_, {status_.code, {}, false});
}

// -- test_bridge -------------------------------------------------------------

void test_bridge::on_open(std::shared_ptr<transport::connection> socket) {
  static const auto greeting =
    protocol::text_frame(R"({"type":"test","status":"ok"})");
  socket->send(greeting);
  socket->close(protocol::status_of(protocol::close_reason::normal));
}

// -- echo_bridge -------------------------------------------------------------

void echo_bridge::on_open(std::shared_ptr<transport::connection> socket) {
  socket_ = socket;
}

void echo_bridge::on_text(std::string_view text) {
  echo(protocol::text_frame(text));
}

void echo_bridge::on_binary(std::string_view bytes) {
  echo(protocol::binary_frame(bytes));
}

void echo_bridge::echo(const protocol::frame& f) {
  const auto socket = socket_.lock();
  if (socket && socket->send(f) == transport::send_result::full)
    socket->close(protocol::status_of(protocol::close_reason::slow_consumer),
                  transport::unsent::drop);
}

} // namespace wsgw::actors
