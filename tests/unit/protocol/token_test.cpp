#include "protocol/token.hpp"
#include "tests/unit/protocol/jwt_forge.hpp"

#include <doctest/doctest.h>

#include <string>

namespace wsgw::protocol {

namespace {

using tests::forge_jwt;
using tests::hs256_header;
using time_point = std::chrono::system_clock::time_point;
using std::chrono::seconds;

const std::string secret = "a secret of some length, 32 bytes+";
const jwt_key key{secret, {}};
const time_point now{seconds{1'757'163'900}};
constexpr std::string_view good_claims =
  R"({"sub":"1","email":"a@b","exp":1757164000,"type":"access"})";

std::string signed_claims(std::string_view claims) {
  return forge_jwt(hs256_header, claims, secret);
}

/// The error, or nothing when the token is accepted.
std::optional<token_error>
refusal(const std::string& jwt, const jwt_key& k = key, time_point at = now) {
  const auto result = verify_access_token(jwt, k, at);
  if (const auto* error = std::get_if<token_error>(&result))
    return *error;
  return std::nullopt;
}

} // namespace

TEST_SUITE("protocol/token") {
  TEST_CASE("a good access token gives its claims") {
    const auto result =
      verify_access_token(signed_claims(good_claims), key, now);
    REQUIRE(std::holds_alternative<access_claims>(result));
    const auto& claims = std::get<access_claims>(result);
    CHECK(claims.subject == "1");
    CHECK(claims.email == "a@b");
    CHECK(claims.type == "access");
    CHECK(claims.expires_at == time_point{seconds{1'757'164'000}});
    CHECK_FALSE(claims.dialog_id);
    CHECK(claims.json == good_claims);
  }

  TEST_CASE("a token is good through its last second and no longer") {
    const auto jwt = signed_claims(good_claims);
    const time_point end{seconds{1'757'164'000}};
    CHECK_FALSE(refusal(jwt, key, end));
    CHECK(refusal(jwt, key, end + seconds{1}) == token_error::expired);
  }

  TEST_CASE("expiry is told only to the holder of a good signature") {
    const auto jwt =
      forge_jwt(hs256_header, R"({"sub":"1","exp":1})", "another");
    CHECK(refusal(jwt) == token_error::bad_signature);
    CHECK(refusal(signed_claims(R"({"sub":"1","exp":1})"))
          == token_error::expired);
  }

  TEST_CASE("claims of wrong types, or missing ones, are refused") {
    for (const auto* claims :
         {R"({})", R"({"sub":"1"})", R"({"exp":1757164000})",
          R"({"sub":1,"exp":1757164000})", R"({"sub":"","exp":1757164000})",
          R"({"sub":null,"exp":1757164000})",
          R"({"sub":"a\u000ab","exp":1757164000})",
          R"({"sub":"1","exp":"1757164000"})", R"({"sub":"1","exp":null})",
          R"({"sub":"1","exp":1757164000,"email":7})",
          R"({"sub":"1","exp":1757164000,"aud":"x"})",
          R"({"sub":"1","exp":1757164000,"aud":null})",
          R"({"sub":"1","exp":1757164000,"nbf":"soon"})",
          R"({"sub":"1","exp":1757164000,"iat":"now"})"}) {
      CAPTURE(claims);
      CHECK(refusal(signed_claims(claims)) == token_error::bad_claims);
    }
  }

  TEST_CASE("nbf in the future is refused, iat in the future is not") {
    CHECK(
      refusal(signed_claims(R"({"sub":"1","exp":1757164000,"nbf":1757163901})"))
      == token_error::not_yet_valid);
    CHECK_FALSE(refusal(
      signed_claims(R"({"sub":"1","exp":1757164000,"nbf":1757163900})")));
    CHECK_FALSE(refusal(
      signed_claims(R"({"sub":"1","exp":1757164000,"iat":1757163999})")));
  }

  TEST_CASE("an expiry beyond all clocks is still a date") {
    CHECK_FALSE(refusal(signed_claims(R"({"sub":"1","exp":1e300})")));
    CHECK(refusal(signed_claims(R"({"sub":"1","exp":-1e300})"))
          == token_error::expired);
  }

  TEST_CASE("a dialog_id claim of a wrong type holds to no dialog at all") {
    const auto held = [](std::string_view value) {
      const auto jwt = signed_claims(R"({"sub":"1","exp":1757164000,)"
                                     R"("dialog_id":)"
                                     + std::string{value} + "}");
      return std::get<access_claims>(verify_access_token(jwt, key, now))
        .dialog_id;
    };
    CHECK(held("10") == "10");
    CHECK(held(R"("10")") == "10");
    CHECK(held("[10]") == "");
    CHECK_FALSE(held("null"));
  }

  TEST_CASE("a minted access token verifies and a PEM key mints nothing") {
    const auto jwt = mint_access_token({"1", "a@b", now, seconds{60}}, secret);
    CHECK_FALSE(refusal(jwt));
    CHECK(refusal(jwt, key, now + seconds{61}) == token_error::expired);
    CHECK(mint_access_token({"1", "", now, seconds{60}}, "").empty());
    CHECK(mint_access_token({"1", "", now, seconds{60}},
                            "-----BEGIN PUBLIC KEY-----\n")
            .empty());
  }
}

} // namespace wsgw::protocol
