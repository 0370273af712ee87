#include "tests/support/gateway_fixture.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace wsgw;
using namespace wsgw::tests;

namespace {

const transport::header_list offer{
  {"sec-websocket-protocol", "chat"},
  {"sec-websocket-protocol", "other, wsgw.v1"},
};

struct dialect_gate : gateway_fixture {
  /// What the 101 selects.
  std::string selected(const std::string& target,
                       const transport::header_list& headers = offer) {
    const auto shake = arrive(target, "192.0.2.7", headers);
    REQUIRE(shake->limits);
    return shake->limits->subprotocol;
  }
};

} // namespace

TEST_SUITE("actors/socket_gateway: dialect") {
  TEST_CASE_FIXTURE(dialect_gate, "an offered subprotocol is selected") {
    CHECK(selected(with_token("/ws/dialogs/10")) == "wsgw.v1");
    CHECK(selected(with_token("/ws/dialogs/10") + "&v=1") == "wsgw.v1");
  }

  TEST_CASE_FIXTURE(dialect_gate, "what was not offered is not selected") {
    CHECK(selected(with_token("/ws/dialogs/10"), {}).empty());
    CHECK(selected(with_token("/ws/dialogs/10") + "&v=1", {}).empty());
    CHECK(selected(with_token("/ws/dialogs/10"),
                   {{"sec-websocket-protocol", "chat, WSGW.V1"}})
            .empty());
  }

  TEST_CASE_FIXTURE(dialect_gate, "a refusal selects it too, to be readable") {
    CHECK(selected("/ws/dialogs/10?token=nonsense") == "wsgw.v1");
  }

  TEST_CASE_FIXTURE(dialect_gate, "an inbox stays legacy") {
    CHECK(selected(with_token("/ws/dialogs")).empty());
    CHECK(selected("/ws/widget/test").empty());
  }
}
