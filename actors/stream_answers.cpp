#include "actors/stream_answers.hpp"

#include "actors/http_page.hpp"
#include "protocol/route.hpp"
#include "protocol/status_body.hpp"

#include <algorithm>
#include <chrono>
#include <string>

namespace wsgw::actors {

namespace {

using protocol::errc;

/// When the backend that authorises is away.
constexpr std::chrono::seconds unavailable_retry{5};

/// The word and status for a close code; the authoriser may choose any of
/// 4000-4999.
errc error_of(std::uint16_t close_code) {
  switch (close_code) {
  case 4001:
  case 4002:
    return errc::unauthorized;
  case 4004:
    return errc::not_found;
  case 4008:
    return errc::too_many_connections;
  case 1013:
    return errc::unavailable;
  default:
    return errc::forbidden;
  }
}

/// The close code by which a WebSocket hears of an overload; 0: none.
std::uint16_t close_code_of(errc why) {
  switch (why) {
  case errc::too_many_connections:
    return 4008;
  case errc::server_overloaded:
  case errc::dialog_full:
    return 1013;
  case errc::draining:
    return 1012;
  default:
    return 0;
  }
}

std::string path_of(const transport::http_request& request) {
  return protocol::request_target::parse(request.target).path;
}

transport::http_response with_headers(transport::http_response response,
                                      const transport::http_request& request,
                                      std::chrono::milliseconds retry) {
  for (auto& header : stream_headers(request))
    response.headers.push_back(std::move(header));
  if (retry.count() > 0) {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(retry).count();
    response.headers.emplace_back("Retry-After", std::to_string(seconds));
  }
  return response;
}

} // namespace

bool is_for_stream(const transport::http_request& request) {
  return protocol::is_stream_path(path_of(request));
}

bool asks_for_stream(const transport::http_request& request) {
  return request.method == "GET" && is_for_stream(request);
}

transport::header_list stream_headers(const transport::http_request& request) {
  if (!request.has_header("origin"))
    return {};
  return {
    {"Access-Control-Allow-Origin", std::string{request.header("origin")}},
    {"Access-Control-Expose-Headers", "Retry-After, X-Request-ID"},
    {"Vary", "Origin"}};
}

transport::http_response stream_error(const transport::http_request& request,
                                      errc why,
                                      std::chrono::milliseconds retry) {
  auto body = protocol::encode_refusal(why, close_code_of(why), request.id);
  auto response = json_response(std::move(body), protocol::http_status_of(why));
  if (why == errc::method_not_allowed)
    response.headers.emplace_back("Allow", "GET, OPTIONS");
  return with_headers(std::move(response), request, retry);
}

transport::http_response stream_refusal(const transport::http_request& request,
                                        const protocol::close_status& status) {
  const auto why = error_of(status.code);
  auto body =
    protocol::encode_refusal(why, status.code, request.id, status.reason);
  std::chrono::milliseconds retry{0};
  if (why == errc::unavailable)
    retry = unavailable_retry;
  return with_headers(
    json_response(std::move(body), protocol::http_status_of(why)), request,
    retry);
}

std::optional<errc> stream_problem(const transport::http_request& request) {
  const auto route = protocol::parse_stream_route(path_of(request));
  if (!route)
    return route.error();
  if (request.method == "OPTIONS")
    return std::nullopt;
  // A stream has no use for a body.
  return request.method == "GET" ? errc::bad_request : errc::method_not_allowed;
}

transport::http_response
stream_preflight(const transport::http_request& request) {
  transport::http_response response;
  response.status = 204;
  response.content_type.clear();
  response.headers = {
    {"Allow", "GET, OPTIONS"},
    {"Access-Control-Allow-Methods", "GET"},
    {"Access-Control-Allow-Headers", "Last-Event-ID, Cache-Control"},
    {"Access-Control-Max-Age", "600"},
  };
  return with_headers(std::move(response), request, {});
}

} // namespace wsgw::actors
