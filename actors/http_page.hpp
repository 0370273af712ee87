#pragma once

#include "protocol/errc.hpp"
#include "protocol/route.hpp"
#include "transport/handler.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

namespace wsgw::actors {

/// Clocks as parameters, so that tests decide what time it is.
struct clocks {
  std::function<std::chrono::system_clock::time_point()> wall =
    std::chrono::system_clock::now;
  std::function<std::chrono::steady_clock::time_point()> steady =
    std::chrono::steady_clock::now;
};

/// One request on its way to its page.
struct page_request {
  transport::http_request http;
  protocol::request_target target;
  transport::reply respond;
};

inline transport::http_response json_response(std::string body,
                                              unsigned status = 200) {
  transport::http_response response;
  response.status = status;
  response.body = std::move(body);
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

/// A JSON error (protocol-v1 7.15); an empty message is the code's own.
transport::http_response error_page(protocol::errc why,
                                    std::string_view request_id,
                                    std::string_view message = {});

} // namespace wsgw::actors
