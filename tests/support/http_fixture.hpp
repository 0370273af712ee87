#pragma once

#include "actors/http_api.hpp"
#include "tests/support/fake_hub.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace wsgw::tests {

/// Asks an `http_api` over a fake hub, without sockets.
struct http_fixture {
  explicit http_fixture(actors::settings config = {})
      : hub(std::move(config)), api(hub.shared, time()) {}

  actors::clocks time() {
    return {[this] { return wall; }, [this] { return steady; }};
  }

  /// A request of a local caller.
  static transport::http_request request(std::string method,
                                         std::string target) {
    transport::http_request r;
    r.method = std::move(method);
    r.target = std::move(target);
    r.headers = {{"host", "localhost:8001"}};
    r.peer = "127.0.0.1";
    r.id = "0123456789abcdef";
    return r;
  }

  /// The answer once both loops have done their work; empty when there is
  /// none.
  std::optional<transport::http_response> ask(transport::http_request r) {
    std::optional<transport::http_response> answer;
    api.on_request(std::move(r), [&answer](transport::http_response response) {
      answer = std::move(response);
    });
    hub.run();
    return answer;
  }

  transport::http_response get(std::string target) {
    return ask(request("GET", std::move(target))).value();
  }

  transport::http_response post(std::string target, std::string body) {
    auto r = request("POST", std::move(target));
    r.body = std::move(body);
    return ask(std::move(r)).value();
  }

  static std::string header(const transport::http_response& response,
                            std::string_view name) {
    for (const auto& [key, value] : response.headers)
      if (key == name)
        return value;
    return {};
  }

  std::chrono::system_clock::time_point wall{
    std::chrono::seconds{1'757'163'900}};
  std::chrono::steady_clock::time_point steady{std::chrono::hours{1}};
  fake_hub hub;
  actors::http_api api;
};

/// True when `text` contains `part`.
inline bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

} // namespace wsgw::tests
