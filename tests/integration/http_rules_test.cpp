#include "tests/support/json_document.hpp"
#include "tests/support/running_hub.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cctype>
#include <chrono>

namespace wsgw::tests {

namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

const std::vector<std::string> debug_paths{
  "/debug/connections", "/debug/actors", "/api/debug/websocket/status",
  "/api/debug/websocket/sync"};

header_pairs bearer(std::string_view token) {
  return {{"Authorization", "Bearer " + std::string{token}}};
}

std::string error_word(const http_reply& reply) {
  return json_document{reply.body}.text("/error");
}

bool is_hexadecimal(const std::string& text) {
  return std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return std::isxdigit(c) != 0; });
}

} // namespace

TEST_SUITE("integration/http_rules") {

  TEST_CASE("debug pages are for this machine only") {
    gateway_process gateway;
    for (const auto& path : debug_paths) {
      CAPTURE(path);
      CHECK(http_get(gateway.port(), path).status == 200);
      CHECK(http_get(gateway.port(), path, {{"Host", "localhost:8001"}}).status
            == 200);
      for (const auto& [name, value] :
           header_pairs{{"X-Forwarded-For", "127.0.0.1"},
                        {"X-Forwarded-For", "203.0.113.1"},
                        {"X-Real-IP", "127.0.0.1"},
                        {"Forwarded", "for=127.0.0.1"},
                        {"Origin", "http://localhost"},
                        {"Host", "evil.com"}}) {
        CAPTURE(name);
        const auto reply = http_get(gateway.port(), path, {{name, value}});
        CHECK(reply.status == 403);
        CHECK(error_word(reply) == "forbidden");
      }
    }
  }

  TEST_CASE("a bearer opens the debug pages from anywhere") {
    gateway_process gateway{{{"WS_DEBUG_TOKEN", std::string{debug_token}}}};
    for (const auto& path : debug_paths) {
      CAPTURE(path);
      auto headers = bearer(debug_token);
      headers.emplace_back("X-Forwarded-For", "203.0.113.1");
      CHECK(http_get(gateway.port(), path, headers).status == 200);
      CHECK(http_get(gateway.port(), path, bearer("wrong")).status == 401);
      CHECK(http_get(gateway.port(), path, bearer("")).status != 500);
    }
  }

  TEST_CASE("without a token no bearer is right") {
    gateway_process gateway;
    CHECK(http_get(gateway.port(), "/debug/actors", bearer("x")).status == 401);
  }

  TEST_CASE("every answer and every error names its request") {
    gateway_process gateway;
    const auto found = gateway.get("/health");
    CHECK_FALSE(found.header("x-request-id").empty());
    const auto missing = gateway.get("/nothing/here");
    CHECK(missing.status == 404);
    const auto id = missing.header("x-request-id");
    CHECK(id.size() == 16);
    CHECK(is_hexadecimal(id));
    const json_document error{missing.body};
    CHECK(error.text("/error") == "not_found");
    CHECK(error.text("/request_id") == id);
    CHECK_FALSE(error.text("/message").empty());
    CHECK(gateway.get("/health").header("x-request-id")
          != found.header("x-request-id"));
  }

  TEST_CASE("a sane request id of the caller is kept, another is not") {
    gateway_process gateway;
    const auto id_for = [&](const std::string& sent) {
      return http_get(gateway.port(), "/none", {{"X-Request-ID", sent}})
        .header("x-request-id");
    };
    CHECK(id_for("trace-42_a.b") == "trace-42_a.b");
    CHECK(id_for("a\"b<script>") != "a\"b<script>");
    CHECK(id_for(std::string(5000, 'x')).size() < 200);
  }

  TEST_CASE("a wrong method is told which are right") {
    gateway_process gateway;
    const auto reply = http_post(gateway.port(), "/health", "{}");
    CHECK(reply.status == 405);
    CHECK(error_word(reply) == "method_not_allowed");
    CHECK(reply.header("allow").find("GET") != std::string::npos);
    CHECK(
      http_exchange(gateway.port(), http_request_text("BREW", "/health")).status
      == 405);
  }

  TEST_CASE("HEAD is GET without the body") {
    gateway_process gateway;
    http_connection connection{gateway.port()};
    CHECK(connection.send("HEAD /docs HTTP/1.1\r\nHost: localhost\r\n\r\n"
                          "GET /live HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    const auto head = connection.read_reply(http_connection::body::none);
    CHECK(head.status == 200);
    CHECK(std::stoul(head.header("content-length")) > 1000);
    const auto live = connection.read_reply();
    CHECK(live.status == 200);
    CHECK(json_document{live.body}.has("/status"));
  }

  TEST_CASE("pipelined requests are answered in order on one connection") {
    gateway_process gateway;
    http_connection connection{gateway.port()};
    std::string requests;
    for (const std::string path : {"/live", "/none", "/health", "/docs"})
      requests += "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
    CHECK(connection.send(requests));
    CHECK(connection.read_reply().status == 200);
    CHECK(connection.read_reply().status == 404);
    CHECK(connection.read_reply().body.find("ws-gateway") != std::string::npos);
    CHECK(connection.read_reply().body.find("<html") != std::string::npos);
  }

  TEST_CASE("a head of 16 KiB is too large") {
    gateway_process gateway;
    const auto with_filler = [&](std::size_t size) {
      return http_get(gateway.port(), "/live",
                      {{"X-Filler", std::string(size, 'x')}});
    };
    CHECK(with_filler(12'000).status == 200);
    const auto refused = with_filler(20'000);
    CHECK(refused.status == 431);
    CHECK(error_word(refused) == "head_too_large");
    CHECK(json_document{refused.body}.text("/request_id")
          == refused.header("x-request-id"));
  }

  TEST_CASE("a body of more than 16 MiB is refused before it is read") {
    gateway_process gateway{{}, {"--demo"}};
    const auto reply = http_exchange(
      gateway.port(),
      "POST /api/site/dialogs/1/messages?site_token=" + site_token()
        + " HTTP/1.1\r\nHost: localhost\r\n"
          "Content-Type: application/json\r\n"
          "Content-Length: 16777217\r\n\r\n");
    CHECK(reply.status == 413);
    CHECK(error_word(reply) == "body_too_large");
  }

  TEST_CASE("what is not HTTP is answered 400 and cut") {
    gateway_process gateway;
    for (const std::string_view bytes :
         {"nonsense\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n",
          "\x16\x03\x01\x02\r\n\r\n",
          "GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
          "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: "
          "2\r\n\r\n"}) {
      CAPTURE(bytes);
      http_connection connection{gateway.port()};
      connection.send(bytes);
      CHECK(connection.read_reply().status == 400);
      std::string rest;
      CHECK(eventually([&] {
        connection.socket().receive(rest, 50ms);
        return connection.socket().at_end();
      }));
    }
    CHECK(gateway.get("/live").status == 200);
  }

  TEST_CASE("a request that takes too long to arrive is cut") {
    gateway_process gateway{{{"WS_HANDSHAKE_TIMEOUT", "300ms"}}};
    const auto handshake = ws_client::handshake_text(admin_target(10));
    for (const auto& sent : {std::string{}, handshake.substr(0, 20),
                             handshake.substr(0, handshake.size() - 2)}) {
      CAPTURE(sent);
      raw_socket socket{gateway.port(), {}};
      socket.send(sent);
      const auto start = clock::now();
      socket.receive_all(patience);
      CHECK(socket.at_end());
      CHECK(clock::now() - start >= 250ms);
      CHECK(clock::now() - start < 3s);
    }
  }

  TEST_CASE("a request that trickles in is cut all the same") {
    gateway_process gateway{{{"WS_HANDSHAKE_TIMEOUT", "400ms"}}};
    raw_socket socket{gateway.port(), {}};
    const auto start = clock::now();
    std::string ignored;
    while (clock::now() - start < 5s && !socket.at_end()) {
      socket.send("G");
      socket.receive(ignored, 40ms);
    }
    CHECK(socket.at_end());
  }

  TEST_CASE("an established WebSocket outlives the handshake timeout") {
    gateway_process gateway{{{"WS_HANDSHAKE_TIMEOUT", "200ms"}}};
    auto client = connect(gateway, admin_target(10));
    CHECK_FALSE(client.read(600ms).has_value());
    client.send_text("__ping__");
    CHECK(client.read_text() == "__pong__");
  }

  TEST_CASE("a page from elsewhere cannot read the debug pages by preflight") {
    gateway_process gateway;
    const auto reply = http_exchange(
      gateway.port(), http_request_text("OPTIONS", "/debug/actors",
                                        {{"Origin", "https://evil.com"}}));
    CHECK(reply.status >= 400);
    CHECK(reply.header("access-control-allow-origin").empty());
  }
}

} // namespace wsgw::tests
