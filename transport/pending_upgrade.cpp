#include "transport/pending_upgrade.hpp"

#include "transport/gentle_close.hpp"
#include "transport/http_text.hpp"
#include "transport/sse_session.hpp"
#include "transport/websocket_session.hpp"

#include <unistd.h>
#include <utility>

namespace wsgw::transport {

namespace {

using hand_over = std::function<void(std::unique_ptr<upgrade>)>;

/// What travels from loop to loop. It may be destroyed unread with a stopped
/// loop, so it owns the descriptor.
struct luggage {
  int descriptor = -1;
  pending_upgrade::parts content;
  hand_over next;

  luggage() = default;
  luggage(const luggage&) = delete;
  luggage& operator=(const luggage&) = delete;
  ~luggage() {
    if (descriptor >= 0)
      ::close(descriptor);
  }
};

void unpack(shard_loop& loop, luggage& from) {
  tcp_socket socket{loop.context()};
  beast::error_code ec;
  if (from.descriptor >= 0)
    socket.assign(tcp::v4(), from.descriptor, ec);
  if (!ec)
    from.descriptor = -1;
  from.next(std::make_unique<pending_upgrade>(loop, std::move(socket),
                                              std::move(from.content)));
}

} // namespace

pending_upgrade::pending_upgrade(shard_loop& loop, tcp_socket socket,
                                 parts content)
    : loop_(loop), socket_(std::move(socket)), content_(std::move(content)) {
  if (!socket_.is_open())
    return;
  const auto left = content_.deadline - event_loop::clock::now();
  deadline_ = loop_.after(left, [this] {
    beast::error_code ec;
    socket_.close(ec);
  });
}

void pending_upgrade::refuse(http_response response) {
  deadline_.reset();
  response_form form;
  form.request_id = content_.request.id;
  if (socket_.is_open())
    close_gently(loop_, std::move(socket_), response_text(response, form));
}

void pending_upgrade::move_to(event_loop& target, hand_over next) {
  auto& to = static_cast<shard_loop&>(target);
  deadline_.reset();
  auto packed = std::make_shared<luggage>();
  packed->content = std::move(content_);
  packed->next = std::move(next);
  if (socket_.is_open()) {
    beast::error_code ec;
    packed->descriptor = socket_.release(ec);
  }
  to.post([&to, packed] { unpack(to, *packed); });
}

void pending_upgrade::accept(const connection_limits& limits,
                             std::shared_ptr<connection_handler> handler) {
  deadline_.reset();
  if (!socket_.is_open()) {
    loop_.post([handler = std::move(handler)] { handler->on_closed({}); });
    return;
  }
  const auto& request = content_.request;
  if (content_.is_stream) {
    open_event_stream(loop_, std::move(socket_), request.id, limits,
                      std::move(handler));
    return;
  }
  open_websocket(loop_,
                 {std::move(socket_),
                  std::string{request.header("sec-websocket-key")}, request.id,
                  std::move(content_.leftover), limits.subprotocol},
                 limits, std::move(handler));
}

} // namespace wsgw::transport
