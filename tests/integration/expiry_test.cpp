#include "tests/support/running_hub.hpp"

#include <doctest/doctest.h>

namespace wsgw::tests {

namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

/// Checks that a connection whose credential has `ttl` left stays and works
/// until then and is closed 4001.
void check_expires(const gateway_process& gateway, const std::string& target,
                   std::chrono::seconds ttl) {
  const auto start = clock::now();
  auto client = connect(gateway, target);
  client.send_text("__ping__");
  CHECK(client.read_text() == "__pong__");
  const auto close = client.read_close(ttl + patience);
  REQUIRE(close.has_value());
  CHECK(close->close_code == 4001);
  CHECK(close->reason == "Token expired");
  // A token's times are whole seconds.
  CHECK(clock::now() - start >= ttl - 1100ms);
  CHECK(clock::now() - start <= ttl + 3s);
}

} // namespace

TEST_SUITE("integration/expiry") {

  TEST_CASE("a connection ends with the access token it came with") {
    gateway_process gateway;
    check_expires(gateway, "/ws/dialogs/10?token=" + access_token("1", 2s), 2s);
  }

  TEST_CASE("a connection ends with its widget ticket") {
    gateway_process gateway;
    check_expires(gateway,
                  "/ws/widget/dialogs/10?assistant_id=3&ticket="
                    + ticket("10", protocol::role::widget, 2s),
                  2s);
  }

  TEST_CASE("a connection ends with a site token that has an end") {
    gateway_process gateway;
    const auto claims =
      R"({"user_id":6,"type":"site","exp":)" + unix_time(2s) + "}";
    check_expires(
      gateway,
      "/ws/site/dialogs/10?site_token=" + sign_jwt(claims, site_secret), 2s);
  }
}

} // namespace wsgw::tests
