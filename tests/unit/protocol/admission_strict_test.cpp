#include "tests/unit/protocol/admission_case.hpp"

#include <doctest/doctest.h>

namespace wsgw::protocol {

namespace {

using enum endpoint;
using strict_case = tests::admission_case;
using std::chrono::seconds;

constexpr auto admitted = "admitted";
constexpr auto invalid = "4002 Invalid or expired token";
constexpr auto expired = "4001 Token expired";
constexpr auto bad_site = "4002 Site token invalid";
constexpr auto auth_failed = "4002 Auth failed";
constexpr auto wrong_domain = "4003 Domain not allowed for this token";
constexpr auto client = "https://client.com";

constexpr std::string_view good_access =
  R"({"sub":"1","exp":1757164000,"type":"access"})";
constexpr std::string_view good_site =
  R"({"user_id":6,"type":"site","allowed_domains":"client.com"})";
constexpr std::string_view good_ticket =
  R"("dialog_id":10,"role":"widget","exp":1757164000)";

} // namespace

TEST_SUITE("protocol/admission_strict") {
  TEST_CASE_FIXTURE(strict_case, "A admits a good access token") {
    const auto result = decide(admin_dialog, "token=" + access(good_access));
    CHECK(result.outcome == admission_outcome::admitted);
    CHECK(result.as == role::admin);
    CHECK(result.room->text() == "dialog:10");
    CHECK(result.who.user_id == "1");
    CHECK(result.who.claims_json == good_access);
    CHECK(result.who.expires_at == time_point{seconds{1'757'164'000}});
  }

  TEST_CASE_FIXTURE(strict_case, "A refuses what is not a good access token") {
    const auto with = [&](std::string_view claims) {
      return verdict(admin_dialog, "token=" + access(claims));
    };
    CHECK(verdict(admin_dialog, "") == invalid);
    CHECK(verdict(admin_dialog, "token=") == invalid);
    CHECK(verdict(admin_dialog, "token=garbage") == invalid);
    CHECK(verdict(admin_dialog, "token=" + site(good_access)) == invalid);
    CHECK(with(R"({"sub":"1","exp":1757163899})") == expired);
    CHECK(with(R"({"sub":"1","exp":1757164000,"type":"refresh"})") == invalid);
    CHECK(with(R"({"sub":"1","exp":1757164000,"type":"site"})") == invalid);
    CHECK(with(R"({"sub":"1","exp":1757164000,"type":7})") == invalid);
    CHECK(with(R"({"sub":1,"exp":1757164000})") == invalid);
    CHECK(with(R"({"sub":"1"})") == invalid);
    CHECK(with(R"({"sub":"1","exp":1757164000})") == admitted);
  }

  TEST_CASE_FIXTURE(strict_case, "the last of several tokens counts") {
    const auto good = access(good_access);
    CHECK(verdict(admin_dialog, "token=garbage&token=" + good) == admitted);
    CHECK(verdict(admin_dialog, "token=" + good + "&token=garbage") == invalid);
  }

  TEST_CASE_FIXTURE(strict_case, "a token is held to its dialog") {
    const auto with = [&](std::string_view dialog) {
      return verdict(admin_dialog,
                     "token="
                       + access(R"({"sub":"1","exp":1757164000,"dialog_id":)"
                                + std::string{dialog} + "}"));
    };
    CHECK(with("10") == admitted);
    CHECK(with(R"("10")") == admitted);
    CHECK(with("11") == auth_failed);
    CHECK(with("10.0") == auth_failed);
    CHECK(with("[10]") == auth_failed);
    CHECK(verdict(site_dialog,
                  "site_token="
                    + site(R"({"user_id":6,"type":"site","dialog_id":11})"),
                  client)
          == auth_failed);
  }

  TEST_CASE_FIXTURE(strict_case,
                    "an endpoint without its secret lets nobody in") {
    const auto token =
      "token=" + tests::forge_jwt(tests::hs256_header, good_access, "");
    const auto site_token =
      "site_token=" + tests::forge_jwt(tests::hs256_header, good_site, "");
    const auto ticket =
      "ticket=" + sign_ticket("{" + std::string{good_ticket} + "}", "");
    policy.secret_key.clear();
    policy.site_secret.clear();
    policy.ticket_secret.clear();
    CHECK(verdict(admin_dialog, token) == invalid);
    CHECK(verdict(inbox, token) == "http unauthorized");
    CHECK(verdict(site_dialog, site_token, client) == bad_site);
    CHECK(verdict(widget_dialog, ticket) == auth_failed);
  }

  TEST_CASE_FIXTURE(strict_case, "L opens the inbox of the token's user") {
    const auto result = decide(inbox, "token=" + access(good_access));
    CHECK(result.outcome == admission_outcome::admitted);
    CHECK(result.as == role::user);
    CHECK(result.room->text() == "user:1");
  }

  TEST_CASE_FIXTURE(strict_case, "L answers 401 to everything else") {
    CHECK(verdict(inbox, "") == "http unauthorized");
    CHECK(verdict(inbox, "token=garbage") == "http unauthorized");
    for (const auto* claims :
         {R"({"sub":"1","exp":1})",
          R"({"sub":"1","exp":1757164000,"type":"refresh"})",
          R"({"sub":"a b","exp":1757164000})",
          R"({"sub":"a:b","exp":1757164000})",
          R"({"sub":"1","exp":1757164000,"dialog_id":10})"}) {
      CAPTURE(claims);
      CHECK(verdict(inbox, "token=" + access(claims)) == "http unauthorized");
    }
    const auto long_subject =
      R"({"exp":1757164000,"sub":")" + std::string(65, 'x') + R"("})";
    CHECK(verdict(inbox, "token=" + access(long_subject))
          == "http unauthorized");
  }

  TEST_CASE_FIXTURE(strict_case, "S admits a good token on its domain") {
    const auto result =
      decide(site_dialog, "site_token=" + site(good_site), client);
    CHECK(result.outcome == admission_outcome::admitted);
    CHECK(result.as == role::site);
    CHECK(result.who.user_id == "6");
    CHECK(result.who.site == "client.com");
    CHECK_FALSE(result.who.expires_at);
  }

  TEST_CASE_FIXTURE(strict_case, "S verifies with the site secret only") {
    const auto with = [&](std::string_view claims) {
      return verdict(site_dialog, "site_token=" + site(claims), client);
    };
    CHECK(verdict(site_dialog, "", client) == bad_site);
    CHECK(verdict(site_dialog, "site_token=garbage") == bad_site);
    CHECK(verdict(site_dialog, "site_token=" + access(good_site), client)
          == bad_site);
    CHECK(with(R"({"user_id":6,"type":"access"})") == bad_site);
    CHECK(with(R"({"user_id":6})") == bad_site);
    CHECK(with(R"({"type":"site"})") == bad_site);
    CHECK(with(R"({"user_id":6,"type":"site","exp":1})") == expired);
    CHECK(with(R"({"user_id":6,"type":"site","exp":"x"})") == bad_site);
    CHECK(with(R"({"user_id":6,"type":"site","exp":1757164000})") == admitted);
  }

  TEST_CASE_FIXTURE(strict_case, "S holds a token to its domains") {
    const auto from = [&](const char* origin) {
      return verdict(site_dialog, "site_token=" + site(good_site), origin);
    };
    CHECK(from("https://CLIENT.com:8443") == admitted);
    CHECK(from("https://sub.client.com") == admitted);
    for (const auto* origin :
         {"https://notclient.com", "https://evil.com", "null",
          "https://client.com@evil.com", "https://replyx.ru"})
      CHECK(from(origin) == wrong_domain);
    CHECK(verdict(
            site_dialog,
            "site_token="
              + site(R"({"user_id":6,"type":"site","allowed_domains":["x"]})"),
            client)
          == wrong_domain);
  }

  TEST_CASE_FIXTURE(strict_case,
                    "a trusted iframe host speaks for its parent") {
    const auto token = "site_token=" + site(good_site);
    CHECK(verdict(site_dialog, token + "&parent_origin=https://client.com",
                  "https://replyx.ru")
          == admitted);
    CHECK(verdict(site_dialog,
                  token + "&parent_origin=https://a.com"
                    + "&parent_origin=https://client.com",
                  "https://replyx.ru")
          == wrong_domain);
    CHECK(verdict(site_dialog, token + "&parent_origin=https://client.com",
                  "https://evil.com")
          == wrong_domain);
    policy.trusted_iframe_hosts.clear();
    CHECK(verdict(site_dialog, token + "&parent_origin=https://client.com",
                  "https://replyx.ru")
          == wrong_domain);
  }

  TEST_CASE_FIXTURE(strict_case, "without an Origin only development admits") {
    const auto token = "site_token=" + site(good_site);
    CHECK(verdict(site_dialog, token) == admitted);
    policy.production = true;
    CHECK(verdict(site_dialog, token) == wrong_domain);
    CHECK(verdict(site_dialog, token, "") == wrong_domain);
    CHECK(verdict(site_dialog, token, client) == admitted);
    CHECK(verdict(site_dialog,
                  "site_token=" + site(R"({"user_id":6,"type":"site"})"))
          == wrong_domain);
  }

  TEST_CASE_FIXTURE(strict_case, "a domain refusal says what was asked for") {
    const auto token = "site_token=" + site(good_site);
    const auto bare = decide(site_dialog, token, "https://evil.com");
    CHECK(bare.refused_origin == "https://evil.com");
    CHECK_FALSE(bare.refused_parent_origin);
    const auto framed =
      decide(site_dialog, token + "&parent_origin=https://e%0Avil.com%FF",
             "https://replyx.ru");
    CHECK(framed.refused_origin == "https://replyx.ru");
    CHECK(framed.refused_parent_origin == "https://e?vil.com?");
    const auto huge = decide(site_dialog, token, std::string(10'000, 'x'));
    CHECK(huge.refused_origin.size() == 256);
  }

  TEST_CASE_FIXTURE(strict_case, "W admits a ticket for its dialog and role") {
    const auto result = decide(
      widget_dialog,
      "ticket="
        + ticket(R"("user_id":7,"assistant_id":3,)" + std::string{good_ticket}),
      client);
    CHECK(result.outcome == admission_outcome::admitted);
    CHECK(result.as == role::widget);
    CHECK(result.who.user_id == "7");
    CHECK(result.who.assistant_id == 3);
    CHECK(result.who.site == "client.com");
    CHECK(result.who.expires_at == time_point{seconds{1'757'164'000}});
  }

  TEST_CASE_FIXTURE(strict_case, "W refuses every other ticket") {
    const auto with = [&](std::string_view claims) {
      return verdict(widget_dialog, "ticket=" + ticket(claims));
    };
    CHECK(with(good_ticket) == admitted);
    CHECK(with(R"("dialog_id":11,"role":"widget","exp":1757164000)")
          == auth_failed);
    CHECK(with(R"("dialog_id":10,"role":"admin","exp":1757164000)")
          == auth_failed);
    CHECK(with(R"("dialog_id":10,"role":"widget","exp":1757163899)")
          == expired);
    CHECK(with(R"("dialog_id":10,"role":"widget")") == auth_failed);
    CHECK(verdict(widget_dialog, "ticket=garbage&assistant_id=3")
          == auth_failed);
    CHECK(verdict(widget_dialog, "ticket=garbage&site_token=" + site(good_site),
                  client)
          == auth_failed);
  }

  TEST_CASE_FIXTURE(strict_case, "W admits a domain-checked site token") {
    const auto token = "site_token=" + site(good_site);
    CHECK(verdict(widget_dialog, token, client) == admitted);
    CHECK(verdict(widget_dialog, token + "&assistant_id=x", client)
          == admitted);
    CHECK(verdict(widget_dialog, token, "https://evil.com") == wrong_domain);
    CHECK(verdict(widget_dialog, "site_token=x", client) == bad_site);
  }

  TEST_CASE_FIXTURE(strict_case, "W without credentials needs the authoriser") {
    CHECK(verdict(widget_dialog, "") == "http missing_parameter");
    for (const auto* id : {"x", "0", "-3", "3.0", "99999999999999999999"})
      CHECK(verdict(widget_dialog, "assistant_id=" + std::string{id})
            == "http bad_parameter");
    CHECK(verdict(widget_dialog, "assistant_id=3") == auth_failed);
    policy.has_authoriser = true;
    CHECK(verdict(widget_dialog, "") == "http missing_parameter");
    const auto asked = decide(widget_dialog, "assistant_id=3", client);
    CHECK(asked.outcome == admission_outcome::ask_authoriser);
    CHECK(asked.who.assistant_id == 3);
    CHECK(asked.who.claims_json == "null");
    CHECK(asked.who.site == "client.com");
  }

  TEST_CASE_FIXTURE(strict_case,
                    "the authoriser is asked about the good only") {
    policy.has_authoriser = true;
    CHECK(verdict(admin_dialog, "token=" + access(good_access)) == "ask");
    CHECK(verdict(inbox, "token=" + access(good_access)) == "ask");
    CHECK(decide(inbox, "token=" + access(good_access)).room->text()
          == "user:1");
    CHECK(verdict(site_dialog, "site_token=" + site(good_site), client)
          == "ask");
    CHECK(verdict(widget_dialog, "ticket=" + ticket(good_ticket)) == "ask");
    CHECK(verdict(admin_dialog, "token=garbage") == invalid);
    CHECK(verdict(site_dialog, "", client) == bad_site);
  }

  TEST_CASE("a request without room or query is refused, never a crash") {
    admission_request request;
    CHECK(decide({}, request).http_error == errc::bad_dialog_id);
    request.where = inbox;
    CHECK(decide({}, request).http_error == errc::unauthorized);
    request.where = echo;
    CHECK(decide({}, request).http_error == errc::not_found);
    request.where = admin_dialog;
    request.room = room_id::parse("user:1");
    CHECK(decide({}, request).http_error == errc::bad_dialog_id);
  }
}

} // namespace wsgw::protocol
