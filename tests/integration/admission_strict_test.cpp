#include "tests/support/running_hub.hpp"
#include "tests/support/verdict.hpp"

#include <doctest/doctest.h>

#include <cstdio>
#include <fstream>
#include <unistd.h>

namespace wsgw::tests {

namespace {

using namespace std::chrono_literals;

const std::string invalid_token = "4002 Invalid or expired token";
const std::string auth_failed = "4002 Auth failed";
const std::string site_token_invalid = "4002 Site token invalid";
const std::string token_expired = "4001 Token expired";
const std::string wrong_domain = "4003 Domain not allowed for this token";

std::string admin(std::string_view token) {
  return "/ws/dialogs/10?token=" + std::string{token};
}

std::string site(std::string_view token, std::string_view parent = {}) {
  const auto target = "/ws/site/dialogs/10?site_token=" + std::string{token};
  return parent.empty() ? target
                        : target + "&parent_origin=" + std::string{parent};
}

std::string widget(std::string_view query) {
  return "/ws/widget/dialogs/10?assistant_id=3&" + std::string{query};
}

/// Claims of an access token with more (or other) members in front.
std::string access_claims(const std::string& more = {},
                          std::chrono::seconds ttl = 1h) {
  return "{" + more + R"("sub":"1","exp":)" + unix_time(ttl) + "}";
}

std::string signed_access(const std::string& claims) {
  return admin(sign_jwt(claims, secret_key));
}

std::string signed_site(const std::string& claims) {
  return site(sign_jwt(claims, site_secret));
}

} // namespace

TEST_SUITE("integration/admission_strict") {

  TEST_CASE("an admin needs a valid access token") {
    gateway_process gateway;
    check_rows(
      gateway,
      {
        {"good", admin(access_token()), "open", ""},
        {"a page's Origin does not matter", admin(access_token()), "open",
         "https://evil.com"},
        {"trailing slash", "/ws/dialogs/10/?token=" + access_token(), "open",
         ""},
        {"the last of two tokens counts",
         "/ws/dialogs/10?token=bad&token=" + access_token(), "open", ""},
        {"sub is a name, type access",
         signed_access(R"({"sub":"a@b","type":"access","exp":)" + unix_time(1h)
                       + "}"),
         "open", ""},
        {"issued in the future",
         signed_access(access_claims(R"("iat":99999999999,)")), "open", ""},
        {"no token", "/ws/dialogs/10", invalid_token, ""},
        {"empty token", admin(""), invalid_token, ""},
        {"garbage", admin("garbage"), invalid_token, ""},
        {"three empty parts", admin(".."), invalid_token, ""},
        {"expired", signed_access(access_claims("", -1min)), token_expired, ""},
        {"no exp", signed_access(R"({"sub":"1"})"), invalid_token, ""},
        {"no sub", signed_access(R"({"exp":)" + unix_time(1h) + "}"),
         invalid_token, ""},
        {"sub is a number",
         signed_access(R"({"sub":1,"exp":)" + unix_time(1h) + "}"),
         invalid_token, ""},
        {"not valid yet",
         signed_access(access_claims(R"("nbf":)" + unix_time(1h) + ",")),
         invalid_token, ""},
        {"for an audience", signed_access(access_claims(R"("aud":"x",)")),
         invalid_token, ""},
        {"refresh token", signed_access(access_claims(R"("type":"refresh",)")),
         invalid_token, ""},
        {"wrong key", admin(sign_jwt(access_claims(), site_secret)),
         invalid_token, ""},
        {"expired and wrong key",
         admin(sign_jwt(access_claims("", -1min), site_secret)), invalid_token,
         ""},
        {"HS384", admin(sign_jwt(access_claims(), secret_key, "HS384")),
         invalid_token, ""},
        {"alg none", admin(sign_jwt(access_claims(), secret_key, "none")),
         invalid_token, ""},
        {"held to this dialog",
         signed_access(access_claims(R"("dialog_id":10,)")), "open", ""},
        {"held to another dialog",
         signed_access(access_claims(R"("dialog_id":11,)")), auth_failed, ""},
      });
  }

  TEST_CASE("a site needs a valid site token on an allowed domain") {
    gateway_process gateway;
    const auto good = site(site_token({"client.com", "shop.ru"}));
    check_rows(
      gateway,
      {
        {"no Origin in development", good, "open", ""},
        {"its domain", good, "open", "https://client.com"},
        {"another of its domains", good, "open", "http://shop.ru"},
        {"case and port", good, "open", "https://CLIENT.com:8443"},
        {"subdomain", good, "open", "https://sub.client.com"},
        {"same ending", good, wrong_domain, "https://notclient.com"},
        {"elsewhere", good, wrong_domain, "https://evil.com"},
        {"domain as prefix", good, wrong_domain, "https://client.com.evil.com"},
        {"opaque Origin", good, wrong_domain, "null"},
        {"no domains means any", site(site_token()), "open", "https://any.org"},
        {"trailing slash", "/ws/site/dialogs/10/?site_token=" + site_token(),
         "open", ""},
        {"parent without trusted hosts",
         site(site_token({"client.com"}), "https%3A%2F%2Fclient.com"),
         wrong_domain, "https://replyx.ru"},
        {"no token", "/ws/site/dialogs/10", site_token_invalid, ""},
        {"garbage", site("garbage"), site_token_invalid, ""},
        {"garbage on a page", site("garbage"), site_token_invalid,
         "https://client.com"},
        {"forged", site(sign_jwt(R"({"user_id":6,"type":"site"})", secret_key)),
         site_token_invalid, "https://client.com"},
        {"wrong type", signed_site(R"({"user_id":6,"type":"access"})"),
         site_token_invalid, ""},
        {"no user", signed_site(R"({"type":"site"})"), site_token_invalid, ""},
        {"expired",
         signed_site(R"({"user_id":6,"type":"site","exp":)" + unix_time(-1min)
                     + "}"),
         token_expired, ""},
        {"domains as a list",
         signed_site(
           R"({"user_id":6,"type":"site","allowed_domains":["a.b"]})"),
         wrong_domain, "https://a.b"},
      });
  }

  TEST_CASE("a trusted iframe host may name the page around it") {
    gateway_process gateway{
      {{"WS_TRUSTED_IFRAME_HOSTS", "replyx.ru,www.replyx.ru"}}};
    const auto token = site_token({"client.com"});
    const std::string client = "https%3A%2F%2Fclient.com";
    check_rows(
      gateway,
      {
        {"parent allowed", site(token, client), "open", "https://replyx.ru"},
        {"www", site(token, client), "open", "https://www.replyx.ru"},
        {"parent subdomain", site(token, "https%3A%2F%2Fwww.client.com"),
         "open", "https://replyx.ru"},
        {"the first parent counts",
         site(token, client) + "&parent_origin=https%3A%2F%2Fevil.com", "open",
         "https://replyx.ru"},
        {"no parent", site(token), wrong_domain, "https://replyx.ru"},
        {"parent elsewhere", site(token, "https%3A%2F%2Fevil.com"),
         wrong_domain, "https://replyx.ru"},
        {"untrusted host with a parent", site(token, client), wrong_domain,
         "https://evil.com"},
      });
    CHECK(gateway.wait_output("WEBSOCKET_4003_ERROR: origin=https://evil.com"));
    CHECK(gateway.output().find(token) == std::string::npos);
  }

  TEST_CASE("a widget needs a ticket or a site token") {
    gateway_process gateway;
    const auto good = ticket("10", protocol::role::widget);
    const auto token = site_token({"client.com"});
    check_rows(
      gateway,
      {
        {"ticket", widget("ticket=" + good), "open", ""},
        {"the same ticket again", widget("ticket=" + good), "open", ""},
        {"site token", widget("site_token=" + token), "open",
         "https://client.com"},
        {"trailing slash",
         "/ws/widget/dialogs/10/?assistant_id=3&ticket=" + good, "open", ""},
        {"site token elsewhere", widget("site_token=" + token), wrong_domain,
         "https://evil.com"},
        {"neither", widget(""), auth_failed, ""},
        {"ticket of another dialog",
         widget("ticket=" + ticket("11", protocol::role::widget)), auth_failed,
         ""},
        {"ticket of another role",
         widget("ticket=" + ticket("10", protocol::role::site)), auth_failed,
         ""},
        {"old ticket",
         widget("ticket=" + ticket("10", protocol::role::widget, -1min)),
         token_expired, ""},
        {"forged ticket", widget("ticket=" + good + "0"), auth_failed, ""},
        {"garbage ticket", widget("ticket=x"), auth_failed, ""},
        {"no assistant", "/ws/widget/dialogs/10", "HTTP 400 missing_parameter",
         ""},
        {"assistant is no number", "/ws/widget/dialogs/10?assistant_id=x",
         "HTTP 400 bad_parameter", ""},
      });
  }

  TEST_CASE("an inbox without a good token is refused before the upgrade") {
    gateway_process gateway;
    const auto inbox = [](std::string_view token) {
      return "/ws/dialogs?token=" + std::string{token};
    };
    const std::string refused = "HTTP 401 unauthorized";
    check_rows(
      gateway,
      {
        {"good", inbox(access_token("5")), "open", ""},
        {"trailing slash", "/ws/dialogs/?token=" + access_token("5"), "open",
         ""},
        {"no token", "/ws/dialogs", refused, ""},
        {"garbage", inbox("x"), refused, ""},
        {"expired", inbox(access_token("5", -60s)), refused, ""},
        {"subject is no room name", inbox(access_token("a b")), refused, ""},
      });
  }

  TEST_CASE("malformed paths and ids are refused before the upgrade") {
    gateway_process gateway;
    const auto query = "?token=" + access_token();
    std::vector<admission_row> rows{
      {"largest id", "/ws/dialogs/9223372036854775807" + query, "open", ""}};
    for (const std::string id :
         {"abc", "0", "-1", "1.5", "9223372036854775808", "1e3", "%20", "0x10",
          "12345678901234567890123"})
      rows.push_back(
        {id, "/ws/dialogs/" + id + query, "HTTP 400 bad_dialog_id", ""});
    for (const std::string path :
         {"/ws", "/ws/", "/ws/unknown", "/ws/dialogs/10/more", "/ws/dialog/10",
          "/ws/site/dialogs", "/ws/echo", "/ws/realtime-metrics"})
      rows.push_back({path, path + query, "HTTP 404 not_found", ""});
    check_rows(gateway, rows);
  }

  TEST_CASE("production refuses a site without an Origin") {
    gateway_process gateway{
      {{"ENVIRONMENT", "production"}, {"WS_ALLOW_ANY_DIALOG", "true"}}};
    check_rows(gateway,
               {
                 {"no Origin", site(site_token()), wrong_domain, ""},
                 {"Origin", site(site_token()), "open", "https://client.com"},
                 {"admin", admin(access_token()), "open", ""},
               });
  }

  TEST_CASE("a public key file decides on RS256 and nothing else") {
    const rsa_key key;
    const auto path = "/tmp/ws-gateway-test-key." + std::to_string(::getpid());
    std::ofstream{path} << key.public_pem();
    gateway_process gateway{
      {{"WS_JWT_PUBLIC_KEY_FILE", path}, {"SECRET_KEY", ""}}};
    check_rows(
      gateway,
      {
        {"RS256", admin(key.sign_jwt(access_claims())), "open", ""},
        {"expired", admin(key.sign_jwt(access_claims("", -1min))),
         token_expired, ""},
        {"HS256 with the public key as secret",
         admin(sign_jwt(access_claims(), key.public_pem())), invalid_token, ""},
        {"another key", admin(rsa_key{}.sign_jwt(access_claims())),
         invalid_token, ""},
      });
    std::remove(path.c_str());
  }

  TEST_CASE("without its secret an endpoint refuses everybody") {
    gateway_process gateway{
      {{"SECRET_KEY", ""}, {"SITE_SECRET", ""}, {"WS_TICKET_SECRET", ""}}};
    check_rows(
      gateway,
      {
        {"admin, empty key", admin(sign_jwt(access_claims(), "")),
         invalid_token, ""},
        {"site, empty key",
         site(sign_jwt(R"({"user_id":6,"type":"site"})", "")),
         site_token_invalid, ""},
        {"widget", widget("ticket=" + ticket("10", protocol::role::widget)),
         auth_failed, ""},
      });
  }
}

} // namespace wsgw::tests
