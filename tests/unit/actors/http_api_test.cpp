#include "actors/http_access.hpp"
#include "tests/support/http_fixture.hpp"

#include <doctest/doctest.h>

using namespace wsgw;
using namespace wsgw::actors;
using wsgw::tests::contains;
using wsgw::tests::http_fixture;

namespace {

settings with_token() {
  settings config;
  config.debug_token = "debug-token";
  return config;
}

settings in_compat() {
  settings config;
  config.compat = true;
  return config;
}

} // namespace

TEST_SUITE("actors/http_api") {
  TEST_CASE_FIXTURE(http_fixture,
                    "an unknown path is 404 with the request id") {
    const auto answer = get("/nothing");
    CHECK(answer.status == 404);
    CHECK(answer.content_type == "application/json");
    CHECK(contains(answer.body, "\"error\":\"not_found\""));
    CHECK(contains(answer.body, "\"request_id\":\"0123456789abcdef\""));
    CHECK(hub.shared.refused.snapshot().at("not_found") == 1);
  }

  TEST_CASE_FIXTURE(http_fixture, "a wrong method is 405 and told which fit") {
    const auto answer = post("/health", "{}");
    CHECK(answer.status == 405);
    CHECK(header(answer, "Allow") == "GET, HEAD");
  }

  TEST_CASE_FIXTURE(http_fixture, "HEAD is served like GET") {
    const auto answer = ask(request("HEAD", "/docs"));
    REQUIRE(answer);
    CHECK(answer->status == 200);
    CHECK(answer->body == get("/docs").body); // transport leaves it out
  }

  TEST_CASE_FIXTURE(http_fixture, "the open pages answer with and without /") {
    for (const auto* path :
         {"/docs", "/health", "/ws-health", "/live", "/ready", "/metrics",
          "/api/websocket/stats", "/api/websocket/health",
          "/api/ws/bridge/health"}) {
      CHECK_MESSAGE(get(path).status == 200, path);
      CHECK_MESSAGE(get(std::string{path} + "/?x=1").status == 200, path);
    }
    CHECK(contains(get("/docs").content_type, "text/html"));
  }

  TEST_CASE_FIXTURE(http_fixture, "the demo's pages exist only in the demo") {
    for (const auto* path : {"/", "/api/demo/session"})
      CHECK_MESSAGE(get(path).status == 404, path);
    CHECK(post("/api/dialogs/1/messages", "{}").status == 404);
  }

  TEST_CASE_FIXTURE(http_fixture,
                    "a body is refused before it is read where none belongs") {
    const auto answer = api.on_head(request("POST", "/nothing"));
    REQUIRE(answer);
    CHECK(answer->status == 404);
    CHECK(api.on_head(request("POST", "/metrics"))->status == 405);
  }

  TEST_CASE_FIXTURE(http_fixture, "what is not HTTP is answered and counted") {
    const auto answer = api.on_bad_request(protocol::errc::head_too_large, "x");
    CHECK(answer.status == 431);
    CHECK(contains(answer.body, "\"request_id\":\"x\""));
    CHECK(hub.shared.refused.snapshot().at("head_too_large") == 1);
  }

  TEST_CASE_FIXTURE(http_fixture, "a socket endpoint asks for an upgrade") {
    const auto answer = get("/ws/dialogs/10?token=secret");
    CHECK(answer.status == 400);
    CHECK(contains(answer.body, "upgrade_required"));
    CHECK(!contains(answer.body, "secret"));
    CHECK(get("/ws/dialogs/0").status == 400);
    CHECK(get("/ws/unknown").status == 404);
    CHECK(get("/ws/echo").status == 404);
    auto keyless = request("GET", "/ws/dialogs/10");
    keyless.headers.emplace_back("upgrade", "websocket");
    CHECK(contains(ask(keyless)->body, "bad_upgrade"));
  }

  TEST_CASE_FIXTURE(http_fixture, "the guide's curl is told how to upgrade") {
    auto keyless = request("GET", "/ws/widget/test");
    keyless.headers.emplace_back("upgrade", "websocket");
    const auto answer = ask(keyless);
    CHECK(answer->status == 200);
    CHECK(
      answer->body
      == R"({"status":"ok","websocket":"send Sec-WebSocket-Key to upgrade"})");
  }

  TEST_CASE("compat answers sockets without upgrade as the reference") {
    http_fixture web{in_compat()};
    const auto plain = web.get("/ws/dialogs/10");
    CHECK(plain.status == 404);
    CHECK(plain.body == R"({"detail":"Not Found"})");
    auto keyless = http_fixture::request("GET", "/ws/dialogs/10");
    keyless.headers.emplace_back("upgrade", "websocket");
    const auto answer = web.ask(keyless);
    CHECK(answer->status == 400);
    CHECK(answer->body.size() == 73);
  }

  TEST_CASE("debug pages are shown to local callers and to the bearer only") {
    http_fixture web{with_token()};
    for (const auto* path :
         {"/debug/connections", "/debug/actors", "/api/debug/websocket/status",
          "/api/debug/websocket/sync"}) {
      CHECK_MESSAGE(web.get(path).status == 200, path);
      auto remote = http_fixture::request("GET", path);
      remote.peer = "192.0.2.1";
      CHECK_MESSAGE(web.ask(remote)->status == 403, path);
      remote.headers.emplace_back("authorization", "Bearer debug-token");
      CHECK_MESSAGE(web.ask(remote)->status == 200, path);
    }
  }

  TEST_CASE("a wrong bearer is 401 even for a local caller") {
    http_fixture web{with_token()};
    auto r = http_fixture::request("GET", "/debug/actors");
    r.headers.emplace_back("authorization", "Bearer nonsense");
    const auto answer = web.ask(r);
    CHECK(answer->status == 401);
    CHECK(
      contains(http_fixture::header(*answer, "WWW-Authenticate"), "Bearer"));
  }
}

