#include "actors/drain.hpp"
#include "tests/support/http_fixture.hpp"
#include "tests/support/json_document.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

using namespace wsgw;
using namespace wsgw::actors;
using namespace std::chrono_literals;
using wsgw::tests::contains;
using wsgw::tests::fake_hub;
using wsgw::tests::http_fixture;

namespace {

settings config(std::chrono::milliseconds spread,
                std::chrono::milliseconds shutdown = 35s) {
  settings result;
  result.drain_spread = spread;
  result.shutdown_timeout = shutdown;
  result.debug_token = "token";
  return result;
}

/// Puts clients on both shards, counted as live ones.
void add_clients(fake_hub& hub, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    hub.add_subscriber(i % 2, "dialog:" + std::to_string(i),
                       protocol::role::admin);
    hub.shards[i % 2].counters().connections[0].add();
    ++hub.shared.connections;
  }
}

struct admin_fixture : http_fixture {
  admin_fixture() : http_fixture(config(10s)) { add_clients(hub, 4); }

  transport::http_response order(std::string target, std::string body) {
    auto r = request("POST", std::move(target));
    r.body = std::move(body);
    r.headers.emplace_back("authorization", "Bearer token");
    return ask(std::move(r)).value();
  }

  /// How many connections a revocation closed.
  std::int64_t revoked(std::string body) {
    const auto answer = order("/admin/v1/revoke", std::move(body)).body;
    return tests::json_document{answer}.number("/closed");
  }
};

} // namespace

TEST_SUITE("actors/drain") {

  TEST_CASE("the spread grows with the clients up to a bound") {
    CHECK(drain_spread(config(0s), 0) == 0ms);
    CHECK(drain_spread(config(0s), 1'000) == 2s);
    CHECK(drain_spread(config(0s), 1'000'000) == 25s);
    CHECK(drain_spread(config(4s), 1) == 4s);
  }

  TEST_CASE("the spread leaves time to close before the end") {
    CHECK(drain_spread(config(1h), 10) == 27s);
    CHECK(drain_spread(config(1h, 2s), 10) == 500ms);
    CHECK(drain_spread(config(0s, 100ms), 1'000'000) == 0ms);
  }

  TEST_CASE("each client gets a slot of its own, evenly") {
    fake_hub hub{config(10s)};
    add_clients(hub, 10);
    hub.add_dialog(0, "10", {0, 0, 0}); // has no socket
    const auto news = begin_drain(hub.shared);
    CHECK(news.connections == 10);
    CHECK(news.spread == 10s);
    CHECK(hub.shared.draining);
    hub.run();
    std::set<std::chrono::milliseconds> slots;
    for (const auto& one : hub.actors)
      if (one->slot)
        slots.insert(*one->slot);
    REQUIRE(slots.size() == 10);
    CHECK(*slots.begin() == 0ms);
    CHECK(*slots.rbegin() == 9s);
  }

  TEST_CASE("a second order changes nothing and the program is told once") {
    fake_hub hub{config(10s)};
    int told = 0;
    hub.shared.on_drain = [&] { ++told; };
    add_clients(hub, 2);
    begin_drain(hub.shared);
    hub.shared.connections = 1;
    const auto again = begin_drain(hub.shared);
    CHECK(again.connections == 1);
    CHECK(again.spread == 10s);
    CHECK(told == 1);
  }

  TEST_CASE("a node that has failed does not linger") {
    fake_hub hub{config(10s)};
    hub.shared.failed = true;
    CHECK(begin_drain(hub.shared).spread == 0ms);
  }

  TEST_CASE_FIXTURE(admin_fixture, "a drain is ordered over HTTP") {
    const auto reply = order("/admin/v1/drain", "");
    CHECK(reply.status == 202);
    CHECK(reply.body
          == R"({"draining":true,"connections":4,"spread_ms":10000})");
    CHECK(get("/ready").status == 503);
    CHECK(contains(get("/metrics").body, "wsgw_drain_spread_seconds 10\n"));
  }

  TEST_CASE_FIXTURE(admin_fixture, "nobody drains without the bearer") {
    CHECK(post("/admin/v1/drain", "").status == 403);
    CHECK(get("/admin/v1/drain").status == 405);
    CHECK(!hub.shared.draining);
  }

  TEST_CASE_FIXTURE(admin_fixture, "what matches is revoked, all else stays") {
    hub.actors[1]->info().user_id = "6";
    hub.actors[2]->info().conn = "beef";
    CHECK(revoked(R"({"user_id":6})") == 1);
    CHECK(revoked(R"({"conn":"beef"})") == 1);
    CHECK(revoked(R"({"room":"3"})") == 1);
    CHECK(revoked(R"({"user_id":"7"})") == 0);
    CHECK(!hub.actors[0]->closed);
    for (std::size_t i = 1; i < 4; ++i)
      CHECK(hub.actors[i]->closed->code == 4011);
  }

  TEST_CASE_FIXTURE(admin_fixture, "an unclear revocation is refused") {
    for (const auto* body :
         {"", "[]", "{}", R"({"user_id":""})", R"({"user_id":null})",
          R"({"user_id":1,"room":"dialog:1"})", R"({"room":"nonsense"})",
          R"({"user_id":1.5})"})
      CHECK_MESSAGE(order("/admin/v1/revoke", body).status == 400, body);
    for (const auto& one : hub.actors)
      CHECK(!one->closed);
  }
}
