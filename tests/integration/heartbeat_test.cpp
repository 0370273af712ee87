#include "tests/support/running_hub.hpp"

#include <doctest/doctest.h>

#include <regex>

namespace wsgw::tests {

namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

/// The reference's 25 and 40 seconds, fifty times as fast.
environment_map fast_heartbeat() {
  return {{"WS_PING_INTERVAL_SECONDS", "0.5"},
          {"WS_PONG_TIMEOUT_SECONDS", "0.8"}};
}

/// Answers every `__ping__` with `answer` until `count` have come; false when
/// the hub closes before.
template <class Answer>
bool survives(ws_client& client, int count, Answer&& answer) {
  for (int i = 0; i < count; ++i) {
    if (client.read_text(patience) != "__ping__")
      return false;
    answer(client);
  }
  return true;
}

bool is_heartbeat_timeout(ws_client& client) {
  const auto close = client.read_close(patience);
  return close && close->close_code == 1001
         && close->reason == "Heartbeat timeout";
}

} // namespace

TEST_SUITE("integration/heartbeat") {

  TEST_CASE("a silent client gets two pings and is closed with the second") {
    gateway_process gateway{fast_heartbeat()};
    const auto start = clock::now();
    auto client = connect(gateway, admin_target(10));
    CHECK(client.read_text(patience) == "__ping__");
    const auto first = clock::now() - start;
    CHECK(client.read_text(patience) == "__ping__");
    CHECK(is_heartbeat_timeout(client));
    const auto end = clock::now() - start;
    CHECK(first >= 480ms);
    CHECK(end >= 980ms);
    CHECK(end < 2500ms);
  }

  TEST_CASE("a client that answers lives on") {
    gateway_process gateway{fast_heartbeat()};
    auto client = connect(gateway, site_target(10));
    CHECK(survives(client, 6, [](auto& c) { c.send_text("__pong__"); }));
  }

  TEST_CASE("any data frame is a sign of life") {
    gateway_process gateway{fast_heartbeat()};
    auto client = connect(gateway, widget_target(10));
    CHECK(survives(client, 4,
                   [](auto& c) { c.send_text(R"({"type":"nothing"})"); }));
  }

  TEST_CASE("protocol pings and pongs are no sign of life") {
    gateway_process gateway{fast_heartbeat()};
    auto client = connect(gateway, admin_target(10));
    CHECK_FALSE(survives(client, 6, [](auto& c) {
      c.send_frame(op_pong, true, "");
      c.send_ping("alive?");
    }));
  }

  TEST_CASE("a client's own __ping__ is answered at once") {
    gateway_process gateway;
    for (const auto& target :
         {admin_target(10), widget_target(10), site_target(10)}) {
      auto client = connect(gateway, target);
      client.send_text("__ping__");
      CHECK(client.read_text() == "__pong__");
    }
  }

  TEST_CASE("what a legacy client says besides is ignored") {
    gateway_process gateway;
    auto client = connect(gateway, admin_target(10));
    for (const auto* text :
         {"__pong__", "hello", R"({"type":"pull","after":1})",
          R"({"type":"ack","messageId":"m1"})", "", "[]"})
      client.send_text(text);
    client.send_text("__ping__");
    CHECK(client.read_text() == "__pong__");
  }

  TEST_CASE("an inbox is pinged in JSON and by the protocol") {
    gateway_process gateway{fast_heartbeat()};
    auto client = connect(gateway, inbox_target("1"));
    REQUIRE(client.read_text().has_value()); // the greeting
    const std::regex json_ping{
      R"re(\{"type": "ping", "timestamp": ")re"
      R"re(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}"\})re"};
    int json_pings = 0;
    int protocol_pings = 0;
    while (json_pings < 3 || protocol_pings < 3) {
      const auto frame = client.read(patience);
      REQUIRE(frame.has_value());
      if (frame->opcode == op_ping) {
        ++protocol_pings;
        client.send_frame(op_pong, true, frame->payload);
        continue;
      }
      REQUIRE(frame->opcode == op_text);
      CHECK(std::regex_match(frame->payload, json_ping));
      ++json_pings;
    }
  }

  TEST_CASE("an inbox whose peer is gone is closed") {
    gateway_process gateway{fast_heartbeat()};
    auto client = connect(gateway, inbox_target("1"));
    CHECK(is_heartbeat_timeout(client));
  }

  TEST_CASE("a client that ends without a word is forgotten") {
    gateway_process gateway{fast_heartbeat()};
    auto client = connect(gateway, admin_target(10));
    CHECK(gateway.metric("websocket_connections_total") == 1);
    CHECK(is_heartbeat_timeout(client));
    // It does not answer the close frame: TCP is cut all the same.
    CHECK(client.closed(patience));
    CHECK(eventually(
      [&] { return gateway.metric("websocket_connections_total") == 0; }));
  }
}

} // namespace wsgw::tests
