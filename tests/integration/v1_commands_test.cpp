#include "tests/support/json_document.hpp"
#include "tests/support/running_hub.hpp"

#include <doctest/doctest.h>

namespace wsgw::tests {

namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

std::string v1(const std::string& target) { return target + "&v=1"; }

/// The next message of this type; others before it are skipped.
std::string read_type(ws_client& client, std::string_view type) {
  const auto start = R"({"type":")" + std::string{type} + '"';
  while (const auto text = client.read_text(patience))
    if (text->starts_with(start))
      return *text;
  FAIL_CHECK("no " << type);
  return "{}";
}

/// Connects and reads the hello; returns its `conn` in `conn`.
ws_client connect_v1(const gateway_process& gateway, const std::string& target,
                     std::string* conn = nullptr) {
  auto client = connect(gateway, v1(target));
  const json_document hello{read_type(client, "hello")};
  if (conn != nullptr)
    *conn = hello.text("/conn");
  return client;
}

environment_map fast_heartbeat() {
  return {{"WS_PING_INTERVAL_SECONDS", "0.3"},
          {"WS_PONG_TIMEOUT_SECONDS", "0.9"}};
}

std::string refresh(const std::string& token) {
  return R"({"type":"refresh","ref":7,"token":")" + token + "\"}";
}

} // namespace

TEST_SUITE("integration/v1_commands") {

  TEST_CASE("a v1 client that answers its pings lives on") {
    gateway_process gateway{fast_heartbeat()};
    auto client = connect_v1(gateway, admin_target(10));
    for (int i = 0; i < 6; ++i) {
      CHECK(json_document{read_type(client, "ping")}.number("/seq") == 0);
      client.send_text(R"({"type":"pong","seq":0})");
    }
  }

  TEST_CASE("a silent v1 client is closed at pong_ms") {
    gateway_process gateway{fast_heartbeat()};
    const auto start = clock::now();
    auto client = connect_v1(gateway, widget_target(10));
    const auto close = client.read_close(patience);
    REQUIRE(close.has_value());
    CHECK(close->close_code == 1001);
    CHECK(clock::now() - start >= 880ms);
    CHECK(clock::now() - start < 2500ms);
  }

  TEST_CASE("typing goes to the other side and not to the sender") {
    gateway_process gateway;
    std::string conn;
    auto admin = connect_v1(gateway, admin_target(10));
    auto legacy = connect(gateway, admin_target(10));
    auto site = connect_v1(gateway, site_target(10));
    auto widget = connect_v1(gateway, widget_target(10), &conn);
    widget.send_text(R"({"type":"typing","state":"start"})");
    const json_document heard{read_type(admin, "event")};
    CHECK(heard.text("/name") == "typing_start");
    CHECK(heard.text("/data/role") == "widget");
    CHECK(heard.text("/data/conn") == conn);
    CHECK(hears(legacy, R"({"type":"typing_start"})"));
    admin.send_text(R"({"type":"read","seq":43})");
    // The first event for widget and site is the admin's, not the widget's.
    for (auto* client : {&widget, &site}) {
      const json_document mark{read_type(*client, "event")};
      CHECK(mark.text("/name") == "read");
      CHECK(mark.number("/data/seq") == 43);
    }
  }

  TEST_CASE("acknowledgements show on the debug page") {
    running_hub hub;
    auto client = connect_v1(hub.gateway, admin_target(10));
    hub.publish(10, message_new(10, bare_message(1, "hi")));
    const json_document event{read_type(client, "event")};
    CHECK(event.number("/seq") == 1);
    client.send_text(R"({"type":"ack","seq":1})");
    CHECK(eventually([&] {
      const json_document page{hub.gateway.get("/debug/connections").body};
      return page.size("/connections") == 1
             && page.text("/connections/0/dialect") == "v1"
             && page.number("/connections/0/sent_seq") == 1
             && page.number("/connections/0/acked_seq") == 1;
    }));
  }

  TEST_CASE("commands beyond the rate are refused, then the client goes") {
    gateway_process gateway{{{"WS_COMMAND_RATE", "1"}}};
    auto client = connect_v1(gateway, admin_target(10));
    const auto start = clock::now();
    for (int i = 0; i < 3; ++i)
      client.send_text(R"({"type":"pull","after":0,"ref":"r"})");
    const json_document error{read_type(client, "error")};
    CHECK(error.text("/code") == "rate_limited");
    CHECK(error.text("/ref") == "r");
    // Without a second's pause for ten seconds.
    while (client.send_text(R"({"type":"pull","after":0})")) {
      const auto frame = client.read(400ms);
      if (frame && frame->opcode == op_close) {
        CHECK(frame->close_code == 4008);
        CHECK(frame->reason == "Too many commands");
        CHECK(clock::now() - start >= 10s);
        break;
      }
      REQUIRE(clock::now() - start < 20s);
    }
    CHECK(gateway.metric("wsgw_commands_refused_total") > 10);
  }

  TEST_CASE("a refresh lets a connection outlive its token") {
    gateway_process gateway;
    auto client =
      connect_v1(gateway, "/ws/dialogs/10?token=" + access_token("1", 3s));
    CHECK(json_document{read_type(client, "expiring")}.number("/in_ms")
          <= 3000);
    client.send_text(refresh(access_token("2")));
    CHECK(json_document{read_type(client, "error")}.text("/code")
          == "bad_token");
    client.send_text(refresh(access_token("1", 1h)));
    read_type(client, "refreshed");
    CHECK(!client.read_close(4s).has_value());
    client.send_text(R"({"type":"ping"})");
    read_type(client, "pong");
  }

  TEST_CASE("without a refresh a v1 connection ends with its token") {
    gateway_process gateway;
    auto client =
      connect_v1(gateway, "/ws/widget/dialogs/10?assistant_id=3&ticket="
                            + ticket("10", protocol::role::widget, 2s));
    read_type(client, "expiring");
    client.send_text(refresh(access_token("1"))); // it came with a ticket
    read_type(client, "error");
    const auto close = client.read_close(patience);
    REQUIRE(close.has_value());
    CHECK(close->close_code == 4001);
  }
}

} // namespace wsgw::tests
