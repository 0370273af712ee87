#include "protocol/token.hpp"
#include "tests/support/http_fixture.hpp"

#include <doctest/doctest.h>

using namespace wsgw;
using namespace wsgw::actors;
using wsgw::tests::contains;
using wsgw::tests::http_fixture;

namespace {

settings demo_settings() {
  settings config;
  config.demo = true;
  config.secret_key = "key of users";
  config.site_secret = "key of sites";
  config.ticket_secret = "key of tickets";
  return config;
}

struct demo_fixture : http_fixture {
  demo_fixture() : http_fixture(demo_settings()) {}

  std::string session_value(std::string_view name) {
    const auto body = get("/api/demo/session").body;
    const auto key = "\"" + std::string{name} + "\":\"";
    const auto begin = body.find(key) + key.size();
    return body.substr(begin, body.find('"', begin) - begin);
  }

  transport::http_response post_as_admin(std::string body) {
    return post("/api/dialogs/1/messages?token=" + session_value("admin_token"),
                std::move(body));
  }
};

} // namespace

TEST_SUITE("actors/http_demo") {
  TEST_CASE_FIXTURE(demo_fixture, "the demo has a page and a session") {
    CHECK(contains(get("/").content_type, "text/html"));
    const auto body = get("/api/demo/session").body;
    for (const auto* name : {"\"dialog_id\":1", "\"assistant_id\":1",
                             "admin_token", "site_token", "widget_ticket"})
      CHECK_MESSAGE(contains(body, name), name);
  }

  TEST_CASE_FIXTURE(demo_fixture, "a site posts a message and sees it stored") {
    const auto answer = post("/api/site/dialogs/1/messages?site_token="
                               + session_value("site_token"),
                             R"({"text":"hi \"you\""})");
    REQUIRE(answer.status == 200);
    CHECK(contains(answer.body,
                   R"("sender":"user","text":"hi \"you\"",)"
                   R"("timestamp":"2025-09-06T13:05:00.000000Z")"));
    REQUIRE(hub.published.size() == 1);
    CHECK(hub.published[0].first == "dialog:1");
    CHECK(contains(hub.published[0].second, "\"message:new\""));
    CHECK(contains(hub.published[0].second, R"(hi \"you\")"));
  }

  TEST_CASE_FIXTURE(demo_fixture, "every message gets another id") {
    const auto first = post_as_admin(R"({"text":"a"})").body;
    const auto second = post_as_admin(R"({"text":"a"})").body;
    CHECK(contains(first, "\"sender\":\"manager\""));
    CHECK(first != second);
  }

  TEST_CASE_FIXTURE(demo_fixture, "a bearer stands for the query parameter") {
    auto r = request("POST", "/api/dialogs/1/messages");
    r.body = R"({"text":"a","sender":"system"})";
    CHECK(ask(r)->status == 401);
    r.headers.emplace_back("authorization",
                           "Bearer " + session_value("admin_token"));
    CHECK(ask(r)->status == 200);
    CHECK(contains(hub.published.at(0).second, "system"));
  }

  TEST_CASE_FIXTURE(demo_fixture, "a widget posts with its ticket") {
    const auto query = "?ticket=" + session_value("widget_ticket");
    CHECK(
      post("/api/widget/dialogs/1/messages" + query, R"({"text":"a"})").status
      == 200);
    CHECK(
      post("/api/widget/dialogs/2/messages" + query, R"({"text":"a"})").status
      == 401);
  }

  TEST_CASE_FIXTURE(demo_fixture,
                    "the guide's curl puts the JSON in the query") {
    const auto token = session_value("site_token");
    const auto answer =
      post("/api/site/dialogs/123/messages?%7B%22text%22:%22Test+message%22%7D"
           "&site_token="
             + token,
           "");
    REQUIRE(answer.status == 200);
    CHECK(contains(answer.body, "\"text\":\"Test message\""));
    CHECK(post("/api/site/dialogs/123/messages?{\"text\":\"x\"}&site_token="
                 + token,
               "")
            .status
          == 200);
    CHECK(hub.published.size() == 2);
  }

  TEST_CASE_FIXTURE(demo_fixture,
                    "malformed bodies are refused, not published") {
    for (const auto* body :
         {"", "x", "[]", "{}", R"({"text":""})", R"({"text":1})",
          R"({"text":"a","sender":"king"})", R"({"text":"a","sender":7})",
          "{\"text\":\"\xFF\"}"}) {
      const auto answer = post_as_admin(body);
      CHECK_MESSAGE(answer.status == 400, body);
      CHECK_MESSAGE(contains(answer.body, "bad_request"), body);
    }
    CHECK(hub.published.empty());
    CHECK(post_as_admin(std::string(1U << 20, 'x')).status == 413);
  }

  TEST_CASE_FIXTURE(demo_fixture, "a bad token is refused before the body") {
    const auto refused = api.on_head(
      request("POST", "/api/site/dialogs/1/messages?site_token=nonsense"));
    REQUIRE(refused);
    CHECK(refused->status == 401);
    CHECK(
      !api.on_head(request("POST", "/api/site/dialogs/1/messages?site_token="
                                     + session_value("site_token"))));
  }

  TEST_CASE_FIXTURE(demo_fixture,
                    "a GET, a bad id and a failure are told apart") {
    CHECK(get("/api/site/dialogs/1/messages").status == 405);
    CHECK(post("/api/site/dialogs/0/messages", "{}").status == 400);
    CHECK(post("/api/site/dialogs//messages", "{}").status == 404);
    hub.publish_error = "link down";
    const auto answer = post_as_admin(R"({"text":"a"})");
    CHECK(answer.status == 503);
    CHECK(contains(answer.body, "link down"));
  }
}
