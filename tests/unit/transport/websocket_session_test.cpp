#include "protocol/frame.hpp"
#include "tests/support/ws_client.hpp"
#include "tests/unit/transport/served_loops.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <exception>
#include <stdexcept>
#include <string>

using namespace wsgw::tests;
using wsgw::protocol::text_frame;
using wsgw::transport::connection;
using wsgw::transport::send_result;
using wsgw::transport::unsent;

namespace {

struct websocket_fixture : served_loops {
  ws_client client = ws_client::connect(port(), "/ws/x");

  bool is_closed_with(std::uint16_t code, std::size_t n = 0) {
    return record(n)->wait(
      [code](const recorder& r) { return r.closed && r.closed->code == code; });
  }
  void with_socket(const std::function<void(connection&)>& fn) {
    const auto one = record();
    CHECK(one->wait([](const recorder& r) { return r.is_open; }));
    run([&] { fn(*one->socket); });
  }
};

} // namespace

TEST_SUITE("transport/websocket_session") {
  TEST_CASE_FIXTURE(websocket_fixture, "a handshake is answered by 101") {
    CHECK(client.is_open());
    CHECK(client.header("Server") == "ws-gateway");
    CHECK(client.header("X-Request-ID").size() == 16);
    CHECK(client.header("Sec-WebSocket-Extensions").empty());
  }

  TEST_CASE_FIXTURE(websocket_fixture, "texts arrive and are answered") {
    for (const auto& text :
         {std::string{}, std::string{"short"}, std::string(128, 'a'),
          std::string(129, 'b'), std::string(16384, 'c')}) {
      client.send_text(text);
      CHECK(client.read_text() == text);
    }
  }

  TEST_CASE_FIXTURE(websocket_fixture, "fragments become one message") {
    client.send_frame(op_text, false, "a");
    client.send_frame(op_continuation, false, std::string(300, 'b'));
    client.send_ping("between");
    client.send_frame(op_continuation, true, "c");
    CHECK(client.read()->opcode == op_pong);
    CHECK(client.read_text() == "a" + std::string(300, 'b') + "c");
  }

  TEST_CASE_FIXTURE(websocket_fixture, "binary goes to its own callback") {
    client.send_binary(std::string("\0\xFF", 2));
    CHECK(record()->wait([](const recorder& r) {
      return r.binaries == std::vector{std::string("\0\xFF", 2)};
    }));
  }

  TEST_CASE_FIXTURE(websocket_fixture, "pings are answered, pongs reported") {
    client.send_ping("hello");
    const auto pong = client.read();
    REQUIRE(pong);
    CHECK(pong->opcode == op_pong);
    CHECK(pong->payload == "hello");
    with_socket([](connection& c) { c.ping(); });
    CHECK(client.read()->opcode == op_ping);
    client.send_frame(op_pong, true, "");
    CHECK(record()->wait([](const recorder& r) { return r.pongs == 1; }));
  }

  TEST_CASE_FIXTURE(websocket_fixture, "the peer's close is echoed") {
    client.send_close(4321, "bye");
    const auto answer = client.read_close();
    REQUIRE(answer);
    CHECK(answer->close_code == 4321);
    CHECK(answer->reason == "bye");
    CHECK(client.closed());
    CHECK(is_closed_with(4321));
    CHECK(record()->closed->reason == "bye");
    CHECK(record()->closed->by_peer);
    CHECK(record()->closes == 1);
  }

  TEST_CASE_FIXTURE(websocket_fixture, "a close without code counts as 1005") {
    client.send_frame(op_close, true, "");
    CHECK(client.read_close());
    CHECK(is_closed_with(1005));
    CHECK(record()->closed->by_peer);
  }

  TEST_CASE_FIXTURE(websocket_fixture, "our close waits for the answer") {
    with_socket([](connection& c) {
      c.send(text_frame("last"));
      c.close({4001, "Token expired"});
      CHECK(c.send(text_frame("too late")) == send_result::closed);
      c.close({1000, "second"});
    });
    CHECK(client.read_text() == "last");
    const auto close = client.read();
    REQUIRE(close);
    CHECK(close->close_code == 4001);
    CHECK(close->reason == "Token expired");
    client.send_text("ignored");
    CHECK_FALSE(record()->closed);
    client.send_close(4001);
    CHECK(is_closed_with(4001));
    CHECK_FALSE(record()->closed->by_peer);
    CHECK(record()->texts.empty());
    CHECK_FALSE(client.read());
  }

  TEST_CASE_FIXTURE(websocket_fixture, "a lost peer counts as 1006") {
    CHECK(record()->wait([](const recorder& r) { return r.is_open; }));
    SUBCASE("by end of stream") { client.socket().close(); }
    SUBCASE("by reset") { client.socket().abort(); }
    CHECK(is_closed_with(1006));
    CHECK(record()->closed->by_peer);
  }

  TEST_CASE_FIXTURE(websocket_fixture, "a broken protocol is closed by code") {
    std::uint16_t code = 1002;
    SUBCASE("a reserved opcode") { client.send_frame(3, true, "x"); }
    SUBCASE("a reserved bit") { client.send_raw("\xC1\x80\1\2\3\4"); }
    SUBCASE("no mask") { client.send_raw("\x81\x01x"); }
    SUBCASE("a long ping") { client.send_ping(std::string(126, 'x')); }
    SUBCASE("a stray continuation") {
      client.send_frame(op_continuation, true, "x");
    }
    SUBCASE("a bad close code") { client.send_close(1005); }
    SUBCASE("bad UTF-8") {
      client.send_text("\xC3\x28");
      code = 1007;
    }
    SUBCASE("a long message") {
      client.send_raw(ws_client::encode(op_text, true, std::string(16385, 'x'))
                        .substr(0, 10));
      code = 1009;
    }
    SUBCASE("many fragments") {
      for (int i = 0; i < 3; ++i)
        client.send_frame(i == 0 ? op_text : op_continuation, false,
                          std::string(8000, 'x'));
      code = 1009;
    }
    const auto close = client.read_close();
    REQUIRE(close);
    CHECK(close->close_code == code);
    CHECK(is_closed_with(code));
    CHECK_FALSE(record()->closed->by_peer);
    CHECK(client.closed());
    CHECK_FALSE(client.socket().was_reset());
  }

  TEST_CASE("frames right behind the request are processed") {
    served_loops server;
    raw_socket socket{server.port(), {}};
    socket.send(ws_client::handshake_text("/ws/x")
                + ws_client::encode(op_text, true, "early")
                + ws_client::encode(op_text, true, std::string(2000, 'e')));
    const auto got = socket.receive_until("eeee");
    CHECK(got.find("101 Switching") != std::string::npos);
    CHECK(server.record()->wait([](const recorder& r) {
      return r.texts
             == std::vector{std::string{"early"}, std::string(2000, 'e')};
    }));
  }

  TEST_CASE("an exception at the opening ends the connection") {
    served_loops server;
    server.opened = [](connection&) { throw std::runtime_error{"a bug"}; };
    std::atomic<int> failures{0};
    server.run([&] {
      server.loop().on_failure([&](std::exception_ptr) { ++failures; });
    });
    auto client = ws_client::connect(server.port(), "/ws/x");
    CHECK(client.closed());
    CHECK(
      server.record()->wait([](const recorder& r) { return r.closes == 1; }));
    server.run([] {}); // behind the handler that failed
    CHECK(failures == 1);
  }

  TEST_CASE("an exception in a handler ends only its connection") {
    served_loops server;
    server.text = [](connection&, std::string_view) {
      throw std::runtime_error{"a bug"};
    };
    std::atomic<int> failures{0};
    server.run([&] {
      server.loop().on_failure([&](std::exception_ptr) { ++failures; });
    });
    auto client = ws_client::connect(server.port(), "/ws/x");
    auto other = ws_client::connect(server.port(), "/ws/x");
    client.send_text("boom");
    CHECK(client.closed());
    CHECK(
      server.record()->wait([](const recorder& r) { return r.closes == 1; }));
    server.run([] {}); // behind the handler that failed
    CHECK(failures == 1);
    other.send_ping();
    CHECK(other.read()->opcode == op_pong);
  }
}
