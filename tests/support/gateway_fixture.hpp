#pragma once

#include "actors/authoriser.hpp"
#include "actors/http_api.hpp"
#include "actors/socket_gateway.hpp"
#include "protocol/token.hpp"
#include "tests/support/deterministic_system.hpp"
#include "tests/support/fake_http_client.hpp"
#include "tests/support/fake_upgrade.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace wsgw::tests {

/// A socket_gateway over a deterministic system. Handshakes arrive on the
/// first shard. With `auth_url` set there is an authoriser and its backend.
class gateway_fixture {
public:
  using record = std::shared_ptr<handshake_record>;

  explicit gateway_fixture(actors::settings config = strict())
      : sys(std::move(config)), api(sys.shared()), gate(sys.shared(), api) {
    if (sys.shared().config().auth_url.empty())
      return;
    auto& home = sys.shard(0);
    sys.shared().authoriser =
      actors::spawn_pinned(home, actors::authoriser, &sys.shared(), &home,
                           static_cast<transport::http_client*>(&backend));
    sys.settle();
  }

  gateway_fixture(const gateway_fixture&) = delete;
  gateway_fixture& operator=(const gateway_fixture&) = delete;

  ~gateway_fixture() {
    for (const auto& each : records_)
      each->end();
    end_authoriser();
  }

  static actors::settings strict() {
    actors::settings config;
    config.secret_key = "a secret of the test";
    return config;
  }
  static actors::settings compat() {
    auto config = strict();
    config.compat = true;
    return config;
  }
  static actors::settings authorised() {
    auto config = strict();
    config.auth_url = "http://backend.test/authorise";
    return config;
  }

  /// A target with a good access token of user 5.
  std::string with_token(const std::string& path) const {
    protocol::access_token_order order;
    order.subject = "5";
    order.now = std::chrono::system_clock::now();
    return path + "?token="
           + protocol::mint_access_token(order,
                                         sys.shared().config().secret_key);
  }

  record arrive_unsettled(std::string target,
                          const std::string& peer = "192.0.2.7",
                          transport::header_list headers = {}) {
    transport::http_request request;
    request.method = "GET";
    request.target = std::move(target);
    request.headers = std::move(headers);
    request.peer = peer;
    request.id = "0123456789abcdef";
    auto what = std::make_shared<handshake_record>();
    records_.push_back(what);
    gate.on_upgrade(
      std::make_unique<fake_upgrade>(sys.loop(0), std::move(request), what));
    return what;
  }

  record arrive(std::string target, const std::string& peer = "192.0.2.7",
                transport::header_list headers = {}) {
    auto what = arrive_unsettled(std::move(target), peer, std::move(headers));
    sys.settle();
    return what;
  }

  /// The backend's answer to the oldest question.
  void backend_says(std::string body, unsigned status = 200) {
    backend.answer(std::move(body), status);
    sys.settle();
  }

  void end_authoriser() {
    if (sys.shared().authoriser)
      caf::anon_send_exit(sys.shared().authoriser, caf::exit_reason::kill);
    sys.settle();
  }

  std::uint64_t refusals(std::string_view word) {
    const auto counts = sys.shared().refused.snapshot();
    const auto found = counts.find(std::string{word});
    return found == counts.end() ? 0 : found->second;
  }

  fake_http_client backend;
  mutable deterministic_system sys;
  actors::http_api api;
  actors::socket_gateway gate;

private:
  std::vector<record> records_;
};

} // namespace wsgw::tests
