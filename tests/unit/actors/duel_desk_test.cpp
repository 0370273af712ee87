#include "actors/backend_duels.hpp"
#include "actors/memory_duels.hpp"
#include "tests/support/fake_http_client.hpp"
#include "tests/support/fake_hub.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace wsgw;
using namespace wsgw::actors;
using namespace wsgw::tests;
using namespace std::chrono_literals;

namespace {

using result = duel_desk::state_answer::result;
using use = duel_desk::use;

const std::string state_of_7 =
  R"({"duel_id":7,"initiator_user_id":1,"opponent_user_id":2,)"
  R"("status":"matched","payload":{"duel_id":7,"status":"matched"}})";

actors::settings with_backend() {
  actors::settings config;
  config.duel_state_url = "http://backend.test/state";
  config.duel_state_token = "secret-of-states";
  return config;
}

/// The desk of a backend, and what it answered.
struct backend_fixture {
  void ask(std::int64_t duel = 7) {
    desk.state(duel, [this](auto answer) { answers.push_back(answer.what); });
    hub.run();
  }
  void reply(std::string body, unsigned status = 200) {
    backend.answer(std::move(body), status);
    hub.run();
  }

  fake_hub hub{with_backend()};
  fake_http_client backend;
  memory_duels tickets{hub.loops[0]};
  backend_duels desk{hub.shared, hub.loops[0], backend, tickets};
  std::vector<result> answers;
};

struct memory_fixture {
  use take(const std::string& jti, std::chrono::milliseconds ttl = 60s) {
    auto answer = use::unreachable;
    desk.use_ticket(jti, ttl, [&](use what) { answer = what; });
    loop.run();
    return answer;
  }
  use look_up(const std::string& jti) {
    auto answer = use::unreachable;
    desk.look_up(jti, [&](use what) { answer = what; });
    loop.run();
    return answer;
  }

  manual_loop loop;
  memory_duels::clock::time_point now{1h};
  memory_duels desk{loop, [this] { return now; }};
};

} // namespace

TEST_SUITE("actors/duel_desk") {
  TEST_CASE_FIXTURE(backend_fixture, "the backend is asked with its bearer") {
    ask();
    REQUIRE(backend.requests.size() == 1);
    const auto& sent = backend.requests[0];
    CHECK(sent.method == "GET");
    CHECK(sent.url == "http://backend.test/state?duel_id=7");
    CHECK(sent.deadline == 2s);
    CHECK(sent.headers.back()
          == std::pair<std::string, std::string>{"Authorization",
                                                 "Bearer secret-of-states"});
    reply(state_of_7);
    CHECK(answers == std::vector{result::found});
  }

  TEST_CASE_FIXTURE(backend_fixture, "each answer of a backend has a meaning") {
    const std::pair<std::pair<std::string, unsigned>, result> rows[]{
      {{state_of_7, 200}, result::found},
      {{"{}", 404}, result::unknown},
      {{"{}", 200}, result::malformed},
      {{"nonsense", 200}, result::malformed},
      {{state_of_7, 500}, result::unreachable},
      {{"", 401}, result::unreachable},
    };
    for (const auto& [said, meant] : rows) {
      ask();
      reply(said.first, said.second);
      CHECK(answers.back() == meant);
    }
    ask();
    backend.fail();
    hub.run();
    CHECK(answers.back() == result::unreachable);
    CHECK(desk.board().counts.answers[0].load() == 1);
    CHECK(desk.board().counts.answers[2].load() == 3);
  }

  TEST_CASE_FIXTURE(backend_fixture,
                    "who asks meanwhile shares the next request") {
    ask();
    ask();
    ask();
    CHECK(backend.requests.size() == 1);
    reply(state_of_7);
    CHECK(answers.size() == 1);
    REQUIRE(backend.requests.size() == 2);
    reply(state_of_7);
    CHECK(answers.size() == 3);
    CHECK(backend.requests.size() == 2);
    ask(8);
    ask(9);
    CHECK(backend.requests.size() == 4);
  }

  TEST_CASE_FIXTURE(memory_fixture, "a ticket is used once until it expires") {
    CHECK(take("a") == use::fresh);
    CHECK(take("a") == use::used_before);
    CHECK(look_up("a") == use::used_before);
    CHECK(look_up("b") == use::fresh);
    CHECK(take("b", 10s) == use::fresh);
    now += 59s;
    CHECK(look_up("b") == use::fresh);
    CHECK(take("a") == use::used_before);
    now += 2s;
    CHECK(take("a") == use::fresh);
  }

  TEST_CASE_FIXTURE(memory_fixture, "a full memory takes no ticket") {
    for (std::size_t i = 0; i < memory_duels::max_tickets; ++i)
      desk.use_ticket(std::to_string(i), 60s, [](use) {});
    CHECK(take("one more") == use::unreachable);
    CHECK(take("7") == use::used_before);
    now += 61s;
    CHECK(take("one more") == use::fresh);
  }

  TEST_CASE_FIXTURE(memory_fixture, "a state that was put is found") {
    const auto state = protocol::parse_duel_state(state_of_7, 7);
    REQUIRE(state);
    auto what = result::malformed;
    const auto ask = [&] {
      desk.state(7, [&](const auto& answer) { what = answer.what; });
      loop.run();
    };
    ask();
    CHECK(what == result::unknown);
    desk.put(*state, [](bool) {});
    ask();
    CHECK(what == result::found);
  }
}
