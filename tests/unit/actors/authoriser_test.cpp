#include "actors/authoriser.hpp"
#include "tests/support/deterministic_system.hpp"
#include "tests/support/fake_http_client.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <vector>

using namespace wsgw;
using namespace wsgw::tests;
using namespace std::chrono_literals;

namespace {

constexpr auto yes_for_a_second = R"({"allow":true,"ttl_ms":1000})";

/// An authoriser on the first shard, and what it told who asked.
struct authoriser_fixture {
  authoriser_fixture() : sys(with_backend()) {
    auto& home = sys.shard(0);
    actor =
      actors::spawn_pinned(home, actors::authoriser, &sys.shared(), &home,
                           static_cast<transport::http_client*>(&backend));
    sys.settle();
  }
  authoriser_fixture(const authoriser_fixture&) = delete;
  authoriser_fixture& operator=(const authoriser_fixture&) = delete;
  ~authoriser_fixture() {
    caf::anon_send_exit(actor, caf::exit_reason::kill);
    sys.settle();
  }

  static actors::settings with_backend() {
    actors::settings config;
    config.auth_url = "http://backend.test/authorise";
    return config;
  }

  void ask_unsettled(std::uint64_t dialog) {
    protocol::auth_question question;
    question.dialog_id = std::to_string(dialog);
    question.ip = "192.0.2.7";
    caf::anon_send(
      actor, actors::messages::authorise{std::move(question),
                                         [this](protocol::auth_answer answer) {
                                           answers.push_back(std::move(answer));
                                         }});
  }

  void ask(std::uint64_t dialog) {
    ask_unsettled(dialog);
    sys.settle();
  }

  void reply(std::string body, unsigned status = 200) {
    backend.answer(std::move(body), status);
    sys.settle();
  }

  bool was_told_unavailable() const {
    const auto expected =
      protocol::status_of(protocol::close_reason::authorisation_unavailable);
    return !answers.empty() && !answers.back().allow
           && answers.back().refusal == expected;
  }

  std::uint64_t errors(const char* kind) {
    const auto counts = sys.shared().auth_errors.snapshot();
    const auto found = counts.find(kind);
    return found == counts.end() ? 0 : found->second;
  }

  fake_http_client backend;
  deterministic_system sys;
  actors::authoriser_actor actor;
  std::vector<protocol::auth_answer> answers;
};

} // namespace

TEST_SUITE("actors/authoriser") {
  TEST_CASE_FIXTURE(authoriser_fixture,
                    "the backend's word reaches who asked") {
    ask(10);
    REQUIRE(backend.requests.size() == 1);
    const auto& request = backend.requests.front();
    CHECK(request.method == "POST");
    CHECK(request.url == "http://backend.test/authorise");
    CHECK(request.deadline == 2s);
    CHECK(request.body.find(R"("dialog_id":10)") != std::string::npos);
    CHECK(answers.empty());
    reply(R"({"allow":true,"user_id":"7"})");
    REQUIRE(answers.size() == 1);
    CHECK(answers[0].allow);
    CHECK(answers[0].user_id == "7");
  }

  TEST_CASE_FIXTURE(authoriser_fixture, "an answer is kept for its ttl only") {
    ask(10);
    reply(yes_for_a_second);
    sys.advance(999ms);
    ask(10);
    CHECK(answers.size() == 2);
    CHECK(backend.requests.size() == 1);
    sys.advance(1ms);
    ask(10);
    CHECK(answers.size() == 2);
    CHECK(backend.requests.size() == 2);
  }

  TEST_CASE_FIXTURE(authoriser_fixture, "an answer without a ttl is not kept") {
    ask(10);
    reply(R"({"allow":true})");
    ask(10);
    CHECK(backend.requests.size() == 2);
  }

  TEST_CASE_FIXTURE(authoriser_fixture, "a refusal is kept like a yes") {
    ask(10);
    reply(R"({"allow":false,"code":4004,"reason":"Gone","ttl_ms":1000})");
    ask(10);
    REQUIRE(answers.size() == 2);
    CHECK(answers[1].refusal == protocol::close_status{4004, "Gone"});
    CHECK(backend.requests.size() == 1);
  }

  TEST_CASE_FIXTURE(authoriser_fixture,
                    "equal questions that wait share one request") {
    ask(10);
    ask(10);
    ask(11);
    CHECK(backend.requests.size() == 2);
    reply(R"({"allow":true})");
    CHECK(answers.size() == 2);
    reply(R"({"allow":false})");
    REQUIRE(answers.size() == 3);
    CHECK(!answers[2].allow);
  }

  TEST_CASE_FIXTURE(authoriser_fixture,
                    "a backend that is down means 1013, and is asked again") {
    ask(10);
    ask(10);
    backend.fail();
    sys.settle();
    CHECK(answers.size() == 2);
    CHECK(was_told_unavailable());
    CHECK(errors("unreachable") == 1);
    ask(10);
    CHECK(backend.requests.size() == 2);
  }

  TEST_CASE_FIXTURE(authoriser_fixture,
                    "nonsense means 1013, and is not kept") {
    const std::vector<std::pair<std::string, unsigned>> nonsense{
      {R"({"allow":true,"ttl_ms":1000})", 500},
      {R"({"allow":"yes","ttl_ms":1000})", 200},
      {R"({"allow":false,"code":1000,"ttl_ms":1000})", 200},
      {"<html>", 200},
      {"", 200}};
    for (const auto& [body, status] : nonsense) {
      ask(10);
      reply(body, status);
      CHECK_MESSAGE(was_told_unavailable(), body);
    }
    CHECK(answers.size() == nonsense.size());
    CHECK(backend.requests.size() == nonsense.size());
    CHECK(errors("nonsense") == nonsense.size());
  }

  TEST_CASE_FIXTURE(authoriser_fixture,
                    "beyond a thousand open questions the answer is 1013") {
    for (std::uint64_t i = 1; i <= 1000; ++i)
      ask_unsettled(i);
    sys.settle();
    CHECK(answers.empty());
    ask(1001);
    CHECK(answers.size() == 1);
    CHECK(was_told_unavailable());
    CHECK(errors("overloaded") == 1);
    ask(1000); // joins one that waits
    CHECK(answers.size() == 1);
    CHECK(backend.requests.size() == 1000);
    reply(R"({"allow":true})");
    ask(1001);
    CHECK(backend.requests.size() == 1001);
  }

  TEST_CASE_FIXTURE(authoriser_fixture,
                    "beyond twenty thousand answers the oldest is forgotten") {
    backend.standing_answer = R"({"allow":true,"ttl_ms":3600000})";
    for (std::uint64_t i = 1; i <= 20'001; ++i) {
      ask_unsettled(i);
      if (i % 500 == 0)
        sys.settle();
    }
    sys.settle();
    CHECK(answers.size() == 20'001);
    ask(2);
    CHECK(backend.requests.size() == 20'001);
    ask(1);
    CHECK(backend.requests.size() == 20'002);
  }

  TEST_CASE_FIXTURE(authoriser_fixture,
                    "forgetting an outdated answer spares its successor") {
    backend.standing_answer = R"({"allow":true,"ttl_ms":1000})";
    ask(1);
    sys.advance(1s);
    backend.standing_answer = R"({"allow":true,"ttl_ms":3600000})";
    for (std::uint64_t i = 1; i <= 20'000; ++i) {
      ask_unsettled(i);
      if (i % 500 == 0)
        sys.settle();
    }
    const auto asked = backend.requests.size();
    ask(1);
    CHECK(backend.requests.size() == asked);
  }
}
