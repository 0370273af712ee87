#include "actors/http_api.hpp"
#include "tests/support/deterministic_system.hpp"
#include "tests/support/json_document.hpp"
#include "tests/support/v1_summary.hpp"

#include <doctest/doctest.h>

#include <optional>

using namespace wsgw;
using namespace wsgw::tests;
using protocol::role;

namespace {

constexpr auto room = "dialog:10";

/// A hub whose pages can be asked.
struct inspected : deterministic_system {
  json_document ask(std::string method, std::string target,
                    std::string body = {}) {
    transport::http_request request;
    request.method = std::move(method);
    request.target = std::move(target);
    request.headers = {{"host", "localhost"},
                       {"authorization", "Bearer debug-token"}};
    request.peer = "127.0.0.1";
    request.body = std::move(body);
    std::optional<transport::http_response> answer;
    api.on_request(std::move(request), [&](transport::http_response response) {
      answer = std::move(response);
    });
    settle();
    REQUIRE(answer);
    status = answer->status;
    return json_document{answer->body};
  }

  static actors::settings with_token() {
    actors::settings config;
    config.debug_token = "debug-token";
    return config;
  }

  inspected() : deterministic_system(with_token()), api(shared()) {}

  actors::http_api api;
  unsigned status = 0;
};

} // namespace

TEST_SUITE("actors/inspection") {

  TEST_CASE("the page of a room shows members and the tail of its log") {
    inspected hub;
    const auto client = hub.connect_v1(room, role::widget);
    hub.connect(room, role::admin);
    hub.publish(room, {message_new(1), message_new(2, "hello")});
    const auto page = hub.ask("GET", "/debug/v1/room?dialog_id=10");
    CHECK(page.boolean("/open"));
    CHECK(page.text("/order") == "local");
    CHECK(page.number("/history/from") == 1);
    CHECK(page.number("/history/to") == 2);
    CHECK(page.number("/members/total") == 2);
    CHECK(page.number("/members/rows/0/sent_seq") == 2);
    CHECK(page.size("/tail") == 2);
    CHECK(page.number("/tail/1/seq") == 2);
    CHECK(page.text("/tail/1/data/text") == "hello");
  }

  TEST_CASE("the tail is short and large events are only named") {
    inspected hub;
    hub.connect_v1(room, role::widget);
    for (int i = 1; i <= 60; ++i)
      hub.publish(room, {message_new(i)});
    hub.publish(room, {message_new(61, std::string(9000, 'x'))});
    const auto page = hub.ask("GET", "/debug/v1/room?room=dialog:10");
    CHECK(page.size("/tail") == 50);
    CHECK(page.number("/tail/0/seq") == 12);
    CHECK(page.number("/tail/49/seq") == 61);
    CHECK(page.number("/tail/49/cut") > 9000);
  }

  TEST_CASE("a room that nobody has open is shown as such") {
    inspected hub;
    const auto page = hub.ask("GET", "/debug/v1/room?room=duel:7");
    CHECK(hub.status == 200);
    CHECK(!page.boolean("/open"));
    CHECK(page.text("/kind") == "duel");
    CHECK(page.size("/members/rows") == 0);
  }

  TEST_CASE("the timeline tells of events and of who came") {
    inspected hub;
    hub.connect_v1(room, role::widget);
    hub.publish(room, {message_new(1), message_new(1)});
    const auto page = hub.ask("GET", "/debug/v1/room?room=dialog:10");
    REQUIRE(page.size("/timeline/rows") == 3);
    CHECK(page.text("/timeline/rows/0/what") == "opened");
    CHECK(page.text("/timeline/rows/1/fate") == "durable");
    CHECK(page.number("/timeline/rows/1/seq") == 1);
    CHECK(page.text("/timeline/rows/2/fate") == "duplicate");
  }

  TEST_CASE("one connection is closed, and the line says by whom") {
    inspected hub;
    const auto client = hub.connect(room, role::site);
    const auto other = hub.connect(room, role::site);
    const auto conn = hub.actors_of_kind("subscriber")[0].conn;
    const auto answer =
      hub.ask("POST", "/admin/v1/close",
              R"({"conn":")" + conn + R"(","code":4000,"reason":"Bye"})");
    CHECK(answer.number("/closed") == 1);
    const auto closed = client.socket->closed ? client : other;
    CHECK(closed.socket->closed == protocol::close_status{4000, "Bye"});
    CHECK(client.socket->closed.has_value()
          != other.socket->closed.has_value());
    CHECK(hub.shared().operations.snapshot().at("close") == 1);
  }

  TEST_CASE("a connection that is not there is 404 and counted") {
    inspected hub;
    const auto answer =
      hub.ask("POST", "/admin/v1/close", R"({"conn":"abc","code":4000})");
    CHECK(hub.status == 404);
    CHECK(answer.text("/error") == "not_found");
    hub.ask("POST", "/admin/v1/close", "{}");
    CHECK(hub.status == 400);
    CHECK(hub.shared().refused.snapshot().at("not_found") == 1);
    CHECK(hub.shared().refused.snapshot().at("bad_request") == 1);
  }

  TEST_CASE("a room is drained, its neighbours stay") {
    inspected hub;
    const auto fresh = hub.connect_v1(room, role::widget);
    const auto old = hub.connect(room, role::site);
    const auto neighbour = hub.connect("dialog:11", role::site);
    fresh.fresh();
    const auto answer = hub.ask("POST", "/admin/v1/drain_room",
                                R"({"dialog_id":10,"spread":"4s"})");
    CHECK(hub.status == 202);
    CHECK(answer.number("/connections") == 2);
    CHECK(answer.number("/spread_ms") == 4000);
    CHECK(json_document{fresh.texts().at(0)}.text("/type") == "drain");
    hub.advance(std::chrono::seconds{4});
    CHECK(fresh.socket->closed->code == 1012);
    CHECK(old.socket->closed->code == 1012);
    CHECK(!neighbour.socket->closed);
    CHECK(!hub.shared().draining);
  }
}
