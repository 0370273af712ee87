#include "actors/duel_door.hpp"
#include "actors/metrics_labels.hpp"
#include "tests/unit/actors/duel_case.hpp"

#include <chrono>
#include <string>
#include <vector>

using namespace wsgw;
using namespace wsgw::tests;
using namespace std::chrono_literals;

TEST_SUITE("actors/duel_gateway: v1") {
  TEST_CASE_FIXTURE(duel_gate, "the subprotocol or v=1 opts in") {
    const auto by_offer =
      enter(ticket(1, "a"), "", {{"sec-websocket-protocol", "chat, wsgw.v1"}});
    CHECK(by_offer->limits->subprotocol == "wsgw.v1");
    CHECK(by_offer->socket->texts[0].starts_with(R"({"type":"hello")"));
    CHECK_FALSE(by_offer->limits->tells_oversize);
    const auto by_query = enter(ticket(1, "b"), "&v=1");
    CHECK(by_query->limits->subprotocol.empty());
    CHECK(by_query->socket->texts[0].starts_with(R"({"type":"hello")"));
  }

  TEST_CASE_FIXTURE(duel_gate, "another subprotocol is ignored") {
    const auto shake =
      enter(ticket(1, "a"), "", {{"sec-websocket-protocol", "chat"}});
    CHECK(is_in(shake));
    CHECK(shake->limits->subprotocol.empty());
    CHECK(shake->limits->tells_oversize);
    CHECK(shake->limits->max_message_bytes == 2048);
  }

  TEST_CASE_FIXTURE(duel_gate, "refusals have their codes") {
    const auto said = [&](const std::string& with) {
      return farewell(enter(with, "&v=1"));
    };
    const auto has = [](const std::string& text, const std::string& part) {
      return text.find(part) != std::string::npos;
    };
    CHECK(has(said("x"), R"({"type":"error","code":"invalid_ticket")"));
    CHECK(said("x").ends_with(" 4002"));
    CHECK(said(ticket(1, "a", -90s)).ends_with(" 4001"));
    CHECK(has(said(ticket(3, "b")), R"("code":"duel_access_denied")"));
    CHECK(said(ticket(3, "b")).ends_with(" 4004"));
    enter(ticket(1, "c"));
    CHECK(has(said(ticket(1, "c")), R"("code":"ticket_already_used")"));
    CHECK(said(ticket(1, "c")).ends_with(" 4001"));
    desk.keep("finished", duel_payload("finished", 10));
    CHECK(has(said(ticket(1, "d")), R"("code":"duel_closed")"));
    CHECK(said(ticket(1, "d")).ends_with(" 1000"));
  }
}

TEST_SUITE("actors/duel_gateway: metrics") {
  TEST_CASE("each refusal is counted by its own word") {
    for (const auto* word : {"invalid_ticket", "ticket_already_used",
                             "duel_access_denied", "duel_closed"})
      CHECK(actors::refusal_word(word) == word);
    CHECK(actors::refusal_word("nonsense") == "other");
  }
}

TEST_SUITE("actors/duel_gateway: storms") {
  TEST_CASE("bad tickets are limited per address, then 429") {
    duel_gate gate{with_duels(3)};
    for (int i = 0; i < 3; ++i)
      CHECK(gate.enter("bad")->socket);
    const auto shake = gate.enter(gate.ticket(1, "a"));
    REQUIRE(shake->refused);
    CHECK(shake->refused->status == 429);
    CHECK_FALSE(shake->refused_header("Retry-After").empty());
    CHECK(shake->refused->body.find("0123456789abcdef") != std::string::npos);
    const auto elsewhere =
      gate.arrive("/ws/duels?ticket=" + gate.ticket(1, "a"), "192.0.2.8");
    CHECK(is_in(elsewhere));
  }

  TEST_CASE("good tickets and ended duels are no storm") {
    duel_gate gate{with_duels(1)};
    for (int i = 0; i < 3; ++i)
      CHECK(is_in(gate.enter(gate.ticket(1, std::to_string(i)))));
    gate.desk.keep("finished", duel_payload("finished", 10));
    for (int i = 0; i < 3; ++i)
      CHECK(gate.enter(gate.ticket(1, "x"))->socket);
  }

  TEST_CASE_FIXTURE(duel_gate, "while it drains new players get 503") {
    sys.shared().draining = true;
    CHECK(enter(ticket(1, "a"))->refused->status == 503);
  }

  TEST_CASE_FIXTURE(duel_gate, "without duels there is no such endpoint") {
    sys.shared().duels = nullptr;
    CHECK(enter(ticket(1, "a"))->refused->status == 404);
  }
}

TEST_SUITE("actors/duel_door") {
  TEST_CASE_FIXTURE(duel_gate, "what is no handshake is refused as it was") {
    actors::duel_door door{sys.shared(), api, gate.duels()};
    const auto ask = [&](const std::string& method, unsigned version,
                         transport::header_list headers) {
      transport::http_request request;
      request.method = method;
      request.target = "/anything";
      request.version = version;
      request.headers = std::move(headers);
      transport::http_response got;
      door.on_request(request, [&](auto answer) { got = std::move(answer); });
      return got;
    };
    CHECK(ask("GET", 11, {}).status == 426);
    CHECK(ask("GET", 11, {{"upgrade", "websocket"}}).status == 400);
    CHECK(ask("GET", 10, {}).status == 505);
    CHECK(ask("POST", 11, {}).status == 405);
    CHECK(ask("POST", 11, {}).headers.back()
          == std::pair<std::string, std::string>{"Allow", "GET"});
    CHECK(door.on_bad_request(protocol::errc::head_too_large, "id").status
          == 413);
  }
}
