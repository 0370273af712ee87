#include "tests/support/auth_backend.hpp"
#include "tests/support/running_hub.hpp"
#include "tests/support/verdict.hpp"

#include <doctest/doctest.h>

// The measured table of the reference: contract/replyx.md 2.4.

namespace wsgw::tests {

namespace {

using namespace std::chrono_literals;

const std::string invalid_token = "4002 Invalid or expired token";
const std::string wrong_domain = "4003 Domain not allowed for this token";
const std::string forbidden = "HTTP 403";

environment_map compat(const environment_map& more = {}) {
  return with(more, {{"WS_COMPAT", "true"}});
}

std::string admin(std::string_view token) {
  return "/ws/dialogs/10?token=" + std::string{token};
}

std::string site(std::string_view token, std::string_view parent = {}) {
  const auto target = "/ws/site/dialogs/10?site_token=" + std::string{token};
  return parent.empty() ? target
                        : target + "&parent_origin=" + std::string{parent};
}

std::string claims(const std::string& more = {},
                   std::chrono::seconds ttl = 1h) {
  return "{" + more + R"("sub":"1","exp":)" + unix_time(ttl) + "}";
}

std::string signed_access(const std::string& json) {
  return admin(sign_jwt(json, secret_key));
}

std::string signed_site(const std::string& json) {
  return site(sign_jwt(json, site_secret));
}

} // namespace

TEST_SUITE("integration/admission_compat") {

  TEST_CASE("compat admits and refuses admins as the reference") {
    gateway_process gateway{compat()};
    check_rows(
      gateway,
      {
        {"no token", "/ws/dialogs/10", "open", ""},
        {"empty token", admin(""), "open", ""},
        {"any dialog", "/ws/dialogs/999999", "open", ""},
        {"good", admin(access_token()), "open", ""},
        {"refresh token", signed_access(claims(R"("type":"refresh",)")), "open",
         ""},
        {"issued in the future", signed_access(claims(R"("iat":99999999999,)")),
         "open", ""},
        {"sub is an address",
         signed_access(R"({"sub":"a@b.c","email":"a@b.c","exp":)"
                       + unix_time(1h) + "}"),
         "open", ""},
        {"garbage", admin("garbage"), invalid_token, ""},
        {"expired", signed_access(claims("", -1min)), invalid_token, ""},
        {"no exp", signed_access(R"({"sub":"1"})"), invalid_token, ""},
        {"HS384", admin(sign_jwt(claims(), secret_key, "HS384")), invalid_token,
         ""},
        {"not valid yet",
         signed_access(claims(R"("nbf":)" + unix_time(1h) + ",")),
         invalid_token, ""},
        {"for an audience", signed_access(claims(R"("aud":"x",)")),
         invalid_token, ""},
        {"sub is a number",
         signed_access(R"({"sub":1,"exp":)" + unix_time(1h) + "}"),
         invalid_token, ""},
      });
  }

  TEST_CASE("compat admits every widget that names an assistant") {
    gateway_process gateway{compat()};
    const std::string widget = "/ws/widget/dialogs/10?assistant_id=";
    check_rows(gateway,
               {
                 {"plain", widget + "3", "open", ""},
                 {"any dialog", "/ws/widget/dialogs/987654321?assistant_id=3",
                  "open", ""},
                 {"evil Origin", widget + "3", "open", "https://evil.com"},
                 {"no assistant", "/ws/widget/dialogs/10", forbidden, ""},
                 {"assistant is no number", widget + "x", forbidden, ""},
               });
  }

  TEST_CASE("compat applies the reference's domain rules to sites") {
    gateway_process gateway{compat()};
    const auto good = site(site_token({"client.com"}));
    check_rows(gateway,
               {
                 {"no token, no Origin", "/ws/site/dialogs/10", "open", ""},
                 {"no token, any Origin", "/ws/site/dialogs/10", "open",
                  "https://any.org"},
                 {"no token, known spammer", "/ws/site/dialogs/10",
                  "4003 Domain not allowed", "https://a.malicious-site.com"},
                 {"its domain", good, "open", "https://client.com"},
                 {"case and port", good, "open", "https://CLIENT.com:8443"},
                 {"subdomain", good, "open", "https://sub.client.com"},
                 {"same ending", good, wrong_domain, "https://notclient.com"},
                 {"elsewhere", good, wrong_domain, "https://evil.com"},
                 {"opaque Origin", good, wrong_domain, "null"},
                 {"no Origin", good, "open", ""},
                 {"garbage, no Origin", site("garbage"), "open", ""},
                 {"garbage, Origin", site("garbage"), wrong_domain,
                  "https://client.com"},
                 {"list of domains",
                  signed_site(
                    R"({"user_id":6,"type":"site","allowed_domains":["a.b"]})"),
                  wrong_domain, "https://a.b"},
               });
  }

  TEST_CASE("compat trusts the reference's iframe hosts by default") {
    gateway_process gateway{compat()};
    const auto token = site_token({"client.com"});
    const std::string client = "https%3A%2F%2Fclient.com";
    check_rows(
      gateway,
      {
        {"parent allowed", site(token, client), "open", "https://replyx.ru"},
        {"www", site(token, client), "open", "https://www.replyx.ru"},
        {"parent subdomain", site(token, "https%3A%2F%2Fwww.client.com"),
         "open", "https://replyx.ru"},
        {"no parent", site(token), wrong_domain, "https://replyx.ru"},
        {"parent elsewhere", site(token, "https%3A%2F%2Fevil.com"),
         wrong_domain, "https://replyx.ru"},
        {"localhost with a port", site(token, client), wrong_domain,
         "http://localhost:3000"},
      });
  }

  TEST_CASE("compat looks at a site token's signature as little as before") {
    gateway_process gateway{compat()};
    const std::string client = "https://client.com";
    check_rows(
      gateway,
      {
        {"forged, matching domain",
         site(sign_jwt(R"({"user_id":6,"type":"site",)"
                       R"("allowed_domains":"client.com"})",
                       "nobody's key")),
         "open", client},
        {"forged, no domains",
         site(sign_jwt(R"({"user_id":6,"type":"site"})", "nobody's key")),
         "open", client},
        {"wrong type", signed_site(R"({"user_id":6,"type":"access"})"), "open",
         client},
        {"expired", signed_site(R"({"user_id":6,"type":"site","exp":1})"),
         "open", client},
        {"signed, no user", signed_site(R"({"type":"site"})"),
         "4002 Site token invalid", client},
      });
  }

  TEST_CASE("compat refuses malformed requests with an empty 403") {
    gateway_process gateway{compat()};
    for (const std::string target :
         {"/ws/dialogs/abc", "/ws/widget/dialogs/1.5?assistant_id=3",
          "/ws/unknown", "/ws/dialogs", "/ws/dialogs?token=bad"}) {
      CAPTURE(target);
      const auto client = ws_client::connect(gateway.port(), target);
      CHECK(client.status() == 403);
      CHECK(client.body().empty());
    }
    CHECK(verdict_of(gateway, inbox_target("1")) == "open");
  }

  TEST_CASE(
    "compat asks the authoriser where the reference read its database") {
    auth_backend backend;
    gateway_process gateway{compat({{"WS_AUTH_URL", backend.url()}})};
    backend.answer_with(
      R"({"allow":false,"code":4004,"reason":"Assistant not found"})");
    CHECK(verdict_of(gateway, "/ws/widget/dialogs/10?assistant_id=999")
          == "4004 Assistant not found");
    backend.answer_with(
      R"({"allow":false,"code":4002,"reason":"Invalid or expired token"})");
    CHECK(verdict_of(gateway, admin(access_token("77"))) == invalid_token);
    backend.answer_with(R"({"allow":true})");
    CHECK(verdict_of(gateway, "/ws/widget/dialogs/10?assistant_id=3")
          == "open");
  }

  TEST_CASE("compat tells the authoriser nothing from a forged token") {
    auth_backend backend;
    gateway_process gateway{compat({{"WS_AUTH_URL", backend.url()}})};
    const auto forged = sign_jwt(R"({"user_id":6,"type":"site"})", "not ours");
    CHECK(verdict_of(gateway, site(forged), {{"Origin", "https://a.b"}})
          == "open");
    REQUIRE(backend.question_count() == 1);
    CHECK(backend.questions()[0].find(R"("claims":null)") != std::string::npos);
  }
}

} // namespace wsgw::tests
