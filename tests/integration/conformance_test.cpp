#include "tests/support/running_hub.hpp"

#include <doctest/doctest.h>

// RFC 6455 sections 5 to 8 as far as a server can break them.

namespace wsgw::tests {

namespace {

/// A gateway whose echo endpoint sends back what it understood.
struct echoing {
  gateway_process gateway{{{"WS_ECHO", "true"}}};
  ws_client client = connect(gateway, "/ws/echo");

  /// A new connection that sends `bytes`; the code that it is closed with.
  std::uint16_t code_for(std::string_view bytes) {
    return code_at("/ws/echo", bytes);
  }
  std::uint16_t code_at(const std::string& target, std::string_view bytes) {
    auto fresh = connect(gateway, target);
    fresh.send_raw(bytes);
    const auto close = fresh.read_close(patience);
    fresh.send_close(); // a polite peer is not waited for
    CHECK(fresh.closed(patience));
    return close ? close->close_code : 1006;
  }
};

std::string frame(std::uint8_t op, bool fin, std::string_view payload) {
  return ws_client::encode(op, fin, payload);
}

/// A frame with extra bits in its first byte (RSV1 is 0x40).
std::string with_bits(std::uint8_t bits, std::string frame) {
  frame[0] = static_cast<char>(frame[0] | bits);
  return frame;
}

/// The head of a masked frame that claims `size` bytes, without them.
std::string claim(std::uint64_t size) {
  std::string head{"\x81\xff"};
  for (int i = 7; i >= 0; --i)
    head += static_cast<char>(size >> (8 * i));
  return head + "mask";
}

std::string close_payload(std::uint16_t code, std::string_view reason = {}) {
  std::string payload{static_cast<char>(code >> 8),
                      static_cast<char>(code & 0xFF)};
  return payload.append(reason);
}

} // namespace

TEST_SUITE("integration/conformance") {

  TEST_CASE("fragments are one message, control frames may come between") {
    echoing at;
    at.client.send_frame(op_text, false, "frag");
    at.client.send_ping("between");
    at.client.send_frame(op_continuation, false, "");
    at.client.send_frame(op_continuation, true, "ments");
    const auto pong = at.client.read();
    REQUIRE(pong.has_value());
    CHECK(pong->opcode == op_pong);
    CHECK(pong->payload == "between");
    CHECK(at.client.read_text() == "fragments");
  }

  TEST_CASE("a character may be split between fragments") {
    echoing at;
    at.client.send_frame(op_text, false, "\xD0");
    at.client.send_frame(op_continuation, true, "\xAF");
    CHECK(at.client.read_text() == "Я");
  }

  TEST_CASE("a ping of 125 bytes comes back whole") {
    echoing at;
    const std::string payload(125, '\xFE');
    at.client.send_ping(payload);
    const auto pong = at.client.read();
    REQUIRE(pong.has_value());
    CHECK(pong->opcode == op_pong);
    CHECK(pong->payload == payload);
  }

  TEST_CASE("messages of every length form come back whole") {
    echoing at;
    for (const std::size_t size :
         {0, 1, 125, 126, 127, 65535, 65536, 1 << 20}) {
      const std::string text(size, 'x');
      at.client.send_text(text);
      CHECK((at.client.read_text() == text));
    }
  }

  TEST_CASE("frames may come byte by byte") {
    echoing at;
    for (const char byte : frame(op_text, true, "slowly"))
      REQUIRE(at.client.send_raw({&byte, 1}));
    CHECK(at.client.read_text() == "slowly");
  }

  TEST_CASE("text that is not UTF-8 closes 1007") {
    echoing at;
    for (const std::string_view bad :
         {"\xFF", "\xC0\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "a\xD0"})
      CHECK(at.code_for(frame(op_text, true, bad)) == 1007);
    CHECK(at.code_for(frame(op_text, false, "ok")
                      + frame(op_continuation, true, "\xFF"))
          == 1007);
    CHECK(at.code_at(admin_target(10), frame(op_text, true, "\xFF")) == 1007);
  }

  TEST_CASE("frames against the rules close 1002") {
    echoing at;
    auto unmasked = std::string{"\x81\x02hi"};
    const std::string long_ping(126, 'p');
    for (const auto& bytes :
         {unmasked, with_bits(0x40, frame(op_text, true, "x")),
          with_bits(0x20, frame(op_text, true, "x")),
          with_bits(0x10, frame(op_text, true, "x")), frame(3, true, "x"),
          frame(0x0B, true, ""), frame(op_ping, false, "x"),
          frame(op_ping, true, long_ping), frame(op_continuation, true, "x"),
          frame(op_text, false, "a") + frame(op_text, true, "b")}) {
      CAPTURE(bytes);
      CHECK(at.code_for(bytes) == 1002);
      CHECK(at.code_at(site_target(10), bytes) == 1002);
    }
  }

  TEST_CASE("a message over the limit closes 1009 before it is sent") {
    echoing at;
    const auto target = admin_target(10);
    CHECK(at.code_at(target, claim(70'000)) == 1009);
    CHECK(at.code_at(target, claim(1ULL << 40)) == 1009);
    CHECK(at.code_at(target,
                     frame(op_text, false, std::string(16'000, 'x'))
                       + frame(op_continuation, true, std::string(385, 'x')))
          == 1009);
    auto client = connect(at.gateway, target);
    client.send_text(std::string(16'384, 'x'));
    client.send_text("__ping__");
    CHECK(client.read_text() == "__pong__");
  }

  TEST_CASE("WS_MAX_MESSAGE_BYTES moves that limit") {
    gateway_process gateway{{{"WS_MAX_MESSAGE_BYTES", "1KiB"}}};
    auto client = connect(gateway, admin_target(10));
    client.send_text(std::string(1024, 'x'));
    client.send_text("__ping__");
    CHECK(client.read_text() == "__pong__");
    client.send_text(std::string(1025, 'x'));
    CHECK(client.read_close()->close_code == 1009);
  }

  TEST_CASE("a binary message closes 1003 on the dialog endpoints") {
    echoing at;
    for (const auto& target : {admin_target(10), widget_target(10),
                               site_target(10), inbox_target("1")}) {
      CAPTURE(target);
      CHECK(at.code_at(target, frame(op_binary, true, "x")) == 1003);
    }
  }

  TEST_CASE("a close is answered with its code, then TCP ends") {
    echoing at;
    CHECK(at.code_for(frame(op_close, true, close_payload(1000, "bye")))
          == 1000);
    CHECK(at.code_for(frame(op_close, true, close_payload(1001))) == 1001);
    CHECK(at.code_for(frame(op_close, true, close_payload(4999))) == 4999);
    CHECK(at.code_for(frame(op_close, true, "")) <= 1005);
    CHECK(
      at.code_at(admin_target(10), frame(op_close, true, close_payload(3000)))
      == 3000);
  }

  TEST_CASE("a malformed close is a protocol error") {
    echoing at;
    for (const std::uint16_t code : {0, 999, 1004, 1005, 1006, 1015, 2999})
      CHECK(at.code_for(frame(op_close, true, close_payload(code))) == 1002);
    CHECK(at.code_for(frame(op_close, true, "x")) == 1002);
    const auto not_text =
      at.code_for(frame(op_close, true, close_payload(1000, "\xFF")));
    CHECK((not_text == 1007 || not_text == 1002));
  }

  TEST_CASE("nothing is delivered behind a close frame") {
    running_hub hub;
    auto client = connect(hub.gateway, admin_target(10));
    client.send_close(1000);
    REQUIRE(client.read_close().has_value());
    hub.publish(10, message_new(10, bare_message(1, "too late")));
    CHECK_FALSE(client.read(patience).has_value());
  }

  TEST_CASE("a thousand frames in one go are all understood") {
    gateway_process gateway;
    auto client = connect(gateway, admin_target(10));
    std::string all;
    for (int i = 0; i < 1000; ++i)
      all += frame(op_text, true, "__ping__");
    CHECK(client.send_raw(all));
    const auto pongs = read_texts(client, 1000);
    REQUIRE(pongs.size() == 1000);
    CHECK(pongs.back() == "__pong__");
  }

  TEST_CASE("a client that ends TCP without a close frame is forgotten") {
    gateway_process gateway;
    auto half_open = connect(gateway, admin_target(10));
    auto reset = connect(gateway, admin_target(10));
    CHECK(gateway.metric("websocket_connections_total") == 2);
    half_open.socket().finish_sending();
    reset.socket().abort();
    CHECK(eventually(
      [&] { return gateway.metric("websocket_connections_total") == 0; }));
    CHECK(half_open.closed(patience));
  }
}

} // namespace wsgw::tests
