#pragma once

#include "tests/support/eventually.hpp"
#include "tests/support/raw_socket.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wsgw::tests {

/// An HTTP response as it came. `status` 0 means that none came before the
/// connection ended or the deadline passed.
struct http_reply {
  int status = 0;
  std::map<std::string, std::string> headers; ///< names in lower case
  std::string body;

  /// The value of a header (lower-case name), empty when it is absent.
  std::string header(const std::string& name) const;
};

/// One HTTP/1.1 connection to a loopback port; requests are sent as bytes, so
/// they may be as wrong as a test wants them.
class http_connection {
public:
  explicit http_connection(std::uint16_t port) : socket_(port, {}) {}

  bool send(std::string_view bytes) { return socket_.send(bytes); }

  /// A response to HEAD has a Content-Length and no body.
  enum class body : std::uint8_t { expected, none };
  http_reply read_reply(body what = body::expected,
                        milliseconds deadline = patience);

  raw_socket& socket() { return socket_; }

private:
  raw_socket socket_;
  std::string received_; ///< not yet part of a reply
};

/// Sends raw bytes over a new connection and reads one response.
http_reply
http_exchange(std::uint16_t port, std::string_view request,
              http_connection::body what = http_connection::body::expected);

using header_pairs = std::vector<std::pair<std::string, std::string>>;

/// A request's bytes; Connection: close is added, Host unless it is given, and
/// Content-Length when there is a body.
std::string http_request_text(std::string_view method, std::string_view target,
                              const header_pairs& headers = {},
                              std::string_view body = {});

http_reply http_get(std::uint16_t port, std::string_view target,
                    const header_pairs& headers = {});
http_reply http_post(std::uint16_t port, std::string_view target,
                     std::string_view body, const header_pairs& headers = {});

} // namespace wsgw::tests
