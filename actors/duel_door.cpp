#include "actors/duel_door.hpp"

#include <utility>

namespace wsgw::actors {

using protocol::errc;

/// What is no WebSocket handshake is refused, in the original's order.
transport::http_response
duel_door::refusal(const transport::http_request& request) {
  constexpr unsigned http_1_1 = 11;
  const auto why = request.method != "GET"          ? errc::method_not_allowed
                   : request.version < http_1_1     ? errc::http_version
                   : !request.has_header("upgrade") ? errc::upgrade_required
                                                    : errc::bad_upgrade;
  shared_.refused.add(protocol::word_of(why));
  auto response = http_api::error_response(why, request.id);
  if (why == errc::method_not_allowed)
    response.headers.emplace_back("Allow", "GET");
  if (why == errc::upgrade_required)
    response.headers.emplace_back("Upgrade", "websocket");
  return response;
}

std::optional<transport::http_response>
duel_door::on_head(const transport::http_request& head) {
  return refusal(head);
}

void duel_door::on_request(transport::http_request request,
                           transport::reply respond) {
  respond(refusal(request));
}

void duel_door::on_upgrade(std::unique_ptr<transport::upgrade> handshake) {
  gate_.arrive(std::move(handshake));
}

transport::http_response
duel_door::on_bad_request(errc why, std::string_view request_id) {
  auto response = api_.on_bad_request(why, request_id);
  if (why == errc::head_too_large)
    response.status = 413; // as the original says
  return response;
}

} // namespace wsgw::actors
