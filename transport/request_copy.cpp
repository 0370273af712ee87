#include "transport/request_copy.hpp"

#include "transport/http_text.hpp"

#include <algorithm>

namespace wsgw::transport {

namespace {

std::string lower(std::string_view text) {
  std::string out{text};
  std::transform(out.begin(), out.end(), out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

std::string text_of(std::string_view view) { return std::string{view}; }

} // namespace

http_request copy_head(const parsed_request& head, const std::string& peer) {
  http_request copy;
  copy.method = text_of(head.method_string());
  copy.target = text_of(head.target());
  copy.headers.reserve(
    static_cast<std::size_t>(std::distance(head.begin(), head.end())));
  for (const auto& field : head)
    copy.headers.emplace_back(lower(field.name_string()),
                              text_of(field.value()));
  copy.peer = peer;
  copy.version = head.version();
  copy.id = request_id_for(copy.header("x-request-id"));
  return copy;
}

std::optional<protocol::errc> check_head(const parsed_request& head) {
  const auto hosts = head.count(http::field::host);
  if (hosts > 1 || (hosts == 0 && head.version() >= 11))
    return protocol::errc::bad_request;
  return std::nullopt;
}

bool asks_for_websocket(const http_request& head) {
  return head.method == "GET" && list_has(head.joined("upgrade"), "websocket")
         && head.has_header("sec-websocket-key");
}

bool is_proper_upgrade(const http_request& head) {
  // A repeated key is joined by a comma and so is none.
  return list_has(head.joined("connection"), "upgrade")
         && is_websocket_key(head.joined("sec-websocket-key"));
}

http::request<http::empty_body> bare_upgrade(const std::string& key) {
  http::request<http::empty_body> request{http::verb::get, "/", 11};
  request.set(http::field::host, "-");
  request.set(http::field::connection, "upgrade");
  request.set(http::field::upgrade, "websocket");
  request.set(http::field::sec_websocket_version, "13");
  request.set(http::field::sec_websocket_key, key);
  return request;
}

} // namespace wsgw::transport
