#include "actors/socket_bridge.hpp"
#include "actors/socket_gateway.hpp"
#include "actors/stream_answers.hpp"

#include <utility>

// What socket_gateway allows a connection, by its endpoint and handshake.

namespace wsgw::actors {

namespace {

/// The echo endpoint is for conformance suites, which send big messages.
constexpr std::size_t echo_message_bytes = 16U << 20;

} // namespace

void socket_gateway::open_special(std::unique_ptr<transport::upgrade> handshake,
                                  protocol::endpoint where) {
  auto wanted = limits();
  if (where == protocol::endpoint::echo) {
    wanted.max_message_bytes = echo_message_bytes;
    wanted.outbox_bytes = 2 * echo_message_bytes;
    handshake->accept(wanted, std::make_shared<echo_bridge>());
    return;
  }
  handshake->accept(wanted, std::make_shared<test_bridge>());
}

transport::connection_limits socket_gateway::limits() const {
  transport::connection_limits result;
  result.max_message_bytes = shared_.config().max_message_bytes;
  result.outbox_bytes = shared_.config().outbox_bytes;
  return result;
}

transport::connection_limits
socket_gateway::limits_for(const transport::upgrade& handshake) const {
  auto result = limits();
  const auto& request = handshake.request();
  if (handshake.is_stream()) {
    result.stream_headers = stream_headers(request);
    result.stream_timeout = shared_.config().pong_timeout;
    return result;
  }
  const auto target = protocol::request_target::parse(request.target);
  const auto route = protocol::parse_ws_route(target.path);
  const auto offered = request.joined("sec-websocket-protocol");
  // A client that opts in by `v=1` alone offered nothing to select.
  if (route && protocol::offers_v1(offered)
      && protocol::dialect_of(route->where, target.query, offered)
           == protocol::dialect::v1)
    result.subprotocol = protocol::v1_subprotocol;
  return result;
}

} // namespace wsgw::actors
