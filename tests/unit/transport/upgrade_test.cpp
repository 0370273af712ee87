#include "protocol/frame.hpp"
#include "tests/support/ws_client.hpp"
#include "tests/unit/transport/served_loops.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace wsgw::tests;
using wsgw::transport::http_limits;
using wsgw::transport::upgrade;

namespace {

using handshake = std::unique_ptr<upgrade>;

http_limits short_limits() {
  http_limits limits;
  limits.handshake_timeout = std::chrono::milliseconds{200};
  return limits;
}

} // namespace

TEST_SUITE("transport/upgrade") {
  TEST_CASE("the application sees the request") {
    served_loops server;
    server.upgrade = [](handshake u) {
      const auto& r = u->request();
      u->refuse({403,
                 "text/plain",
                 r.method + r.target + r.peer + r.joined("x-a") + r.id,
                 {}});
    };
    const auto client = ws_client::connect(
      server.port(), "/ws/x?a=b",
      {{"X-A", "1"}, {"x-a", "2"}, {"X-Request-ID", "my-id"}});
    CHECK(client.status() == 403);
    CHECK(client.body() == "GET/ws/x?a=b127.0.0.11, 2my-id");
    CHECK(client.header("Connection") == "close");
    CHECK(client.header("X-Request-ID") == "my-id");
  }

  TEST_CASE("a refused connection is closed") {
    served_loops server;
    server.upgrade = [](handshake u) {
      u->refuse({429, "text/plain", "slow down", {{"Retry-After", "7"}}});
    };
    auto client = ws_client::connect(server.port(), "/ws/x");
    CHECK(client.status() == 429);
    CHECK(client.header("Retry-After") == "7");
    CHECK(client.closed());
  }

  TEST_CASE("the 101 selects a subprotocol only when told to") {
    served_loops server;
    const auto selected = [&] {
      return ws_client::connect(server.port(), "/ws/x")
        .header("Sec-WebSocket-Protocol");
    };
    CHECK(selected().empty());
    server.run([&] { server.limits.subprotocol = "wsgw.v1"; });
    CHECK(selected() == "wsgw.v1");
  }

  TEST_CASE("a dropped upgrade closes the socket") {
    served_loops server;
    server.upgrade = [](handshake u) { u.reset(); };
    auto client = ws_client::connect(server.port(), "/ws/x");
    CHECK(client.status() == 0);
    CHECK(client.socket().at_end());
  }

  TEST_CASE("an upgrade moves to another loop with its early frames") {
    served_loops server{3};
    std::size_t target = 0;
    SUBCASE("0") { target = 0; }
    SUBCASE("1") { target = 1; }
    SUBCASE("2") { target = 2; }
    server.upgrade = [&](handshake u) {
      u->move_to(server.loop(target), [&](handshake moved) {
        CHECK(&moved->loop() == &server.loop(target));
        CHECK(server.loop(target).is_current());
        CHECK(moved->request().target == "/ws/x");
        server.accept(*moved);
      });
    };
    raw_socket socket{server.port(), {}};
    socket.send(ws_client::handshake_text("/ws/x")
                + ws_client::encode(op_text, true, "early"));
    const auto got = socket.receive_until("early");
    CHECK(got.find("101 Switching") != std::string::npos);
    CHECK(got.find("\x81\x05"
                   "early")
          != std::string::npos);
  }

  TEST_CASE("an upgrade in flight to a stopped loop is closed") {
    ws_client client;
    {
      served_loops server{2};
      server.loop(1).stop();
      server.upgrade = [&](handshake u) {
        u->move_to(server.loop(1), [](handshake) {});
      };
      raw_socket::options how;
      how.timeout = milliseconds{300};
      // The kernel may hand it to the stopped loop's listener: that is closed
      // in the end as well.
      client = ws_client::connect(server.port(), "/ws/x", {}, how);
    }
    CHECK(client.closed());
  }

  TEST_CASE("nobody's upgrade is closed at the deadline") {
    served_loops server{1, short_limits()};
    handshake kept;
    server.upgrade = [&](handshake u) { kept = std::move(u); };
    auto client = ws_client::connect(server.port(), "/ws/x");
    CHECK(client.status() == 0);
    CHECK(client.socket().at_end());
    server.run([&] {
      server.accept(*kept);
      kept.reset();
    });
    const auto record = server.record();
    CHECK(record->wait([](const recorder& r) { return r.closes == 1; }));
    CHECK(record->closed->code == 1006);
    CHECK_FALSE(record->is_open);
  }

  TEST_CASE("a handshake without a key is an ordinary request") {
    served_loops server;
    const auto client =
      ws_client::connect(server.port(), "/ws/x", {{"Sec-WebSocket-Key", ""}});
    CHECK(client.status() == 200);
    CHECK(client.body() == "GET /ws/x ");
  }

  TEST_CASE("another version is answered by 426 with ours") {
    served_loops server;
    const auto client = ws_client::connect(server.port(), "/ws/x",
                                           {{"Sec-WebSocket-Version", "8"}});
    CHECK(client.status() == 426);
    CHECK(client.header("Sec-WebSocket-Version") == "13");
  }

  TEST_CASE("a malformed handshake is answered by 400") {
    served_loops server;
    ws_client::header_list extra;
    SUBCASE("short key") { extra = {{"Sec-WebSocket-Key", "AAAA"}}; }
    SUBCASE("long key") {
      extra = {{"Sec-WebSocket-Key", std::string(60, 'A')}};
    }
    SUBCASE("no base64") {
      extra = {{"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub2*jZQ=="}};
    }
    SUBCASE("no Connection: upgrade") { extra = {{"Connection", "close"}}; }
    SUBCASE("a body") { extra = {{"Content-Length", "3"}}; }
    const auto client = ws_client::connect(server.port(), "/ws/x", extra);
    CHECK(client.status() == 400);
  }

  TEST_CASE("header names and tokens match in any case and in lists") {
    served_loops server;
    const auto client =
      ws_client::connect(server.port(), "/ws/x",
                         {{"upgrade", "WebSocket"},
                          {"CONNECTION", "keep-alive, UPGRADE"},
                          {"Sec-WebSocket-Protocol", "graphql-ws, other"}});
    CHECK(client.is_open());
    CHECK(client.header("Sec-WebSocket-Protocol").empty());
  }
}
