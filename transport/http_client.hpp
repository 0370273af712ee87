#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace wsgw::transport {

struct http_client_request {
  std::string method = "POST";
  std::string url; ///< http:// or https://, certificate and host verified
  std::string content_type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
  std::chrono::milliseconds deadline{2000}; ///< for the whole exchange
  std::size_t max_response_bytes = 65536;
};

struct http_client_response {
  std::error_code error; ///< set when there is no usable answer
  unsigned status = 0;
  std::string body;
};

/// A small asynchronous HTTP/1.1 client on one shard's loop, with keep-alive
/// connections per origin. Loop thread only; the callback runs there too.
class http_client {
public:
  using callback = std::function<void(http_client_response)>;

  virtual ~http_client() = default;
  virtual void send(http_client_request request, callback done) = 0;
};

} // namespace wsgw::transport
