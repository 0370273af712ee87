#pragma once

#include "protocol/errc.hpp"
#include "transport/handler.hpp"
#include "transport/net.hpp"

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <optional>
#include <string>

namespace wsgw::transport {

using request_parser = http::request_parser<http::string_body>;
using parsed_request = request_parser::value_type;

/// Everything of a parsed head that the application sees.
http_request copy_head(const parsed_request& head, const std::string& peer);

/// What the parser lets pass but RFC 9112 section 3.2 forbids: an HTTP/1.1
/// request needs exactly one Host.
std::optional<protocol::errc> check_head(const parsed_request& head);

/// True for GET with `Upgrade: websocket` and a key. Without a key it is an
/// ordinary request, which the application answers.
bool asks_for_websocket(const http_request& head);

/// RFC 6455 section 4.2.1, what remains: `Connection: upgrade` and one key of
/// 16 bytes.
bool is_proper_upgrade(const http_request& head);

/// What Beast needs of a handshake that was checked before, so that the
/// request itself need not live until it is accepted.
http::request<http::empty_body> bare_upgrade(const std::string& key);

} // namespace wsgw::transport
