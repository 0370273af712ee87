#include "tests/support/auth_backend.hpp"
#include "tests/support/json_document.hpp"
#include "tests/support/running_hub.hpp"
#include "tests/support/verdict.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string_view>

namespace wsgw::tests {

namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

const std::string unavailable = "1013 Authorisation unavailable";

environment_map asking(const std::string& url) {
  return {{"WS_AUTH_URL", url}};
}

struct asking_gateway {
  auth_backend backend;
  gateway_process gateway{asking(backend.url())};
};

/// Handshakes whose answers are still to come.
std::vector<raw_socket> start_handshakes(const gateway_process& gateway,
                                         int count, const std::string& target) {
  std::vector<raw_socket> sockets;
  for (int i = 0; i < count; ++i) {
    sockets.emplace_back(gateway.port(), raw_socket::options{});
    sockets.back().send(ws_client::handshake_text(target));
  }
  return sockets;
}

} // namespace

TEST_SUITE("integration/authoriser") {

  TEST_CASE("the backend is asked who may join, with all that is known") {
    asking_gateway at;
    const auto token = site_token({"client.com"});
    CHECK(verdict_of(at.gateway, "/ws/site/dialogs/10?site_token=" + token,
                     {{"Origin", "https://www.client.com"},
                      {"X-Forwarded-For", "203.0.113.9"}})
          == "open");
    REQUIRE(at.backend.question_count() == 1);
    const json_document question{at.backend.questions()[0]};
    CHECK(question.text("/role") == "site");
    CHECK(question.number("/dialog_id") == 10);
    CHECK(question.number("/claims/user_id") == 6);
    CHECK(question.number("/assistant_id") == 3);
    CHECK(question.text("/site") == "www.client.com");
    CHECK(question.text("/origin") == "https://www.client.com");
    CHECK(question.text("/ip") == "203.0.113.9");
    CHECK(at.backend.questions()[0].find(token) == std::string::npos);
  }

  TEST_CASE("a widget without credentials is the backend's decision") {
    asking_gateway at;
    const std::string target = "/ws/widget/dialogs/10?assistant_id=3";
    CHECK(verdict_of(at.gateway, target) == "open");
    at.backend.answer_with(R"({"allow":false,"code":4004,)"
                           R"("reason":"Assistant not found"})");
    CHECK(verdict_of(at.gateway, target) == "4004 Assistant not found");
  }

  TEST_CASE("a bad token is refused without asking") {
    asking_gateway at;
    CHECK(verdict_of(at.gateway, "/ws/dialogs/10?token=bad")
          == "4002 Invalid or expired token");
    CHECK(at.backend.question_count() == 0);
  }

  TEST_CASE("a long reason is cut to a close frame's size between characters") {
    asking_gateway at;
    std::string reason;
    for (int i = 0; i < 100; ++i)
      reason += "я";
    at.backend.answer_with(R"({"allow":false,"code":4321,"reason":")" + reason
                           + R"("})");
    CHECK(verdict_of(at.gateway, admin_target(10))
          == "4321 " + reason.substr(0, 122));
  }

  TEST_CASE("an answer is kept for its ttl and then asked for again") {
    asking_gateway at;
    at.backend.answer_with(R"({"allow":true,"ttl_ms":700})");
    const auto target = admin_target(10);
    const auto start = clock::now();
    verdict_of(at.gateway, target);
    verdict_of(at.gateway, target);
    const auto asked = at.backend.question_count();
    if (clock::now() - start < 600ms)
      CHECK(asked == 1);
    CHECK(eventually([&] {
      return verdict_of(at.gateway, target) == "open"
             && at.backend.question_count() == 2;
    }));
    CHECK(clock::now() - start >= 650ms);
  }

  TEST_CASE("without a ttl every join asks, for every dialog") {
    asking_gateway at;
    for (std::size_t i = 1; i <= 3; ++i) {
      CHECK(verdict_of(at.gateway, admin_target(10)) == "open");
      CHECK(at.backend.question_count() == i);
    }
    at.backend.answer_with(R"({"allow":true,"ttl_ms":60000})");
    verdict_of(at.gateway, admin_target(11));
    verdict_of(at.gateway, admin_target(12));
    CHECK(at.backend.question_count() == 5);
  }

  TEST_CASE("equal questions at one time are asked once") {
    asking_gateway at;
    at.backend.hold();
    auto sockets = start_handshakes(at.gateway, 20, admin_target(10));
    CHECK(eventually([&] { return at.backend.question_count() == 1; }));
    // A different question passes by; so the twenty have been read as well.
    at.backend.answer_with(R"({"allow":true})");
    auto other = start_handshakes(at.gateway, 1, admin_target(11));
    CHECK(eventually([&] { return at.backend.question_count() == 2; }));
    at.backend.release();
    for (auto& socket : sockets)
      CHECK(socket.receive_until("\r\n\r\n").starts_with("HTTP/1.1 101"));
    CHECK(at.backend.question_count() == 2);
  }

  TEST_CASE("a backend that does not answer in two seconds is unavailable") {
    asking_gateway at;
    at.backend.hold();
    const auto start = clock::now();
    CHECK(verdict_of(at.gateway, admin_target(10)) == unavailable);
    const auto took = clock::now() - start;
    CHECK(took >= 1800ms);
    CHECK(took < 4500ms);
    at.backend.release();
    CHECK(verdict_of(at.gateway, admin_target(10)) == "open");
  }

  TEST_CASE("nonsense from the backend means unavailable, never refused") {
    asking_gateway at;
    for (const std::string_view nonsense :
         {"", "nonsense", "[]", "true", "{}", R"({"allow":"yes"})",
          R"({"allow":false,"code":1008,"reason":"x"})",
          R"({"allow":false,"code":5000,"reason":"x"})",
          R"({"allow":false,"code":"4004"})", "{\"allow\":true"}) {
      CAPTURE(nonsense);
      at.backend.answer_with(std::string{nonsense});
      CHECK(verdict_of(at.gateway, admin_target(10)) == unavailable);
    }
    for (const int status : {204, 302, 403, 500, 503}) {
      CAPTURE(status);
      at.backend.answer_with(status, R"({"allow":true})");
      CHECK(verdict_of(at.gateway, admin_target(10)) == unavailable);
    }
    CHECK(at.gateway.metric("wsgw_authoriser_errors_total") >= 15);
  }

  TEST_CASE("without a backend nobody joins and nothing else suffers") {
    gateway_process gateway{
      asking("http://127.0.0.1:" + std::to_string(free_port()) + "/")};
    CHECK(verdict_of(gateway, admin_target(10)) == unavailable);
    CHECK(gateway.get("/live").status == 200);
  }

  TEST_CASE("members go on while the backend thinks about others") {
    auth_backend backend;
    running_hub hub{asking(backend.url())};
    auto member = connect(hub.gateway, admin_target(10));
    backend.hold();
    auto waiting = start_handshakes(hub.gateway, 50, admin_target(11));
    CHECK(eventually([&] { return backend.question_count() == 2; }));
    const auto message = bare_message(1, "no delay");
    const auto start = clock::now();
    hub.publish(10, message_new(10, message));
    CHECK(member.read_text() == message);
    CHECK(clock::now() - start < 1s);
    backend.release();
  }

  TEST_CASE("a client that gives up while the backend thinks leaves no trace") {
    asking_gateway at;
    at.backend.hold();
    auto sockets = start_handshakes(at.gateway, 5, admin_target(10));
    CHECK(eventually([&] { return at.backend.question_count() == 1; }));
    for (auto& socket : sockets)
      socket.abort();
    at.backend.release();
    CHECK(verdict_of(at.gateway, admin_target(10)) == "open");
    CHECK(eventually(
      [&] { return at.gateway.metric("websocket_connections_total") == 0; }));
  }
}

} // namespace wsgw::tests
