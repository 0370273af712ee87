#include "tests/support/http_fixture.hpp"

#include <doctest/doctest.h>

#include <deque>
#include <tuple>

using namespace wsgw;
using namespace wsgw::actors;
using wsgw::tests::contains;
using wsgw::tests::http_fixture;

namespace {

settings publish_settings() {
  settings config;
  config.publish_token = "token of the backend";
  config.max_event_bytes = 1000;
  return config;
}

/// A hub that keeps what is appended and answers when it is told.
struct publish_fixture : http_fixture {
  explicit publish_fixture(settings config = publish_settings())
      : http_fixture(std::move(config)) {
    hub.shared.append = [this](const protocol::room_id& room, std::string json,
                               std::string key, actors::hub::append_done done) {
      appended.emplace_back(room.text(), std::move(json), std::move(key));
      if (answers_at_once)
        done(next_answer(room.text()));
      else
        waiting.push_back(std::move(done));
    };
  }

  store_result<actors::appended> next_answer(const std::string& room) {
    if (room == failing_room)
      return store_error{true, "link down"};
    return actors::appended{{"k3x", ++seq}, false};
  }

  static transport::http_request order(std::string body) {
    auto r = request("POST", "/api/publish");
    r.headers.emplace_back("authorization", "Bearer token of the backend");
    r.body = std::move(body);
    return r;
  }

  transport::http_response publish(std::string body) {
    return ask(order(std::move(body))).value();
  }

  std::uint64_t counted(const std::string& outcome) {
    return hub.shared.publishes.snapshot()[outcome];
  }

  std::vector<std::tuple<std::string, std::string, std::string>> appended;
  std::deque<actors::hub::append_done> waiting;
  bool answers_at_once = true;
  std::string failing_room;
  std::uint64_t seq = 0;
};

std::string one(int dialog, std::string_view type = "x") {
  return R"({"dialog_id":)" + std::to_string(dialog) + R"(,"event":{"type":")"
         + std::string{type} + "\"}}";
}

} // namespace

