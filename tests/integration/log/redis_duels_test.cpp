#include "actors/redis_duels.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/redis_server.hpp"
#include "tests/support/running_loop.hpp"

#include <doctest/doctest.h>

#include <future>
#include <memory>
#include <string>
#include <vector>

using namespace wsgw;
using namespace wsgw::actors;
using namespace wsgw::tests;
using namespace std::chrono_literals;

namespace {

using result = duel_desk::state_answer::result;
using use = duel_desk::use;

/// One node that asks the servers.
struct node {
  explicit node(const std::vector<redis_server*>& servers) {
    std::vector<transport::redis_endpoint> endpoints;
    for (const auto* each : servers)
      endpoints.push_back(std::get<transport::redis_endpoint>(
        transport::parse_redis_url(each->url())));
    desk = std::make_unique<redis_duels>(
      endpoints, std::vector<redis_fleet::place>{{nullptr, &*loop}});
    desk->start();
    REQUIRE(eventually([this] { return ask(1) != result::unreachable; }));
  }
  ~node() {
    desk->stop();
    loop.call([this] { desk.reset(); });
  }

  result ask(std::int64_t duel) {
    std::promise<result> answer;
    desk->state(duel, [&](const auto& said) { answer.set_value(said.what); });
    return answer.get_future().get();
  }
  use take(const std::string& jti, std::chrono::milliseconds ttl = 60s) {
    std::promise<use> answer;
    desk->use_ticket(jti, ttl, [&](use what) { answer.set_value(what); });
    return answer.get_future().get();
  }

  running_loop loop;
  std::unique_ptr<redis_duels> desk;
};

std::string state_of(std::int64_t duel) {
  return R"({"duel_id":)" + std::to_string(duel)
         + R"(,"initiator_user_id":1,"opponent_user_id":null,)"
           R"("status":"waiting","payload":{}})";
}

} // namespace

TEST_SUITE("integration/log/redis_duels") {
  TEST_CASE("a state is what its key holds") {
    redis_server redis;
    node hub{{&redis}};
    CHECK(hub.ask(7) == result::unknown);
    redis.cli("SET", "ws:duel:7:state", state_of(7));
    CHECK(hub.ask(7) == result::found);
    redis.cli("SET", "ws:duel:7:state", state_of(8));
    CHECK(hub.ask(7) == result::malformed);
    redis.cli("DEL", "ws:duel:7:state");
    redis.cli("LPUSH", "ws:duel:7:state", "x");
    CHECK(hub.ask(7) == result::unreachable);
    redis.stop();
    CHECK(eventually([&] { return hub.ask(7) == result::unreachable; }));
  }

  TEST_CASE("a ticket is good once on all nodes, whatever their order") {
    redis_server a;
    redis_server b;
    node one{{&a, &b}};
    node two{{&b, &a}};
    for (int i = 0; i < 20; ++i) {
      const auto jti = "ticket" + std::to_string(i);
      CHECK(one.take(jti) == use::fresh);
      CHECK(two.take(jti) == use::used_before);
      CHECK(one.take(jti) == use::used_before);
    }
    CHECK(a.cli("DBSIZE") != "0");
    CHECK(b.cli("DBSIZE") != "0");
  }

  TEST_CASE("a used ticket is forgotten when it has expired") {
    redis_server redis;
    node hub{{&redis}};
    CHECK(hub.take("a", 100ms) == use::fresh);
    CHECK(eventually([&] { return hub.take("a", 100ms) == use::fresh; }));
    CHECK(hub.take("b", 100s) == use::fresh);
    CHECK(std::stoll(redis.cli("PTTL", "ws:duel:ticket:b")) > 90'000);
    redis.stop();
    CHECK(eventually([&] { return hub.take("c") == use::unreachable; }));
  }
}
