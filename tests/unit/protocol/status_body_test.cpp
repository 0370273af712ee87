#include "protocol/demo_body.hpp"
#include "protocol/status_body.hpp"

#include <doctest/doctest.h>

using namespace wsgw::protocol;

TEST_SUITE("protocol/status_body") {
  TEST_CASE("an error names its code, a sentence and the request") {
    CHECK(encode_error(errc::forbidden, "ab", "Why \"not\".")
          == R"({"error":"forbidden","message":"Why \"not\".",)"
             R"("request_id":"ab"})");
    CHECK(encode_error(errc::forbidden, "ab").find("not allowed")
          != std::string::npos);
  }

  TEST_CASE("one stuck shard makes the whole hub stuck") {
    using std::chrono::milliseconds;
    CHECK(encode_liveness({{false, milliseconds{0}}, {true, milliseconds{9}}})
          == R"({"status":"stuck","shards":[)"
             R"({"status":"alive","waiting_ms":0},)"
             R"({"status":"stuck","waiting_ms":9}]})");
  }

  TEST_CASE("a connecting source is not ready and needs no reason") {
    CHECK(encode_readiness({true, "connecting", "", 0}, false)
          == R"({"status":"not_ready","checks":{"source":{"ok":false,)"
             R"("kind":"redis","state":"connecting"},)"
             R"("not_draining":{"ok":true}}})");
  }

  TEST_CASE("a census that a shard missed says so in the stats") {
    stats_facts facts;
    facts.people.truncated = true;
    CHECK(encode_stats(facts).find(R"("truncated":true)") != std::string::npos);
  }

  TEST_CASE("many limited addresses degrade the websocket health") {
    stats_facts facts;
    facts.limited_addresses = 50;
    CHECK(encode_websocket_health(facts).find("degraded") != std::string::npos);
  }
}

TEST_SUITE("protocol/demo_body") {
  TEST_CASE("a post needs a text and may name a known sender") {
    const auto good = parse_post(R"({"text":"a","sender":"assistant","x":1})");
    REQUIRE(good);
    CHECK(good->text == "a");
    CHECK(good->sender == "assistant");
    CHECK(parse_post(R"({"text":"a","sender":null})")->sender.empty());
    for (const auto* bad : {"", "null", R"({"text":null})", R"("a")",
                            R"({"text":"a","sender":"root"})"})
      CHECK_MESSAGE(!parse_post(bad), bad);
  }

  TEST_CASE("a posted message is answered as it was stored") {
    CHECK(encode_posted({7, "user", "a\nb", "2025-09-06T11:00:00.123456Z"})
          == R"({"id":7,"sender":"user","text":"a\nb",)"
             R"("timestamp":"2025-09-06T11:00:00.123456Z"})");
  }
}
