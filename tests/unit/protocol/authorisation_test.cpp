#include "protocol/authorisation.hpp"

#include <doctest/doctest.h>

#include <string>

namespace wsgw::protocol {

namespace {

using std::chrono::milliseconds;

auth_question a_question() {
  auth_question question;
  question.as = role::widget;
  question.dialog_id = "10";
  question.claims_json = R"({"sub":"1"})";
  question.assistant_id = 3;
  question.site = "client.com";
  question.origin = "https://client.com";
  question.ip = "203.0.113.9";
  return question;
}

} // namespace

TEST_SUITE("protocol/authorisation") {
  TEST_CASE("the question is the JSON of the design") {
    CHECK(encode(a_question())
          == R"({"role":"widget","dialog_id":10,"claims":{"sub":"1"},)"
             R"("assistant_id":3,"site":"client.com",)"
             R"("origin":"https://client.com","ip":"203.0.113.9"})");
  }

  TEST_CASE("what is not known is null, and a user's id is a string") {
    auth_question question;
    question.as = role::user;
    question.dialog_id = "5";
    CHECK(encode(question)
          == R"({"role":"user","dialog_id":"5","claims":null,)"
             R"("assistant_id":null,"site":null,"origin":null,"ip":null})");
  }

  TEST_CASE(
    "an origin of broken UTF-8 or with quotes stays inside its string") {
    auto question = a_question();
    question.origin = "\"},{\xFF";
    CHECK(encode(question).find(R"("origin":"\"},{)"
                                "\xEF\xBF\xBD\"")
          != std::string::npos);
  }

  TEST_CASE("any different part gives a different cache key") {
    const auto same = cache_key(a_question());
    CHECK(cache_key(a_question()) == same);
    CHECK(same.size() == 64);
    const auto differs = [&](auto change) {
      auto question = a_question();
      change(question);
      return cache_key(question) != same;
    };
    CHECK(differs([](auto& q) { q.as = role::site; }));
    CHECK(differs([](auto& q) { q.dialog_id = "11"; }));
    CHECK(differs([](auto& q) { q.claims_json = R"({"sub":"2"})"; }));
    CHECK(differs([](auto& q) { q.assistant_id = 4; }));
    CHECK(differs([](auto& q) { q.site = "a.client.com"; }));
    CHECK(differs([](auto& q) { q.origin = "https://a.client.com"; }));
    CHECK(differs([](auto& q) { q.ip = "203.0.113.8"; }));
  }

  TEST_CASE("a yes carries user and time to live") {
    const auto answer =
      parse_auth_answer(200, R"({"allow":true,"user_id":7,"ttl_ms":1500})");
    REQUIRE(answer);
    CHECK(answer->allow);
    CHECK(answer->user_id == "7");
    CHECK(answer->ttl == milliseconds{1500});
    CHECK(parse_auth_answer(200, R"({"allow":true,"user_id":"u"})")->user_id
          == "u");
    CHECK(parse_auth_answer(200, R"({"allow":true})")->ttl == milliseconds{0});
  }

  TEST_CASE("the time to live is clamped to an hour") {
    const auto ttl = [](std::string_view ms) {
      const auto body = R"({"allow":true,"ttl_ms":)" + std::string{ms} + "}";
      return parse_auth_answer(200, body)->ttl;
    };
    CHECK(ttl("-5") == milliseconds{0});
    CHECK(ttl("2.9") == milliseconds{2});
    CHECK(ttl("3600001") == milliseconds{3'600'000});
    CHECK(ttl("1e300") == milliseconds{3'600'000});
    CHECK(ttl("null") == milliseconds{0});
  }

  TEST_CASE("a no carries its close code and reason") {
    const auto answer = parse_auth_answer(
      200, R"({"allow":false,"code":4004,"reason":"No such dialog"})");
    REQUIRE(answer);
    CHECK_FALSE(answer->allow);
    CHECK(answer->refusal == close_status{4004, "No such dialog"});
    CHECK(parse_auth_answer(200, R"({"allow":false})")->refusal
          == close_status{4002, "Auth failed"});
    CHECK(parse_auth_answer(200, R"({"allow":false,"code":4999})")->refusal
          == close_status{4999, "Auth failed"});
  }

  TEST_CASE("a long reason is cut at a character boundary") {
    const auto reason = [](const std::string& text) {
      const auto body = R"({"allow":false,"reason":")" + text + R"("})";
      return parse_auth_answer(200, body)->refusal.reason;
    };
    CHECK(reason(std::string(123, 'x')).size() == 123);
    CHECK(reason(std::string(500, 'x')).size() == 123);
    CHECK(reason(std::string(122, 'x') + "я") == std::string(122, 'x'));
    CHECK(reason(std::string(121, 'x') + "яя") == std::string(121, 'x') + "я");
    CHECK(reason(std::string(120, 'x') + "😀") == std::string(120, 'x'));
  }

  TEST_CASE("nonsense is no answer") {
    CHECK_FALSE(parse_auth_answer(500, R"({"allow":true})"));
    CHECK_FALSE(parse_auth_answer(204, ""));
    for (const auto* body :
         {"", "null", "[]", "true", "{}", R"({"allow":"true"})",
          R"({"allow":1})", R"({"allow":null})", R"({"allow":true)",
          R"({"allow":true,"user_id":{}})", R"({"allow":true,"ttl_ms":"1"})",
          R"({"allow":false,"code":1000})", R"({"allow":false,"code":5000})",
          R"({"allow":false,"code":3999})", R"({"allow":false,"code":"4004"})",
          R"({"allow":false,"code":4004.5})", R"({"allow":false,"reason":7})",
          R"({"allow":false,"allow":true})",
          "{\"allow\":true,\"x\":\"\xFF\"}"}) {
      CAPTURE(body);
      CHECK_FALSE(parse_auth_answer(200, body));
    }
  }
}

} // namespace wsgw::protocol
