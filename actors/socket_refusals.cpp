#include "actors/http_api.hpp"
#include "actors/log.hpp"
#include "actors/socket_bridge.hpp"
#include "actors/socket_gateway.hpp"
#include "actors/stream_answers.hpp"

#include <algorithm>
#include <string>
#include <utility>

// The ways in which socket_gateway says no.

namespace wsgw::actors {

namespace {

protocol::close_reason close_reason_of(protocol::errc why) {
  switch (why) {
  case protocol::errc::too_many_connections:
    return protocol::close_reason::too_many_connections;
  case protocol::errc::dialog_full:
    return protocol::close_reason::dialog_full;
  default:
    return protocol::close_reason::server_overloaded;
  }
}

} // namespace

void socket_gateway::refuse(transport::upgrade& handshake, protocol::errc why) {
  shared_.refused.add(protocol::word_of(why));
  log_refused(handshake.request(),
              static_cast<std::uint16_t>(protocol::http_status_of(why)),
              protocol::word_of(why));
  if (handshake.is_stream()) {
    handshake.refuse(stream_error(handshake.request(), why));
    return;
  }
  if (shared_.config().compat) {
    transport::http_response bare;
    bare.status = 403;
    bare.content_type = "text/plain";
    handshake.refuse(std::move(bare));
    return;
  }
  handshake.refuse(api_.error_response(why, handshake.request().id));
}

void socket_gateway::refuse_overload(
  std::unique_ptr<transport::upgrade> handshake, protocol::errc why,
  std::chrono::milliseconds retry) {
  const auto is_stream = handshake->is_stream();
  if (shared_.config().compat && !is_stream
      && why != protocol::errc::draining) {
    accept_and_close(std::move(handshake),
                     protocol::status_of(close_reason_of(why)));
    return;
  }
  shared_.refused.add(protocol::word_of(why));
  retry = std::max<std::chrono::milliseconds>(retry, std::chrono::seconds{1});
  if (is_stream) {
    handshake->refuse(stream_error(handshake->request(), why, retry));
    return;
  }
  auto response = api_.error_response(why, handshake->request().id);
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(retry).count();
  response.headers.emplace_back("Retry-After", std::to_string(seconds));
  handshake->refuse(std::move(response));
}

void socket_gateway::accept_and_close(
  std::unique_ptr<transport::upgrade> handshake,
  const protocol::close_status& status) {
  shared_.refused.add(status.reason);
  log_refused(handshake->request(), status.code, status.reason);
  if (handshake->is_stream()) {
    handshake->refuse(stream_refusal(handshake->request(), status));
    return;
  }
  // A browser fails a handshake whose subprotocol is not selected before it
  // would look at the close code.
  handshake->accept(limits_for(*handshake),
                    std::make_shared<closing_bridge>(shared_, status));
}

transport::http_response
socket_gateway::answer_stream_path(const transport::http_request& request) {
  const auto why = stream_problem(request);
  if (!why)
    return stream_preflight(request);
  shared_.refused.add(protocol::word_of(*why));
  return stream_error(request, *why);
}

void socket_gateway::log_forbidden(const protocol::admission& verdict) const {
  log::forbidden_page page;
  page.origin = verdict.refused_origin;
  if (verdict.refused_parent_origin)
    page.parent_origin = *verdict.refused_parent_origin;
  page.trusted_hosts = shared_.config().trusted_iframe_hosts;
  page.has_token = verdict.refusal
                   == protocol::status_of(
                     protocol::close_reason::domain_not_allowed_for_token);
  log::forbidden_domain(page);
}

void socket_gateway::log_refused(const transport::http_request& request,
                                 std::uint16_t code,
                                 std::string_view why) const {
  const auto target = protocol::request_target::parse(request.target);
  const auto route = protocol::is_stream_path(target.path)
                       ? protocol::parse_stream_route(target.path)
                       : protocol::parse_ws_route(target.path);
  if (route && route->as && route->room) {
    log::refused({*route->as, &*route->room, {}, request.peer}, code, why,
                 request.id);
    return;
  }
  const auto redacted = log::redact(request.target);
  log::repeated_warning("refused", "handshake", "refused",
                        {{"target", redacted},
                         {"code", code},
                         {"reason", why},
                         {"peer", request.peer},
                         {"request_id", request.id}});
}

} // namespace wsgw::actors
