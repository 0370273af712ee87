#include "protocol/authorisation.hpp"
#include "protocol/client_address.hpp"
#include "protocol/json_object.hpp"
#include "tests/unit/protocol/admission_case.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <random>
#include <string>

namespace wsgw::protocol {

namespace {

/// Damages texts; the seed is fixed, so a failure comes back.
class damager {
public:
  std::string damage(std::string text) {
    for (auto left = 1 + random_() % 4; left > 0; --left)
      change(text);
    return text;
  }

private:
  void change(std::string& text) {
    const auto at = text.empty() ? 0 : random_() % text.size();
    switch (random_() % 5) {
    case 0:
      text.erase(at, random_() % 8);
      break;
    case 1:
      text.insert(at, 1, static_cast<char>(random_() % 256));
      break;
    case 2:
      text.insert(at, text.substr(at, random_() % 16));
      break;
    case 3:
      text.resize(at);
      break;
    default:
      if (!text.empty())
        text[at] = static_cast<char>(text[at] ^ (1U << (random_() % 8)));
    }
  }

  std::mt19937 random_{20261121};
};

/// Calls `check` with damaged copies of `text`.
void with_damage(const std::string& text,
                 const std::function<void(const std::string&)>& check) {
  damager d;
  for (int i = 0; i < 3000; ++i)
    check(d.damage(text));
}

constexpr std::string_view claims =
  R"({"sub":"1","exp":1757164000,"type":"access","email":"a@b"})";

} // namespace

TEST_SUITE("protocol/credential_mutation") {
  TEST_CASE_FIXTURE(tests::admission_case,
                    "no damaged access token is admitted") {
    const auto good = access(claims);
    with_damage(good, [&](const std::string& jwt) {
      const auto result =
        verify_access_token(jwt, {policy.secret_key, {}}, now);
      if (jwt != good)
        REQUIRE(std::holds_alternative<token_error>(result));
    });
  }

  TEST_CASE_FIXTURE(tests::admission_case, "no damaged ticket is admitted") {
    const auto good =
      ticket(R"("dialog_id":10,"role":"widget","exp":1757164000)");
    with_damage(good, [&](const std::string& text) {
      const auto result = verify_dialog_ticket(text, policy.ticket_secret, now);
      if (std::holds_alternative<dialog_ticket>(result))
        REQUIRE(open_ticket(text, policy.ticket_secret)
                == open_ticket(good, policy.ticket_secret));
    });
  }

  TEST_CASE_FIXTURE(tests::admission_case,
                    "signed nonsense is read without a crash") {
    std::size_t accepted = 0;
    with_damage(std::string{claims}, [&](const std::string& odd) {
      const auto result =
        verify_access_token(access(odd), {policy.secret_key, {}}, now);
      accepted += std::holds_alternative<access_claims>(result) ? 1 : 0;
      const auto site_result = read_site_token_unverified(site(odd));
      if (const auto* read = std::get_if<site_claims>(&site_result))
        REQUIRE(json_object::parse(read->json));
    });
    CHECK(accepted > 0);
    CHECK(accepted < 3000);
  }

  TEST_CASE_FIXTURE(tests::admission_case,
                    "damaged queries and origins never crash a decision") {
    const auto query =
      "site_token="
      + site(R"({"user_id":6,"type":"site","allowed_domains":"client.com"})")
      + "&parent_origin=https%3A%2F%2Fclient.com&assistant_id=3&token="
      + access(claims);
    for (const bool compat : {false, true}) {
      policy.compat = compat;
      with_damage(query, [&](const std::string& odd) {
        for (const auto where : {endpoint::admin_dialog, endpoint::site_dialog,
                                 endpoint::widget_dialog, endpoint::inbox}) {
          const auto result = decide(where, odd, "https://client.com");
          REQUIRE(result.refusal.reason.size() <= 123);
          REQUIRE((result.outcome != admission_outcome::admitted
                   || result.room.has_value()));
        }
      });
    }
  }

  TEST_CASE("damaged answers of the authoriser stay within the rules") {
    with_damage(R"({"allow":false,"code":4004,"reason":"Нет","ttl_ms":500})",
                [](const std::string& body) {
                  const auto answer = parse_auth_answer(200, body);
                  if (!answer)
                    return;
                  REQUIRE(answer->ttl <= std::chrono::hours{1});
                  REQUIRE(answer->refusal.reason.size() <= 123);
                  if (!answer->allow)
                    REQUIRE(answer->refusal.code / 1000 == 4);
                });
  }

  TEST_CASE("damaged addresses never crash") {
    const auto trusted = cidr_set::parse(default_trusted_proxies);
    REQUIRE(trusted);
    with_damage(
      "[2001:db8::1]:443, 1.2.3.4:5, 10.0.0.1", [&](const std::string& list) {
        REQUIRE(client_address(*trusted, "10.0.0.9", list).size() <= 45);
        REQUIRE(client_address(*trusted, list, list).size()
                <= std::max<std::size_t>(list.size(), 45));
        static_cast<void>(cidr_set::parse(list));
      });
  }
}

} // namespace wsgw::protocol
