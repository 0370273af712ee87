#include "tests/unit/protocol/admission_case.hpp"

#include <doctest/doctest.h>

// Every row of contract/replyx.md 2.4, measured at the reference.
namespace wsgw::protocol {

namespace {

using enum endpoint;

struct compat_case : tests::admission_case {
  compat_case() { policy.compat = true; }

  static constexpr std::string_view domains =
    R"({"user_id":6,"type":"site","allowed_domains":"client.com"})";

  std::string site_verdict(std::string_view claims,
                           std::optional<std::string> origin) const {
    return verdict(site_dialog, "site_token=" + site(claims),
                   std::move(origin));
  }
};

constexpr auto admitted = "admitted";
constexpr auto invalid = "4002 Invalid or expired token";
constexpr auto wrong_domain = "4003 Domain not allowed for this token";

} // namespace

TEST_SUITE("protocol/admission_compat") {
  TEST_CASE_FIXTURE(compat_case, "A is open to anyone without a token") {
    CHECK(verdict(admin_dialog, "") == admitted);
    CHECK(verdict(admin_dialog, "token=") == admitted);
    CHECK(decide(admin_dialog, "").as == role::admin);
    CHECK(decide(admin_dialog, "").room->text() == "dialog:10");
  }

  TEST_CASE_FIXTURE(compat_case, "A refuses every kind of bad token") {
    const auto refused = [&](std::string_view claims) {
      return verdict(admin_dialog, "token=" + access(claims)) == invalid;
    };
    CHECK(verdict(admin_dialog, "token=garbage") == invalid);
    CHECK(refused(R"({"sub":"1","exp":1757163899})"));
    CHECK(refused(R"({"sub":"1"})"));
    CHECK(refused(R"({"sub":1,"exp":1757164000})"));
    CHECK(refused(R"({"sub":"1","exp":1757164000,"nbf":1757163999})"));
    CHECK(refused(R"({"sub":"1","exp":1757164000,"aud":"x"})"));
    CHECK(refused(R"({"sub":"a@b","exp":1757164000})"));
    CHECK(verdict(admin_dialog,
                  "token="
                    + tests::forge_jwt(R"({"alg":"HS384","typ":"JWT"})",
                                       R"({"sub":"1","exp":1757164000})",
                                       policy.secret_key))
          == invalid);
  }

  TEST_CASE_FIXTURE(compat_case,
                    "A admits refresh tokens and odd iat and sub") {
    for (const auto* claims :
         {R"({"sub":"1","exp":1757164000,"type":"access"})",
          R"({"sub":"1","exp":1757164000,"type":"refresh"})",
          R"({"sub":"1","exp":1757164000,"iat":1757164000})",
          R"({"sub":"a@b","email":"a@b","exp":1757164000})",
          R"({"sub":"1","exp":1757164000,"dialog_id":11})"}) {
      CAPTURE(claims);
      CHECK(verdict(admin_dialog, "token=" + access(claims)) == admitted);
    }
  }

  TEST_CASE_FIXTURE(compat_case, "W is open, but asks for an assistant") {
    CHECK(verdict(widget_dialog, "assistant_id=3") == admitted);
    CHECK(verdict(widget_dialog, "assistant_id=3", "https://evil.com")
          == admitted);
    CHECK(
      decide(widget_dialog, "assistant_id=1&assistant_id=3").who.assistant_id
      == 3);
    for (const auto* query :
         {"", "assistant_id=", "assistant_id=x", "assistant_id=3.0",
          "assistant_id=-", "ticket=x", "site_token=x"})
      CHECK(verdict(widget_dialog, query) == "http forbidden");
  }

  TEST_CASE_FIXTURE(compat_case, "W cannot find an assistant beyond 32 bits") {
    for (const auto* id : {"2147483648", "-2147483649", "99999999999999999999"})
      CHECK(verdict(widget_dialog, "assistant_id=" + std::string{id})
            == "4004 Assistant not found");
    CHECK(verdict(widget_dialog, "assistant_id=2147483647") == admitted);
  }

  TEST_CASE_FIXTURE(compat_case, "L answers 403 without a good token") {
    CHECK(verdict(inbox, "") == "http forbidden");
    CHECK(verdict(inbox, "token=garbage") == "http forbidden");
    const auto result =
      decide(inbox, "token=" + access(R"({"sub":"1","exp":1757164000})"));
    CHECK(result.outcome == admission_outcome::admitted);
    CHECK(result.room->text() == "user:1");
    CHECK(result.as == role::user);
  }

  TEST_CASE_FIXTURE(compat_case, "S without a token looks only at the origin") {
    CHECK(verdict(site_dialog, "") == admitted);
    CHECK(verdict(site_dialog, "site_token=") == admitted);
    CHECK(verdict(site_dialog, "", "https://any.com") == admitted);
    CHECK(verdict(site_dialog, "", "null") == admitted);
    CHECK(verdict(site_dialog, "", "https://a.malicious-site.com")
          == "4003 Domain not allowed");
    CHECK(verdict(site_dialog, "", "http://spam-domain.net:80")
          == "4003 Domain not allowed");
  }

  TEST_CASE_FIXTURE(compat_case, "S without anything is for development") {
    policy.production = true;
    CHECK(verdict(site_dialog, "") == "4003 Domain not allowed");
    CHECK(verdict(site_dialog, "", "https://any.com") == admitted);
    CHECK(site_verdict(domains, std::nullopt) == admitted);
  }

  TEST_CASE_FIXTURE(compat_case, "S holds a token to its domains") {
    for (const auto* origin : {"https://client.com", "https://CLIENT.com:8443",
                               "https://sub.client.com"})
      CHECK(site_verdict(domains, origin) == admitted);
    for (const auto* origin :
         {"https://notclient.com", "https://evil.com", "null"})
      CHECK(site_verdict(domains, origin) == wrong_domain);
  }

  TEST_CASE_FIXTURE(compat_case, "S admits any token without an origin") {
    CHECK(site_verdict(domains, std::nullopt) == admitted);
    CHECK(verdict(site_dialog, "site_token=garbage") == admitted);
    CHECK(verdict(site_dialog, "site_token=garbage", "") == admitted);
    CHECK(verdict(site_dialog, "site_token=garbage", "https://client.com")
          == wrong_domain);
  }

  TEST_CASE_FIXTURE(compat_case, "S lets trusted iframe hosts name a parent") {
    const auto framed = [&](std::string_view parent, const char* origin) {
      return verdict(site_dialog,
                     "site_token=" + site(domains) + std::string{parent},
                     origin);
    };
    for (const auto* origin : {"https://replyx.ru", "https://www.replyx.ru"}) {
      CHECK(framed("&parent_origin=https%3A%2F%2Fclient.com", origin)
            == admitted);
      CHECK(framed("&parent_origin=https://www.client.com", origin)
            == admitted);
      CHECK(framed("", origin) == wrong_domain);
      CHECK(framed("&parent_origin=", origin) == wrong_domain);
      CHECK(framed("&parent_origin=https://evil.com", origin) == wrong_domain);
    }
    CHECK(framed("&parent_origin=https://client.com", "http://localhost:3000")
          == wrong_domain);
    CHECK(framed("&parent_origin=https://client.com", "https://evil.com")
          == wrong_domain);
  }

  TEST_CASE_FIXTURE(compat_case, "S admits forged tokens that fit the domain") {
    const auto forged = [&](std::string_view claims) {
      return "site_token="
             + tests::forge_jwt(tests::hs256_header, claims, "a wrong secret");
    };
    CHECK(verdict(site_dialog, forged(domains), "https://client.com")
          == admitted);
    CHECK(verdict(site_dialog, forged(R"({"user_id":6})"), "https://evil.com")
          == admitted);
    CHECK(verdict(site_dialog, forged(domains), "https://evil.com")
          == wrong_domain);
  }

  TEST_CASE_FIXTURE(compat_case, "S ignores type, expiry, user and assistant") {
    for (const auto* claims :
         {R"({"user_id":999,"type":"site"})", R"({"user_id":6,"type":"x"})",
          R"({"user_id":6,"assistant_id":999,"type":"site"})",
          R"({"user_id":6,"type":"site","exp":1})"}) {
      CAPTURE(claims);
      CHECK(site_verdict(claims, "https://client.com") == admitted);
    }
  }

  TEST_CASE_FIXTURE(compat_case, "S refuses a list of domains and no user") {
    CHECK(site_verdict(
            R"({"user_id":6,"type":"site","allowed_domains":["client.com"]})",
            "https://client.com")
          == wrong_domain);
    CHECK(site_verdict(R"({"type":"site"})", "https://client.com")
          == "4002 Site token invalid");
    CHECK(site_verdict(R"({"type":"site"})", std::nullopt)
          == "4002 Site token invalid");
  }

  TEST_CASE_FIXTURE(compat_case, "the authoriser answers the database's rows") {
    policy.has_authoriser = true;
    const auto token = "token=" + access(R"({"sub":"1","exp":1757164000})");
    CHECK(verdict(admin_dialog, token) == "ask");
    CHECK(verdict(inbox, token) == "ask");
    CHECK(verdict(widget_dialog, "assistant_id=3") == "ask");
    CHECK(site_verdict(domains, "https://client.com") == "ask");
    CHECK(verdict(admin_dialog, "") == admitted);
    CHECK(verdict(site_dialog, "") == admitted);
  }

  TEST_CASE_FIXTURE(compat_case,
                    "claims of a bad signature are not passed on") {
    const auto good = decide(site_dialog, "site_token=" + site(domains));
    CHECK(good.who.claims_json == domains);
    CHECK(good.who.user_id == "6");
    const auto forged = decide(
      site_dialog,
      "site_token=" + tests::forge_jwt(tests::hs256_header, domains, "wrong"));
    CHECK(forged.who.claims_json == "null");
    CHECK(forged.who.user_id.empty());
  }

  TEST_CASE_FIXTURE(compat_case, "a live connection has no expiry") {
    const auto result = decide(
      admin_dialog, "token=" + access(R"({"sub":"1","exp":1757164000})"));
    CHECK(result.who.user_id == "1");
    CHECK_FALSE(result.who.expires_at);
    CHECK_FALSE(
      decide(site_dialog,
             "site_token="
               + site(R"({"user_id":6,"type":"site","exp":1757164000})"))
        .who.expires_at);
  }
}

} // namespace wsgw::protocol
