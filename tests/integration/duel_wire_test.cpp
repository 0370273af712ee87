#include "tests/support/duel_hub.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <vector>

namespace wsgw::tests {

namespace {

using namespace std::chrono_literals;
using texts = std::vector<std::string>;

bool is_pong(const std::optional<std::string>& text) {
  return text && text->starts_with(R"({"type":"pong","ts":)");
}

bool answers(ws_client& client) {
  client.send_text(R"({"type":"ping"})");
  return is_pong(client.read_text(patience));
}

std::string error(const std::string& word) {
  return R"({"type":"error","message":")" + word + "\"}";
}

} // namespace

TEST_SUITE("integration/duel_wire") {

  TEST_CASE("the original's frames, on any path of either port") {
    duel_hub duels;
    auto a = duels.player(1);
    for (const auto* path : {"/", "/ws", "/ws/", "/any/where"}) {
      auto client = duels.enter(duel_ticket_of(2), {}, path);
      CHECK(client.read_text(patience)->starts_with(R"({"type":"connected")"));
    }
    for (const auto* path : {"/ws/duels", "/ws/duels/"}) {
      auto client = connect(duels.hub.gateway,
                            std::string{path} + "?ticket=" + duel_ticket_of(2));
      CHECK(client.read_text(patience)->starts_with(R"({"type":"connected")"));
      CHECK(client.read_text(patience) == duel_update("in_progress", 1));
      CHECK(answers(client));
    }
    CHECK(answers(a));
  }

  TEST_CASE("binary, fragments, RFC pings and garbage") {
    duel_hub duels;
    auto a = duels.player(1);
    a.send_binary(R"({"type":"ping"})");
    CHECK(is_pong(a.read_text(patience)));
    a.send_frame(op_text, false, R"({"type":)");
    a.send_ping("between");
    a.send_frame(op_continuation, true, R"("ping"})");
    CHECK(a.read(patience)->payload == "between");
    CHECK(is_pong(a.read_text(patience)));
    for (const auto* text : {"", "x", "[]", "7", R"({"type":["ping"]})",
                             R"({"type":"pong"})", R"({"type":"subscribe"})"})
      a.send_text(text);
    a.send_binary("\xFF\xFE");
    CHECK(answers(a));
    a.send_close(1001, "bye");
    CHECK(ending(a) == "1001bye");
  }

  TEST_CASE("a frame behind the handshake is answered") {
    duel_hub duels;
    raw_socket socket{duels.port, {}};
    socket.send(ws_client::handshake_text("/?ticket=" + duel_ticket_of(1))
                + ws_client::encode(op_text, true, R"({"type":"ping"})"));
    constexpr std::string_view pong = R"({"type":"pong","ts":)";
    CHECK(socket.receive_until(pong, patience).find(pong) != std::string::npos);
  }

  TEST_CASE("a message may have 2048 bytes, in whatever pieces") {
    duel_hub duels;
    auto a = duels.player(1);
    a.send_text(std::string(2048, 'x'));
    a.send_frame(op_text, false, std::string(1024, 'x'));
    a.send_frame(op_continuation, true, std::string(1024, 'x'));
    CHECK(answers(a));
    a.send_text(std::string(2049, 'x'));
    CHECK(ending(a) == error("message_too_large") + " 1000");
    auto b = duels.enter(duel_ticket_of(2));
    b.send_frame(op_binary, false, std::string(2000, 'x'));
    b.send_frame(op_continuation, false, std::string(49, 'x'));
    CHECK(ending(b).ends_with(error("message_too_large") + " 1000"));
  }

  TEST_CASE("bad UTF-8 is closed 1007, an unmasked frame 1002") {
    duel_hub duels;
    auto a = duels.player(1);
    a.send_text("\xFF");
    CHECK(ending(a).starts_with("1007"));
    auto b = duels.player(2);
    b.send_raw(std::string{"\x81\x01x", 3});
    CHECK(ending(b).starts_with("1002"));
  }

  TEST_CASE("handshakes are refused as the original refuses them") {
    duel_hub duels;
    const auto status = [&](const ws_client::header_list& headers) {
      return ws_client::connect(duels.port, "/", headers).status();
    };
    CHECK(status({{"Sec-WebSocket-Version", "12"}}) == 426);
    CHECK(status({{"Upgrade", ""}}) == 426);
    CHECK(status({{"Sec-WebSocket-Key", ""}}) == 400);
    CHECK(status({{"Sec-WebSocket-Key", "short"}}) == 400);
    CHECK(status({{"X-Long", std::string(5000, 'x')}}) == 413);
    const auto answer = [&](const std::string& request) {
      raw_socket socket{duels.port, {}};
      socket.send(request);
      return socket.receive_all(patience);
    };
    CHECK(answer("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")
            .starts_with("HTTP/1.1 405"));
    CHECK(answer("GET / HTTP/1.1\r\nHost: a\r\n\r\n").find("Connection: close")
          != std::string::npos);
    CHECK(answer("GET /" + std::string(2'100, 'x')
                 + " HTTP/1.1\r\nHost: a\r\nX: " + std::string(2'000, 'x')
                 + "\r\n\r\n")
            .starts_with("HTTP/1.1 413"));
    CHECK(answer("GET / HTTP/1.0\r\n\r\n").starts_with("HTTP/1.1 505"));
  }

  TEST_CASE("every bad ticket gets the error, then 1000") {
    duel_hub duels;
    const auto used = duel_ticket_of(1);
    auto a = duels.enter(used);
    const auto end_of = [&](const std::string& with) {
      auto client = duels.enter(with);
      return ending(client);
    };
    const auto invalid = error("invalid_ticket") + " 1000";
    const auto good = duel_ticket_of(1);
    CHECK(end_of("") == invalid);
    CHECK(end_of(good.substr(0, 60)) == invalid);
    CHECK(end_of(good.substr(0, good.size() - 1)) == invalid);
    CHECK(end_of(duel_ticket_of(1, 0s, "another")) == invalid);
    CHECK(end_of(duel_ticket_of(1, -90s)) == invalid);
    CHECK(end_of(duel_ticket_of(1, 30s)) == invalid);
    CHECK(end_of(used) == error("ticket_already_used") + " 1000");
    CHECK(end_of(duel_ticket_of(3)) == error("duel_access_denied") + " 1000");
    duels.tell("finished", 10);
    CHECK(end_of(duel_ticket_of(1)) == error("duel_closed") + " 1000");
    CHECK(duels.hub.gateway.output().find(good) == std::string::npos);
  }

  TEST_CASE("a storm of bad tickets ends at 429") {
    duel_hub duels{{{"WS_BAD_TICKET_LIMIT", "5"}}};
    for (int i = 0; i < 5; ++i)
      duels.enter("bad" + std::to_string(i));
    const auto next =
      ws_client::connect(duels.port, "/?ticket=" + duel_ticket_of(1));
    CHECK(next.status() == 429);
    CHECK_FALSE(next.header("Retry-After").empty());
    CHECK(next.body().find("request_id") != std::string::npos);
  }

  TEST_CASE("both players follow the duel to its end, nothing twice") {
    duel_hub duels;
    auto a = duels.player(1);
    auto b = duels.player(2);
    texts expected;
    for (int round = 2; round <= 10; ++round) {
      duels.tell("in_progress", round);
      duels.tell("in_progress", round);
      expected.push_back(duel_update("in_progress", round));
    }
    CHECK(read_texts(a, 9) == expected);
    CHECK(read_texts(b, 9) == expected);
    duels.tell("finished", 10);
    const auto end = duel_update("finished", 10)
                     + R"( {"type":"duel_closed","duel_id":7} 1000)";
    CHECK(ending(a) == end);
    CHECK(ending(b) == end);
  }

} // TEST_SUITE

} // namespace wsgw::tests
