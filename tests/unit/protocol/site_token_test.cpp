#include "protocol/base64.hpp"
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
using domains = std::vector<std::string>;

constexpr std::string_view secret = "the site secret";
const time_point now{seconds{1'757'163'900}};

std::string signed_claims(std::string_view claims) {
  return forge_jwt(hs256_header, claims, secret);
}

site_claims accepted(std::string_view claims) {
  const auto result = verify_site_token(signed_claims(claims), secret, now);
  REQUIRE(std::holds_alternative<site_claims>(result));
  return std::get<site_claims>(result);
}

std::optional<token_error> refusal(std::string_view claims) {
  const auto result = verify_site_token(signed_claims(claims), secret, now);
  if (const auto* error = std::get_if<token_error>(&result))
    return *error;
  return std::nullopt;
}

} // namespace

TEST_SUITE("protocol/site_token") {
  TEST_CASE("the backend's site token is read") {
    const auto claims = accepted(
      R"({"user_id":6,"assistant_id":3,"type":"site","allowed_domains":)"
      R"("client.com,shop.ru","issued_at":1757163900,"widget_version":1})");
    CHECK(claims.user_id == "6");
    CHECK(claims.assistant_id == 3);
    CHECK(claims.type == "site");
    CHECK(claims.allowed_domains == domains{"client.com", "shop.ru"});
    CHECK_FALSE(claims.domains_malformed);
    CHECK_FALSE(claims.expires_at);
  }

  TEST_CASE("domain lists are trimmed and lower-cased") {
    CHECK(accepted(R"({"allowed_domains":" Client.COM ,, shop.ru ,"})")
            .allowed_domains
          == domains{"client.com", "shop.ru"});
    CHECK(accepted(R"({"ALLOWED_DOMAINS":"client.com"})").allowed_domains
          == domains{"client.com"});
    CHECK(accepted(R"({"allowed_domains":"","ALLOWED_DOMAINS":"a.b"})")
            .allowed_domains
          == domains{"a.b"});
  }

  TEST_CASE("a claim that names no domain is not the absence of a claim") {
    for (const auto* claims :
         {R"({"allowed_domains":["client.com"]})", R"({"allowed_domains":[]})",
          R"({"allowed_domains":7})", R"({"allowed_domains":" , "})"}) {
      CAPTURE(claims);
      CHECK(accepted(claims).domains_malformed);
    }
    for (const auto* claims :
         {R"({})", R"({"allowed_domains":""})", R"({"allowed_domains":null})"})
      CHECK_FALSE(accepted(claims).domains_malformed);
  }

  TEST_CASE("expiry is honoured when present, unless the caller ignores it") {
    CHECK(refusal(R"({"user_id":6,"exp":1})") == token_error::expired);
    CHECK_FALSE(refusal(R"({"user_id":6,"exp":1757163900})"));
    const auto ignoring = verify_site_token_ignoring_expiry(
      signed_claims(R"({"user_id":6,"exp":1})"), secret, now);
    CHECK(std::holds_alternative<site_claims>(ignoring));
  }

  TEST_CASE("ill-typed claims, aud and a future nbf are refused") {
    for (const auto* claims :
         {R"({"exp":"x"})", R"({"exp":null})", R"({"assistant_id":"3"})",
          R"({"user_id":"a\u0000b"})", R"({"aud":"x"})"}) {
      CAPTURE(claims);
      // libjwt's JSON reader knows no NUL in strings: a bad signature to it.
      CHECK(refusal(claims));
    }
    CHECK(refusal(R"({"nbf":1757164900})") == token_error::not_yet_valid);
  }

  TEST_CASE("an empty secret verifies nothing") {
    const auto jwt = forge_jwt(hs256_header, R"({"user_id":6})", "");
    CHECK(std::holds_alternative<token_error>(verify_site_token(jwt, "", now)));
  }

  TEST_CASE("claims can be read without any signature, for compat") {
    const auto forged = base64url_encode(R"({"alg":"none"})") + "."
                        + base64url_encode(R"({"user_id":6})") + ".";
    const auto read = read_site_token_unverified(forged);
    REQUIRE(std::holds_alternative<site_claims>(read));
    CHECK(std::get<site_claims>(read).user_id == "6");
    CHECK(std::holds_alternative<token_error>(
      read_site_token_unverified("garbage")));
  }

  TEST_CASE("a minted site token is what the backend would have issued") {
    const auto jwt = mint_site_token(
      {6, 3, {"https://www.Shop.ru/", "client.com", "client.com "}, now, {}},
      secret);
    const auto result = verify_site_token(jwt, secret, now);
    REQUIRE(std::holds_alternative<site_claims>(result));
    const auto& claims = std::get<site_claims>(result);
    CHECK(claims.type == "site");
    CHECK(claims.user_id == "6");
    CHECK(claims.assistant_id == 3);
    CHECK(claims.allowed_domains == domains{"client.com", "shop.ru"});
    // printf 'client.com,shop.ru' | sha256sum
    CHECK(
      claims.json.find(
        R"("domains_hash":"9730d43ae00d07f2cbb23941c069bc6cc43483eefbbf7911636a11e5068e2c75")")
      != std::string::npos);
  }
}

} // namespace wsgw::protocol