TEST_SUITE("actors/http_publish") {
  TEST_CASE_FIXTURE(publish_fixture, "one event is appended and answered") {
    const auto answer = publish(
      R"({"dialog_id":10,"event":{ "type":"x" },"idempotency_key":"k"})");
    CHECK(answer.status == 200);
    CHECK(answer.body == R"({"epoch":"k3x","seq":1,"duplicate":false})");
    REQUIRE(appended.size() == 1);
    CHECK(appended[0]
          == std::tuple{std::string{"dialog:10"},
                        std::string{R"({ "type":"x" })"}, std::string{"k"}});
    CHECK(counted("ok") == 1);
  }

  TEST_CASE_FIXTURE(publish_fixture, "an array is answered in its order") {
    const auto answer =
      publish('[' + one(1, "a") + ',' + one(2, "b") + ',' + one(1, "c") + ']');
    CHECK(answer.status == 200);
    CHECK(answer.body.starts_with(R"([{"epoch":"k3x","seq":)"));
    CHECK(appended.size() == 3);
    CHECK(publish("[]").body == "[]");
  }

  TEST_CASE_FIXTURE(publish_fixture, "a thousand immediate answers are fine") {
    std::string body = "[" + one(1);
    for (int i = 1; i < 1000; ++i)
      body += ',' + one(1);
    CHECK(publish(body + ']').status == 200);
    CHECK(counted("ok") == 1000);
    CHECK(publish(body + ',' + one(1) + ']').status == 400);
  }

  TEST_CASE_FIXTURE(publish_fixture, "a room's events wait for each other") {
    answers_at_once = false;
    std::optional<transport::http_response> answer;
    api.on_request(
      order('[' + one(1, "a") + ',' + one(1, "b") + ',' + one(2, "c") + ']'),
      [&answer](auto response) { answer = std::move(response); });
    CHECK(appended.size() == 2);
    while (!waiting.empty()) {
      CHECK(!answer);
      const auto done = std::move(waiting.front());
      waiting.pop_front();
      done(actors::appended{{"k3x", ++seq}, true});
    }
    REQUIRE(answer);
    CHECK(std::get<1>(appended[2]) == R"({"type":"b"})");
    CHECK(counted("duplicate") == 3);
  }

  TEST_CASE_FIXTURE(publish_fixture,
                    "behind a failure nothing more goes into its room") {
    failing_room = "dialog:1";
    const auto answer =
      publish('[' + one(1) + ',' + one(2) + ',' + one(1) + ']');
    CHECK(answer.status == 200);
    CHECK(answer.body
          == R"([{"error":"unavailable","message":"link down"},)"
             R"({"epoch":"k3x","seq":1,"duplicate":false},)"
             R"({"error":"unavailable","message":)"
             R"("An earlier event of this room was not published."}])");
    CHECK(appended.size() == 2);
    CHECK(counted("failed") == 2);
  }

  TEST_CASE_FIXTURE(publish_fixture, "a single failure is 503, come again") {
    failing_room = "dialog:1";
    const auto answer = publish(one(1));
    CHECK(answer.status == 503);
    CHECK(contains(answer.body, R"("error":"unavailable")"));
    CHECK(contains(answer.body, "link down"));
    CHECK(header(answer, "Retry-After") == "1");
  }

  TEST_CASE_FIXTURE(publish_fixture, "one bad item and nothing is published") {
    const auto answer =
      publish('[' + one(1) + R"(,{"dialog_id":2,"event":{}}])");
    CHECK(answer.status == 400);
    CHECK(answer.body
          == R"({"error":"event_without_type","message":)"
             R"("The event has no type.","request_id":"0123456789abcdef",)"
             R"("index":1})");
    CHECK(publish("nonsense").status == 400);
    CHECK(publish(one(1, std::string(1000, 'x'))).status == 413);
    CHECK(appended.empty());
    CHECK(counted("refused") == 3);
  }

  TEST_CASE_FIXTURE(publish_fixture, "the bearer is checked before the body") {
    auto r = request("POST", "/api/publish");
    for (const auto* bearer : {"", "Bearer x", "Bearer token of the backend2",
                               "Basic token of the backend"}) {
      r.headers = {{"authorization", bearer}};
      const auto refusal = api.on_head(r);
      REQUIRE(refusal);
      CHECK(refusal->status == 401);
      CHECK(header(*refusal, "WWW-Authenticate").starts_with("Bearer"));
      CHECK(ask(r)->status == 401);
    }
    CHECK(!api.on_head(order("")));
    CHECK(appended.empty());
  }

  TEST_CASE_FIXTURE(publish_fixture, "another method is refused") {
    const auto answer = get("/api/publish");
    CHECK(answer.status == 405);
    CHECK(header(answer, "Allow") == "POST");
  }

  TEST_CASE_FIXTURE(publish_fixture, "too many requests at once are refused") {
    answers_at_once = false;
    for (std::size_t i = 0; i < publish_page::max_requests; ++i)
      CHECK(!ask(order(one(1))));
    const auto answer = publish(one(1));
    CHECK(answer.status == 503);
    CHECK(header(answer, "Retry-After") == "1");
    waiting.clear(); // dropped callbacks give their place back
    answers_at_once = true;
    CHECK(publish(one(1)).status == 200);
  }

  TEST_CASE("without a token it is not served") {
    publish_fixture closed{settings{}};
    CHECK(closed.publish(one(1)).status == 404);
    CHECK(closed.appended.empty());
  }

  TEST_CASE("a demo needs no token, but no page of another origin") {
    settings config;
    config.demo = true;
    publish_fixture demo{config};
    auto r = http_fixture::request("POST", "/api/publish");
    r.body = one(1);
    CHECK(demo.ask(r)->status == 200);
    r.headers.emplace_back("origin", "http://localhost:8001");
    CHECK(demo.ask(r)->status == 200);
    r.headers.back().second = "http://evil.example";
    CHECK(demo.ask(r)->status == 403);
    r.headers.back().second = "null";
    CHECK(demo.ask(r)->status == 403);
  }
}