TEST_SUITE("actors/http_access") {
  const auto local = http_fixture::request("GET", "/debug/actors");

  access_verdict judge(std::string_view header, std::string_view value) {
    auto request = local;
    request.headers.emplace_back(header, value);
    return debug_access(request, "t");
  }

  TEST_CASE("a plain local GET is granted") {
    CHECK(debug_access(local, "t") == access_verdict::granted);
    CHECK(debug_access(local, "") == access_verdict::granted);
  }

  TEST_CASE("a proxy, a web page or another method is not local") {
    for (const auto* header :
         {"x-forwarded-for", "forwarded", "x-real-ip", "via", "origin",
          "x-forwarded-host", "x-forwarded-proto"})
      CHECK_MESSAGE(judge(header, "127.0.0.1") == access_verdict::denied,
                    header);
    auto other = local;
    other.method = "POST";
    CHECK(debug_access(other, "t") == access_verdict::denied);
  }

  TEST_CASE("the Host must name this machine") {
    const auto host = [&](std::string value) {
      auto request = local;
      request.headers = {{"host", std::move(value)}};
      return debug_access(request, "t");
    };
    for (const auto* good : {"localhost", "LOCALHOST:8001", "127.0.0.1:1",
                             "127.9.9.9", "[::1]:8001", "[::1]"})
      CHECK_MESSAGE(host(good) == access_verdict::granted, good);
    for (const auto* bad : {"", "evil.com", "localhost.evil.com", "[::1",
                            "10.0.0.1", "127.0.0.1.evil.com"})
      CHECK_MESSAGE(host(bad) == access_verdict::denied, bad);
    auto hostless = local;
    hostless.headers.clear();
    CHECK(debug_access(hostless, "t") == access_verdict::denied);
  }

  TEST_CASE("an unset token grants no bearer") {
    auto request = local;
    request.headers.emplace_back("authorization", "Bearer x");
    CHECK(debug_access(request, "") == access_verdict::wrong_bearer);
    CHECK(judge("authorization", "bEaReR t") == access_verdict::granted);
    CHECK(judge("authorization", "Bearer tt") == access_verdict::wrong_bearer);
    CHECK(judge("authorization", "Basic t")
          == access_verdict::granted); // still local
  }
}
