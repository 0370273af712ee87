#pragma once

#include "transport/handler.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace wsgw::transport {

/// How a response goes onto the wire, besides its content.
struct response_form {
  std::string_view request_id;
  bool keep_alive = false;
  bool is_head_answer = false;      ///< to HEAD: the head alone
  bool explicit_keep_alive = false; ///< to HTTP/1.0, which closes by default
};

/// An HTTP/1.1 response as bytes, with Date, Server, Content-Length,
/// X-Request-ID, nosniff and no-store; a header of `response` replaces its
/// default. Headers that would break out of their line are left out.
std::string response_text(const http_response& response,
                          const response_form& form);

/// The head of an event stream's response, with `headers` besides its own. The
/// body has no length: it ends with the connection.
std::string stream_head(const header_list& headers,
                        std::string_view request_id);

/// The value of X-Request-ID when it is 1-64 characters of `[A-Za-z0-9._-]`,
/// else 16 random hexadecimal digits.
std::string request_id_for(std::string_view offered);

/// True when the comma-separated list holds `token` in any case (RFC 9110
/// section 5.6.1).
bool list_has(std::string_view list, std::string_view token);

/// True for the base64 text of exactly 16 bytes (RFC 6455 section 4.1).
bool is_websocket_key(std::string_view key);

} // namespace wsgw::transport
