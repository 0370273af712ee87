#include "protocol/ticket.hpp"

#include <doctest/doctest.h>

#include <ostream>
#include <string>

namespace wsgw::protocol {

inline std::ostream& operator<<(std::ostream& out, ticket_error error) {
  constexpr std::string_view words[] = {"malformed", "forged", "expired",
                                        "future"};
  return out << words[static_cast<std::size_t>(error)];
}

namespace {

using time_point = std::chrono::system_clock::time_point;
using std::chrono::seconds;

constexpr std::string_view secret = "test-secret-0123456789";
const time_point now{seconds{1'771'234'600}};

/// The original's own vector (contract/duels.md section 3).
constexpr std::string_view vector_json =
  R"({"duel_id":42,"user_id":7,"iat":1771234567,"exp":1771234867,)"
  R"("jti":"0011223344556677"})";
constexpr std::string_view vector_payload =
  "eyJkdWVsX2lkIjo0MiwidXNlcl9pZCI6NywiaWF0IjoxNzcxMjM0NTY3LCJleHAiOjE3NzEyMz"
  "Q4NjcsImp0aSI6IjAwMTEyMjMzNDQ1NTY2NzcifQ";
constexpr std::string_view vector_signature =
  "8c57c6f970a3aa5f594de9dca5fee35a251c91721e06ea00ad42683717b62a26";

std::string vector_ticket() {
  return std::string{vector_payload} + "." + std::string{vector_signature};
}

ticket_error error_of(std::string_view json, time_point at = now) {
  const auto result =
    verify_dialog_ticket(sign_ticket(json, secret), secret, at);
  REQUIRE(std::holds_alternative<ticket_error>(result));
  return std::get<ticket_error>(result);
}

constexpr std::string_view good_json =
  R"({"dialog_id":10,"assistant_id":3,"role":"widget","iat":1771234567,)"
  R"("exp":1771234867,"jti":"0011223344556677"})";

} // namespace

TEST_SUITE("protocol/ticket") {
  TEST_CASE("the original's test vector is reproduced byte for byte") {
    CHECK(sign_ticket(vector_json, secret) == vector_ticket());
    CHECK(open_ticket(vector_ticket(), secret) == vector_json);
  }

  TEST_CASE("padding is accepted, as the original accepts it") {
    const auto padded =
      std::string{vector_payload} + "==." + std::string{vector_signature};
    CHECK(open_ticket(padded, secret) == vector_json);
  }

  TEST_CASE("the decoded bytes are signed, not a rewritten JSON") {
    const std::string spaced = "{ \"a\" : \"1\" }";
    CHECK(open_ticket(sign_ticket(spaced, secret), secret) == spaced);
  }

  TEST_CASE("a forged envelope does not open") {
    auto upper = vector_ticket();
    upper.replace(upper.size() - 2, 2, "A6");
    auto changed = vector_ticket();
    changed[0] = 'f';
    const auto payload = std::string{vector_payload};
    CHECK_FALSE(open_ticket(vector_ticket(), "another secret"));
    CHECK_FALSE(open_ticket(sign_ticket(vector_json, ""), ""));
    for (const auto& ticket :
         {upper, changed, payload, payload + ".", payload + "..",
          vector_ticket() + "0", vector_ticket().substr(0, 150), std::string{},
          std::string{"."}, std::string(5000, 'A') + ".00"})
      CHECK_FALSE(open_ticket(ticket, secret));
  }

  TEST_CASE("a good dialog ticket is read") {
    const auto result =
      verify_dialog_ticket(sign_ticket(good_json, secret), secret, now);
    REQUIRE(std::holds_alternative<dialog_ticket>(result));
    const auto& ticket = std::get<dialog_ticket>(result);
    CHECK(ticket.dialog_id == "10");
    CHECK(ticket.assistant_id == 3);
    CHECK(ticket.user_id.empty());
    CHECK(ticket.as == role::widget);
    CHECK(ticket.expires_at == time_point{seconds{1'771'234'867}});
    CHECK(ticket.json == good_json);
  }

  TEST_CASE("expiry is inclusive and the issuer's clock may be 5 s ahead") {
    const auto at = [](std::int64_t s) { return time_point{seconds{s}}; };
    const auto ticket = sign_ticket(good_json, secret);
    const auto is_good = [&](time_point t) {
      return std::holds_alternative<dialog_ticket>(
        verify_dialog_ticket(ticket, secret, t));
    };
    CHECK(is_good(at(1'771'234'867)));
    CHECK(error_of(good_json, at(1'771'234'868)) == ticket_error::expired);
    CHECK(is_good(at(1'771'234'562)));
    CHECK(error_of(good_json, at(1'771'234'561)) == ticket_error::future);
  }

  TEST_CASE("a signed ticket with missing or ill-typed claims is malformed") {
    for (const auto* json :
         {"{}", "[]", "not json",
          R"({"role":"widget","iat":1,"exp":9e9,"jti":"a"})",
          R"({"dialog_id":10,"iat":1,"exp":9e9,"jti":"a"})",
          R"({"dialog_id":10,"role":"boss","iat":1,"exp":9e9,"jti":"a"})",
          R"({"dialog_id":10,"role":"user","iat":1,"exp":9e9,"jti":"a"})",
          R"({"dialog_id":10,"role":"widget","iat":"1","exp":9e9,"jti":"a"})",
          R"({"dialog_id":10,"role":"widget","iat":1,"jti":"a"})",
          R"({"dialog_id":10,"role":"widget","iat":1,"exp":9e9,"jti":7})",
          R"({"dialog_id":10,"role":"widget","iat":1,"exp":9e9,"jti":""})",
          R"({"dialog_id":1.5,"role":"widget","iat":1,"exp":9e9,"jti":"a"})",
          R"({"dialog_id":10,"assistant_id":"3","role":"widget","iat":1,)"
          R"("exp":9e9,"jti":"a"})"}) {
      CAPTURE(json);
      CHECK(error_of(json) == ticket_error::malformed);
    }
  }

  TEST_CASE("a minted ticket is what the design says, and verifies") {
    dialog_ticket order;
    order.dialog_id = "10";
    order.user_id = "7";
    order.issued_at = now;
    order.expires_at = now + seconds{300};
    order.jti = "00112233aabbccdd";
    const auto ticket = mint_dialog_ticket(order, secret);
    CHECK(open_ticket(ticket, secret)
          == R"({"dialog_id":10,"user_id":7,"role":"widget","iat":1771234600,)"
             R"("exp":1771234900,"jti":"00112233aabbccdd"})");
    CHECK(std::holds_alternative<dialog_ticket>(
      verify_dialog_ticket(ticket, secret, now)));
  }
}

} // namespace wsgw::protocol
