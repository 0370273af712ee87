#include "tests/support/json_document.hpp"
#include "tests/support/running_hub.hpp"
#include "tests/support/verdict.hpp"

#include <doctest/doctest.h>

namespace wsgw::tests {

namespace {

ws_client attempt(const gateway_process& gateway,
                  const ws_client::header_list& headers) {
  return ws_client::connect(gateway.port(), admin_target(10), headers);
}

} // namespace

TEST_SUITE("integration/handshake") {

  TEST_CASE("the answer to a handshake is a plain 101") {
    gateway_process gateway;
    const auto client =
      attempt(gateway, {{"Sec-WebSocket-Extensions", "permessage-deflate"},
                        {"Sec-WebSocket-Protocol", "chat, superchat"}});
    CHECK(client.is_open()); // the accept key was right
    CHECK(client.header("Upgrade") == "websocket");
    const auto connection = client.header("Connection");
    CHECK((connection == "Upgrade" || connection == "upgrade"));
    CHECK(client.header("Sec-WebSocket-Extensions").empty());
    CHECK(client.header("Sec-WebSocket-Protocol").empty());
  }

  TEST_CASE("header names and tokens match without regard to case") {
    gateway_process gateway;
    CHECK(attempt(gateway, {{"Connection", "keep-alive, upGRADE"},
                            {"Upgrade", "WebSocket"}})
            .is_open());
  }

  TEST_CASE("a malformed upgrade is 400 with a reason") {
    gateway_process gateway;
    for (const ws_client::header_list& headers :
         {ws_client::header_list{{"Sec-WebSocket-Key", ""}},
          ws_client::header_list{{"Sec-WebSocket-Key", "short"}}}) {
      auto client = attempt(gateway, headers);
      CHECK(verdict_of(client) == "HTTP 400 bad_upgrade");
      CHECK(json_document{client.body()}.text("/request_id")
            == client.header("X-Request-ID"));
    }
  }

  TEST_CASE("another version of the protocol is told ours") {
    gateway_process gateway;
    for (const std::string version : {"8", "14", ""}) {
      const auto client =
        attempt(gateway, {{"Sec-WebSocket-Version", version}});
      CAPTURE(version);
      CHECK(client.status() >= 400);
      CHECK(client.status() <= 426);
    }
    CHECK(attempt(gateway, {{"Sec-WebSocket-Version", "8"}})
            .header("Sec-WebSocket-Version")
          == "13");
  }

  TEST_CASE("a WebSocket path without an upgrade is an HTTP error") {
    gateway_process gateway;
    const auto reply = gateway.get(admin_target(10));
    CHECK(reply.status >= 400);
    CHECK(reply.status < 500);
    CHECK(json_document{reply.body}.has("/error"));
    CHECK(http_post(gateway.port(), admin_target(10), "{}").status >= 400);
  }

  TEST_CASE("the test endpoint greets and closes") {
    gateway_process gateway;
    auto client = connect(gateway, "/ws/widget/test");
    CHECK(client.read_text() == R"({"type":"test","status":"ok"})");
    const auto close = client.read_close();
    REQUIRE(close.has_value());
    CHECK(close->close_code == 1000);
  }

  TEST_CASE("the deployment guide's curl is answered on the test endpoint") {
    gateway_process gateway;
    const auto reply = http_exchange(
      gateway.port(), "GET /ws/widget/test HTTP/1.1\r\nHost: localhost\r\n"
                      "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
    CHECK(reply.status == 200);
    const json_document body{reply.body};
    CHECK(body.text("/status") == "ok");
    CHECK(body.text("/websocket") == "send Sec-WebSocket-Key to upgrade");
  }

  TEST_CASE("echo exists only when it is switched on") {
    gateway_process closed;
    CHECK(verdict_of(closed, "/ws/echo") == "HTTP 404 not_found");
    gateway_process gateway{{{"WS_ECHO", "true"}}};
    auto client = connect(gateway, "/ws/echo");
    client.send_text("привет");
    CHECK(client.read_text() == "привет");
    client.send_binary(std::string{"\x00\xff", 2});
    const auto answer = client.read();
    REQUIRE(answer.has_value());
    CHECK(answer->opcode == op_binary);
    CHECK(answer->payload == std::string{"\x00\xff", 2});
  }

  TEST_CASE("frames sent together with the handshake are not lost") {
    running_hub hub;
    raw_socket socket{hub.gateway.port(), {}};
    std::string all = ws_client::handshake_text(admin_target(10));
    for (int i = 0; i < 3; ++i)
      all += ws_client::encode(op_text, true, "__ping__");
    socket.send(all);
    const auto pong = std::string{"\x81\x08"} + "__pong__";
    const auto expected = pong + pong + pong;
    std::string got;
    CHECK(eventually([&] {
      socket.receive(got);
      return got.ends_with("\r\n\r\n" + expected);
    }));
  }

  TEST_CASE("a handshake may come byte by byte") {
    gateway_process gateway;
    raw_socket socket{gateway.port(), {}};
    for (const char byte : ws_client::handshake_text(admin_target(10)))
      REQUIRE(socket.send({&byte, 1}));
    CHECK(socket.receive_until("\r\n\r\n").starts_with("HTTP/1.1 101"));
  }

  TEST_CASE("a thousand connections come and go and leave nothing") {
    gateway_process gateway;
    for (int i = 0; i < 1000; ++i) {
      auto client = connect(gateway, admin_target(1 + i % 40));
      if (i % 3 == 0)
        client.send_close();
      else if (i % 3 == 1)
        client.socket().abort();
    }
    CHECK(eventually(
      [&] { return gateway.metric("websocket_connections_total") == 0; }));
    const json_document actors{gateway.get("/debug/actors").body};
    CHECK(actors.number("/total") <= 50);
  }
}

} // namespace wsgw::tests
