#include "protocol/duel_ticket.hpp"

#include <doctest/doctest.h>

#include <string>

namespace wsgw::protocol {

namespace {

using time_point = std::chrono::system_clock::time_point;
using std::chrono::seconds;

constexpr std::string_view secret = "test-secret-0123456789";
const time_point now{seconds{1'771'234'600}};

/// The original's own vector (contract/duels.md section 3).
constexpr std::string_view vector_payload =
  "eyJkdWVsX2lkIjo0MiwidXNlcl9pZCI6NywiaWF0IjoxNzcxMjM0NTY3LCJleHAiOjE3NzEyMz"
  "Q4NjcsImp0aSI6IjAwMTEyMjMzNDQ1NTY2NzcifQ";
constexpr std::string_view vector_signature =
  "8c57c6f970a3aa5f594de9dca5fee35a251c91721e06ea00ad42683717b62a26";

std::string vector_ticket() {
  return std::string{vector_payload} + "." + std::string{vector_signature};
}

/// What became of `ticket`: "good" or the reason against it.
std::string outcome_of(std::string_view ticket, time_point at = now,
                       std::string_view key = secret) {
  const auto result = verify_duel_ticket(ticket, key, at);
  if (const auto* why = std::get_if<ticket_error>(&result))
    return std::string{to_string(*why)};
  return "good";
}

std::string outcome_of_signed(std::string_view json, time_point at = now) {
  return outcome_of(sign_ticket(json, secret), at);
}

duel_ticket read(std::string_view json) {
  const auto result = verify_duel_ticket(sign_ticket(json, secret), secret,
                                         time_point{seconds{100}});
  REQUIRE(std::holds_alternative<duel_ticket>(result));
  return std::get<duel_ticket>(result);
}

} // namespace

TEST_SUITE("protocol/duel_ticket") {
  TEST_CASE("the original's test vector is minted and read") {
    duel_ticket order;
    order.duel_id = 42;
    order.user_id = 7;
    order.issued_at = time_point{seconds{1'771'234'567}};
    order.expires_at = time_point{seconds{1'771'234'867}};
    order.jti = "0011223344556677";
    CHECK(mint_duel_ticket(order, secret) == vector_ticket());
    const auto result = verify_duel_ticket(vector_ticket(), secret, now);
    REQUIRE(std::holds_alternative<duel_ticket>(result));
    const auto& ticket = std::get<duel_ticket>(result);
    CHECK(ticket.duel_id == 42);
    CHECK(ticket.user_id == 7);
    CHECK(ticket.issued_at == order.issued_at);
    CHECK(ticket.expires_at == order.expires_at);
    CHECK(ticket.jti == "0011223344556677");
  }

  TEST_CASE("padding and the standard alphabet are accepted") {
    const std::string json =
      R"({"duel_id":1,"user_id":2,"iat":1,"exp":9000000000,"jti":"~~~???"})";
    auto standard = sign_ticket(json, secret);
    const auto dot = standard.find('.');
    for (auto& c : standard)
      c = c == '-' ? '+' : c == '_' ? '/' : c;
    CHECK(standard.find_first_of("+/") != std::string::npos);
    standard.insert(dot, (4 - dot % 4) % 4, '=');
    CHECK(outcome_of(standard) == "good");
    CHECK(outcome_of(std::string{vector_payload} + "==."
                     + std::string{vector_signature})
          == "good");
  }

  TEST_CASE("a signature must be the whole lower-case one") {
    auto upper = vector_ticket();
    upper.replace(upper.size() - 2, 2, "A6");
    CHECK(outcome_of(upper) == "forged");
    upper = vector_ticket();
    upper[vector_payload.size() + 2] = 'C'; // of 8c57
    CHECK(outcome_of(upper) == "forged");
    CHECK(outcome_of(vector_ticket() + "0") == "forged");
    CHECK(outcome_of(vector_ticket() + ".x") == "forged");
    CHECK(outcome_of(vector_ticket().substr(0, 150)) == "forged");
    CHECK(outcome_of(std::string{vector_payload} + ".") == "forged");
    CHECK(outcome_of(vector_ticket(), now, "another secret") == "forged");
    CHECK(outcome_of(vector_ticket(), now, "") == "forged");
  }

  TEST_CASE("what is no envelope is malformed") {
    for (const auto& text :
         {std::string{}, std::string{vector_payload}, std::string{"no ticket"},
          "%" + vector_ticket(), "=" + vector_ticket(),
          std::string(5000, 'A') + "." + std::string{vector_signature}})
      CHECK(outcome_of(text) == "malformed");
    CHECK(outcome_of(".") == "forged"); // nothing, signed with nothing
  }

  TEST_CASE("the signed bytes count, not a rewritten JSON") {
    const auto ticket =
      read(R"({ "jti" : "a", "exp":200, "iat":100, "user_id":"7",)"
           R"( "duel_id":"42", "more":[1] })");
    CHECK(ticket.duel_id == 42);
    CHECK(ticket.user_id == 7);
    CHECK(ticket.jti == "a");
  }

  TEST_CASE("numbers may be strings or have a fraction") {
    const auto ticket = read(
      R"({"duel_id":42.0,"user_id":"007","iat":"100","exp":200.9,"jti":"x"})");
    CHECK(ticket.duel_id == 42);
    CHECK(ticket.user_id == 7);
    CHECK(ticket.expires_at == time_point{seconds{200}});
  }

  TEST_CASE("a signed payload that is no ticket is malformed") {
    for (const auto* json :
         {"",
          "[]",
          "7",
          "null",
          "{}",
          "{\"duel_id\":1",
          R"({"user_id":2,"iat":1,"exp":9e9,"jti":"a"})",
          R"({"duel_id":1,"iat":1,"exp":9e9,"jti":"a"})",
          R"({"duel_id":1,"user_id":2,"exp":9e9,"jti":"a"})",
          R"({"duel_id":1,"user_id":2,"iat":1,"jti":"a"})",
          R"({"duel_id":1,"user_id":2,"iat":1,"exp":9e9})",
          R"({"duel_id":null,"user_id":2,"iat":1,"exp":9e9,"jti":"a"})",
          R"({"duel_id":0,"user_id":2,"iat":1,"exp":9e9,"jti":"a"})",
          R"({"duel_id":-1,"user_id":2,"iat":1,"exp":9e9,"jti":"a"})",
          R"({"duel_id":1,"user_id":"0","iat":1,"exp":9e9,"jti":"a"})",
          R"({"duel_id":"x","user_id":2,"iat":1,"exp":9e9,"jti":"a"})",
          R"({"duel_id":"","user_id":2,"iat":1,"exp":9e9,"jti":"a"})",
          R"({"duel_id":1e99,"user_id":2,"iat":1,"exp":9e9,"jti":"a"})",
          R"({"duel_id":[1],"user_id":2,"iat":1,"exp":9e9,"jti":"a"})",
          R"({"duel_id":1,"user_id":2,"iat":1,"exp":9e9,"jti":7})",
          R"({"duel_id":1,"user_id":2,"iat":1,"exp":9e9,"jti":null})",
          R"({"duel_id":1,"user_id":2,"iat":1,"exp":9e9,"jti":""})"}) {
      CAPTURE(json);
      CHECK(outcome_of_signed(json) == "malformed");
    }
  }

  TEST_CASE("the last second is good and the issuer may be 5 s ahead") {
    const auto at = [](std::int64_t ms) {
      return time_point{std::chrono::milliseconds{ms}};
    };
    constexpr std::string_view json =
      R"({"duel_id":1,"user_id":2,"iat":1000,"exp":2000,"jti":"a"})";
    CHECK(outcome_of_signed(json, at(2'000'999)) == "good");
    CHECK(outcome_of_signed(json, at(2'001'000)) == "expired");
    CHECK(outcome_of_signed(json, at(995'000)) == "good");
    CHECK(outcome_of_signed(json, at(994'999)) == "future");
  }
}

} // namespace wsgw::protocol
