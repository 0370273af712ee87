#include "tests/support/json_document.hpp"
#include "tests/support/running_hub.hpp"
#include "tests/support/verdict.hpp"

#include <doctest/doctest.h>

#include <cstdlib>

namespace wsgw::tests {

namespace {

const std::string dialog_full = "HTTP 503 dialog_full";
const std::string overloaded = "HTTP 503 server_overloaded";
const std::string too_many = "HTTP 429 too_many_connections";

std::string admin(int dialog) { return admin_target(dialog); }

/// Tries to join until `expected` is the verdict.
bool becomes(const gateway_process& gateway, const std::string& target,
             const std::string& expected) {
  return eventually([&] { return verdict_of(gateway, target) == expected; });
}

/// Sends `count` handshakes at once; returns how many were let in and stay.
int let_in_of(const gateway_process& gateway, int count,
              const std::string& target, std::vector<raw_socket>& sockets) {
  for (int i = 0; i < count; ++i) {
    sockets.emplace_back(gateway.port(), raw_socket::options{});
    sockets.back().send(ws_client::handshake_text(target));
  }
  int let_in = 0;
  for (auto& socket : sockets)
    if (socket.receive_until("\r\n\r\n").starts_with("HTTP/1.1 101"))
      ++let_in;
  return let_in;
}

ws_client::header_list forwarded(const std::string& addresses) {
  return {{"X-Forwarded-For", addresses}};
}

} // namespace

TEST_SUITE("integration/limits") {

  TEST_CASE("a full dialog refuses its role only, until somebody leaves") {
    gateway_process gateway{{{"WS_MAX_CONNECTIONS_PER_DIALOG", "2"}}};
    auto first = connect(gateway, admin(10));
    const auto second = connect(gateway, admin(10));
    auto third = ws_client::connect(gateway.port(), admin(10));
    CHECK(verdict_of(third) == dialog_full);
    CHECK(std::atoi(third.header("Retry-After").c_str()) > 0);
    CHECK(verdict_of(gateway, widget_target(10)) == "open");
    CHECK(verdict_of(gateway, site_target(10)) == "open");
    CHECK(verdict_of(gateway, admin(11)) == "open");
    first.socket().abort();
    CHECK(becomes(gateway, admin(10), "open"));
  }

  TEST_CASE("handshakes that race for the last places never get more") {
    gateway_process gateway{{{"WS_MAX_CONNECTIONS_PER_DIALOG", "5"}}};
    std::vector<raw_socket> sockets;
    CHECK(let_in_of(gateway, 40, admin(10), sockets) == 5);
    CHECK(gateway.metric("websocket_connections_total") == 5);
  }

  TEST_CASE("the limit over all dialogs holds under a race, too") {
    gateway_process gateway{{{"WS_MAX_TOTAL_CONNECTIONS", "7"}}};
    std::vector<raw_socket> sockets;
    int let_in = 0;
    for (int dialog = 1; dialog <= 4; ++dialog) {
      std::vector<raw_socket> of_dialog;
      let_in += let_in_of(gateway, 5, admin(dialog), of_dialog);
      for (auto& socket : of_dialog)
        sockets.push_back(std::move(socket));
    }
    CHECK(let_in == 7);
    auto refused = ws_client::connect(gateway.port(), site_target(9));
    CHECK(verdict_of(refused) == overloaded);
    CHECK(std::atoi(refused.header("Retry-After").c_str()) > 0);
    sockets.clear();
    CHECK(becomes(gateway, site_target(9), "open"));
  }

  TEST_CASE("compat refuses for want of room behind the 101") {
    gateway_process gateway{{{"WS_COMPAT", "true"},
                             {"WS_MAX_CONNECTIONS_PER_DIALOG", "1"},
                             {"WS_MAX_TOTAL_CONNECTIONS", "2"}}};
    const auto first = connect(gateway, "/ws/dialogs/10");
    CHECK(verdict_of(gateway, "/ws/dialogs/10")
          == "1013 Too many connections for this dialog");
    const auto second = connect(gateway, "/ws/dialogs/11");
    CHECK(verdict_of(gateway, "/ws/dialogs/12")
          == "1013 Server overloaded - too many connections");
  }

  TEST_CASE("attempts of one address are limited per window") {
    gateway_process gateway{{{"WS_RATE_LIMIT_PER_IP", "3"}}};
    for (int i = 0; i < 3; ++i)
      CHECK(verdict_of(gateway, admin(10)) == "open");
    auto refused = ws_client::connect(gateway.port(), admin(10));
    CHECK(verdict_of(refused) == too_many);
    const auto seconds = std::atoi(refused.header("Retry-After").c_str());
    CHECK(seconds >= 1);
    CHECK(seconds <= 60);
    const json_document stats{gateway.get("/api/websocket/stats").body};
    CHECK(stats.number("/rate_limiting/rate_limited_ips") == 1);
    CHECK(stats.number("/rate_limiting/rate_limit_per_ip") == 3);
  }

  TEST_CASE("refused attempts do not lengthen the wait") {
    gateway_process gateway{
      {{"WS_RATE_LIMIT_PER_IP", "2"}, {"WS_RATE_LIMIT_WINDOW", "1"}}};
    for (int i = 0; i < 2; ++i)
      verdict_of(gateway, admin(10));
    CHECK(becomes(gateway, admin(10), too_many));
    CHECK(becomes(gateway, admin(10), "open"));
  }

  TEST_CASE("compat refuses too many attempts behind the 101") {
    gateway_process gateway{
      {{"WS_COMPAT", "true"}, {"WS_RATE_LIMIT_PER_IP", "1"}}};
    CHECK(verdict_of(gateway, "/ws/dialogs/10") == "open");
    CHECK(verdict_of(gateway, "/ws/dialogs/10") == "4008 Too many connections");
  }

  TEST_CASE("behind a trusted proxy every client has a window of its own") {
    gateway_process gateway{{{"WS_RATE_LIMIT_PER_IP", "1"}}};
    CHECK(verdict_of(gateway, admin(10), forwarded("203.0.113.1")) == "open");
    CHECK(verdict_of(gateway, admin(10), forwarded("203.0.113.2")) == "open");
    CHECK(verdict_of(gateway, admin(10), forwarded("203.0.113.1")) == too_many);
    // What the client itself put in front of the list is not believed.
    CHECK(verdict_of(gateway, admin(10), forwarded("8.8.8.8, 203.0.113.2"))
          == too_many);
    // Proxies behind the first one are skipped.
    CHECK(verdict_of(gateway, admin(10), forwarded("203.0.113.2, 10.0.0.7"))
          == too_many);
    CHECK(verdict_of(gateway, admin(10)) == "open");
  }

  TEST_CASE("an untrusted peer cannot name another address") {
    gateway_process gateway{
      {{"WS_RATE_LIMIT_PER_IP", "1"}, {"WS_TRUSTED_PROXIES", "10.0.0.0/8"}}};
    CHECK(verdict_of(gateway, admin(10), forwarded("203.0.113.1")) == "open");
    CHECK(verdict_of(gateway, admin(10), forwarded("203.0.113.2")) == too_many);
  }
}

} // namespace wsgw::tests
