#include "tests/support/json_document.hpp"
#include "tests/support/running_hub.hpp"

#include <doctest/doctest.h>

#include <set>

namespace wsgw::tests {

namespace {

using namespace std::chrono_literals;

constexpr std::string_view token = "publish-token-of-the-tests-05";

environment_map publishing(environment_map more = {}) {
  more.emplace("WS_PUBLISH_TOKEN", token);
  return more;
}

http_reply post(const gateway_process& gateway, std::string_view body,
                std::string_view bearer = token) {
  return http_exchange(
    gateway.port(),
    http_request_text("POST", "/api/publish",
                      {{"Authorization", "Bearer " + std::string{bearer}}},
                      body));
}

std::string order(int id, std::string_view key = {}) {
  std::string text =
    R"({"dialog_id":10,"event":)" + message_new(10, bare_message(id, "posted"));
  if (!key.empty())
    text += R"(,"idempotency_key":")" + std::string{key} + '"';
  return text + '}';
}

std::string orders(int from, int to) {
  std::string text = "[";
  for (int id = from; id <= to; ++id)
    text += (id == from ? "" : ",") + order(id, "k" + std::to_string(id));
  return text + ']';
}

void check_order(ws_client& client, int from, int to) {
  for (int id = from; id <= to; ++id)
    REQUIRE(client.read_text(patience) == bare_message(id, "posted"));
}

} // namespace

TEST_SUITE("integration/publish") {

  TEST_CASE("without Redis the room numbers what is posted") {
    gateway_process gateway{publishing()};
    auto client = connect(gateway, admin_target(10));
    const json_document first{post(gateway, order(1)).body};
    CHECK(first.number("/seq") == 1);
    CHECK(!first.boolean("/duplicate"));
    CHECK(!first.text("/epoch").empty());
    const json_document list{post(gateway, orders(2, 30)).body};
    CHECK(list.size("") == 29);
    CHECK(list.number("/0/seq") == 2);
    CHECK(list.number("/28/seq") == 30);
    check_order(client, 1, 30);
  }

  TEST_CASE("a key that was seen publishes nothing again") {
    gateway_process gateway{publishing()};
    auto client = connect(gateway, admin_target(10));
    const auto once = post(gateway, order(1, "k1")).body;
    const json_document again{post(gateway, order(2, "k1")).body};
    CHECK(again.boolean("/duplicate"));
    CHECK(again.number("/seq") == json_document{once}.number("/seq"));
    post(gateway, order(3));
    CHECK(client.read_text(patience) == bare_message(1, "posted"));
    CHECK(client.read_text(patience) == bare_message(3, "posted"));
    CHECK(gateway.metric("wsgw_publishes_total", "duplicate") == 1);
  }

  TEST_CASE("a posted event reaches a v1 client as it was written") {
    gateway_process gateway{publishing()};
    auto client = connect(gateway, admin_target(10) + "&v=1");
    post(gateway,
         R"({"room":"dialog:10","event":{"type":"price","eur":1.50}})");
    while (const auto text = client.read_text(patience))
      if (text->find("price") != std::string::npos) {
        CHECK(text->find(R"("eur":1.50)") != std::string::npos);
        return;
      }
    FAIL_CHECK("it did not come");
  }

  TEST_CASE("a wrong bearer and a missing token are refused") {
    gateway_process gateway{publishing()};
    CHECK(post(gateway, order(1), "wrong").status == 401);
    CHECK(http_exchange(gateway.port(),
                        http_request_text("POST", "/api/publish", {}, order(1)))
            .status
          == 401);
    CHECK(gateway.status_of("/api/publish") == 405);
    gateway_process closed;
    CHECK(post(closed, order(1)).status == 404);
  }

  TEST_CASE("what is malformed or too large is refused as a whole") {
    gateway_process gateway{publishing({{"WS_MAX_EVENT_BYTES", "1KiB"}})};
    auto client = connect(gateway, admin_target(10));
    const auto bad = post(gateway, '[' + order(1) + R"(,{"dialog_id":0}])");
    CHECK(bad.status == 400);
    const json_document why{bad.body};
    CHECK(why.text("/error") == "bad_dialog_id");
    CHECK(why.number("/index") == 1);
    CHECK(post(gateway, "{").status == 400);
    const std::string large(2000, 'x');
    CHECK(post(gateway, R"({"dialog_id":10,"event":{"type":")" + large + "\"}}")
            .status
          == 413);
    post(gateway, order(2));
    CHECK(client.read_text(patience) == bare_message(2, "posted"));
  }

  TEST_CASE("with Redis and no log nobody numbers it") {
    redis_server redis;
    gateway_process gateway{publishing({{"REDIS_URL", redis.url()}})};
    auto client = connect(gateway, admin_target(10));
    CHECK(post(gateway, order(1)).body
          == R"({"epoch":null,"seq":null,"duplicate":false})");
    check_order(client, 1, 1);
    redis.stop();
    CHECK(
      eventually([&] { return post(gateway, order(2)).status == 503; }, 30s));
  }

  TEST_CASE("with a log it stands where the answer says") {
    redis_server redis;
    gateway_process gateway{
      publishing({{"REDIS_URL", redis.url()}, {"WS_LOG", "on"}})};
    auto client = connect(gateway, admin_target(10));
    const json_document list{post(gateway, orders(1, 50)).body};
    CHECK(list.number("/49/seq") == 50);
    check_order(client, 1, 50);
    const json_document again{post(gateway, orders(1, 50)).body};
    CHECK(again.boolean("/49/duplicate"));
    CHECK(again.number("/49/seq") == 50);
    CHECK(redis.cli("XLEN", "ws:log:{dialog:10}") == "50");
    const auto entry = redis.cli("XRANGE", "ws:log:{dialog:10}", "7-0", "7-0");
    CHECK(entry.find(message_new(10, bare_message(7, "posted")))
          != std::string::npos);
  }

  TEST_CASE("retried through lost links, each event is there once, in order") {
    redis_server redis;
    gateway_process gateway{
      publishing({{"REDIS_URL", redis.url()}, {"WS_LOG", "on"}})};
    const auto body = orders(1, 200);
    std::size_t tries = 0;
    CHECK(eventually(
      [&] {
        if (++tries <= 5)
          redis.cli("CLIENT", "KILL", "TYPE", "normal");
        const auto answer = post(gateway, body);
        return tries > 5 && answer.status == 200
               && answer.body.find("error") == std::string::npos;
      },
      60s));
    CHECK(redis.cli("XLEN", "ws:log:{dialog:10}") == "200");
    for (const auto id : {1, 100, 200}) {
      const auto at = std::to_string(id) + "-0";
      CHECK(redis.cli("XRANGE", "ws:log:{dialog:10}", at, at)
              .find(bare_message(id, "posted"))
            != std::string::npos);
    }
  }
}

} // namespace wsgw::tests
