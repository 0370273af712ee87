#include "tests/support/json_document.hpp"
#include "tests/support/running_hub.hpp"
#include "tests/support/verdict.hpp"

#include <doctest/doctest.h>

namespace wsgw::tests {

namespace {

/// A gateway without any backend, as a newcomer starts it, and what its page
/// is told.
struct demo {
  gateway_process gateway{{}, {"--demo"}};
  json_document session{gateway.get("/api/demo/session").body};

  std::string dialog() const {
    return std::to_string(session.number("/dialog_id"));
  }
  std::string path(const std::string& kind) const {
    return "/api" + kind + "/dialogs/" + dialog() + "/messages";
  }
  std::string admin_socket() const {
    return "/ws/dialogs/" + dialog() + "?token=" + session.text("/admin_token");
  }
  std::string widget_socket() const {
    return "/ws/widget/dialogs/" + dialog()
           + "?assistant_id=" + std::to_string(session.number("/assistant_id"))
           + "&ticket=" + session.text("/widget_ticket");
  }
  std::string site_socket() const {
    return "/ws/site/dialogs/" + dialog()
           + "?site_token=" + session.text("/site_token");
  }
};

/// What a posted message looks like to a listener.
void check_message(ws_client& client, std::string_view text,
                   std::string_view sender) {
  const auto got = client.read_text();
  REQUIRE(got.has_value());
  const json_document message{*got};
  CHECK(message.text("/text") == text);
  CHECK(message.text("/sender") == sender);
  CHECK(message.number("/id") > 0);
  CHECK(message.text("/timestamp").ends_with('Z'));
}

} // namespace

TEST_SUITE("integration/demo") {

  TEST_CASE("without Redis the hub says that its source is in this process") {
    gateway_process gateway;
    CHECK(gateway.wait_output("embedded"));
    CHECK(gateway.status_of("/ready") == 200);
    const json_document bridge{gateway.get("/api/ws/bridge/health").body};
    CHECK(bridge.text("/status") == "disabled");
    CHECK_FALSE(bridge.boolean("/enabled"));
  }

  TEST_CASE("the demo page is there for a browser of any width") {
    demo at;
    const auto page = at.gateway.get("/");
    CHECK(page.status == 200);
    CHECK(page.header("content-type").starts_with("text/html"));
    CHECK(page.body.find("viewport") != std::string::npos);
    CHECK(page.body.find("api/demo/session") != std::string::npos);
    CHECK(page.body.find("./js/wsgw.js") != std::string::npos);
  }

  TEST_CASE("every hub serves the client, once per version") {
    gateway_process gateway;
    const auto module = gateway.get("/js/wsgw.js");
    CHECK(module.status == 200);
    CHECK(module.header("content-type").starts_with("text/javascript"));
    CHECK(module.header("access-control-allow-origin") == "*");
    CHECK(module.body.find("export function connect") != std::string::npos);
    const auto again = http_get(gateway.port(), "/js/wsgw.js",
                                {{"If-None-Match", module.header("etag")}});
    CHECK(again.status == 304);
    CHECK(again.body.empty());
    CHECK(again.header("content-length").empty());
  }

  TEST_CASE("a message posted for one role reaches all three") {
    demo at;
    auto admin = connect(at.gateway, at.admin_socket());
    auto widget = connect(at.gateway, at.widget_socket());
    auto site = connect(at.gateway, at.site_socket());
    const auto everybody = [&](std::string_view text, std::string_view sender) {
      for (auto* client : {&admin, &widget, &site})
        check_message(*client, text, sender);
    };
    const auto posted = http_post(
      at.gateway.port(),
      at.path("/site") + "?site_token=" + at.session.text("/site_token"),
      R"({"text": "Test message"})");
    CHECK(posted.status / 100 == 2);
    CHECK(json_document{posted.body}.text("/text") == "Test message");
    everybody("Test message", "user");
    CHECK(http_post(at.gateway.port(),
                    at.path("/widget")
                      + "?ticket=" + at.session.text("/widget_ticket"),
                    R"({"sender":"user","text":"Вопрос"})")
              .status
            / 100
          == 2);
    everybody("Вопрос", "user");
    CHECK(http_post(
            at.gateway.port(), at.path(""),
            R"({"sender":"manager","text":"\"Ответ\""})",
            {{"Authorization", "Bearer " + at.session.text("/admin_token")}})
              .status
            / 100
          == 2);
    everybody("\"Ответ\"", "manager");
  }

  TEST_CASE("posting needs a token and a text") {
    demo at;
    const auto target =
      at.path("/site") + "?site_token=" + at.session.text("/site_token");
    const auto status_for = [&](const std::string& to, std::string_view body) {
      return http_post(at.gateway.port(), to, body).status;
    };
    CHECK(status_for(at.path("/site"), R"({"text":"x"})") == 401);
    CHECK(status_for(at.path("/site") + "?site_token=bad", R"({"text":"x"})")
          == 401);
    CHECK(status_for(at.path(""), R"({"text":"x"})") == 401);
    for (const std::string_view body :
         {"{}", "x", "[]", R"({"text":""})", R"({"text":5})",
          R"({"text":"x","sender":"root"})", "{\"text\":\"\xFF\"}"}) {
      CAPTURE(body);
      CHECK(status_for(target, body) == 400);
    }
    CHECK(
      http_exchange(at.gateway.port(), http_request_text("POST", target)).status
      == 400);
    CHECK(status_for("/api/site/dialogs/abc/messages?site_token="
                       + at.session.text("/site_token"),
                     R"({"text":"x"})")
          == 400);
  }

  TEST_CASE("without --demo there is no page and nobody can post") {
    gateway_process gateway;
    CHECK(gateway.status_of("/") == 404);
    CHECK(gateway.status_of("/api/demo/session") == 404);
    const auto posted =
      http_post(gateway.port(),
                "/api/site/dialogs/10/messages?site_token=" + site_token(),
                R"({"text":"x"})");
    CHECK(posted.status == 404);
  }

  TEST_CASE("the demo listens on loopback only, unless told otherwise") {
    gateway_process gateway{{{"WS_HOST", ""}}, {"--demo"}};
    raw_socket::options other;
    other.host = "127.0.0.2";
    CHECK(raw_socket{gateway.port(), {}}.is_open());
    CHECK_FALSE(raw_socket(gateway.port(), other).is_open());
    gateway_process everywhere{{{"WS_HOST", ""}}};
    CHECK(raw_socket(everywhere.port(), other).is_open());
  }

  TEST_CASE("the demo works with a Redis, too") {
    redis_server redis;
    gateway_process gateway{{{"REDIS_URL", redis.url()}}, {"--demo"}};
    const json_document session{gateway.get("/api/demo/session").body};
    const auto dialog = std::to_string(session.number("/dialog_id"));
    const auto token = session.text("/site_token");
    auto site =
      connect(gateway, "/ws/site/dialogs/" + dialog + "?site_token=" + token);
    const auto target =
      "/api/site/dialogs/" + dialog + "/messages?site_token=" + token;
    CHECK(
      http_post(gateway.port(), target, R"({"text":"through Redis"})").status
        / 100
      == 2);
    check_message(site, "through Redis", "user");
    redis.stop();
    CHECK(gateway.wait_status("/ready", 503));
    CHECK(http_post(gateway.port(), target, R"({"text":"x"})").status == 503);
  }
}

} // namespace wsgw::tests
