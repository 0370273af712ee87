#include "protocol/ticket.hpp"
#include "protocol/token.hpp"
#include "tests/unit/actors/subscriber_case.hpp"

#include <doctest/doctest.h>

using namespace wsgw;
using namespace wsgw::tests;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view key = "secret-key-of-the-tests-0001";

actors::settings config(const std::string& auth_url = {}) {
  actors::settings result;
  result.secret_key = result.ticket_secret = key;
  result.auth_url = auth_url;
  return result;
}

std::string access_token(std::string subject, std::chrono::seconds ttl = 1h) {
  protocol::access_token_order order;
  order.subject = std::move(subject);
  order.now = std::chrono::system_clock::now();
  order.ttl = ttl;
  return protocol::mint_access_token(order, key);
}

std::string ticket_for(std::string dialog, std::chrono::seconds ttl = 1h) {
  protocol::dialog_ticket order;
  order.dialog_id = std::move(dialog);
  order.user_id = "6";
  order.issued_at = std::chrono::system_clock::now();
  order.expires_at = order.issued_at + ttl;
  order.jti = "j1";
  return protocol::mint_dialog_ticket(order, key);
}

/// Somebody who came to dialog 10 with this target, as user 6.
struct refreshing : subscriber_case {
  refreshing(protocol::endpoint where, const std::string& target,
             actors::settings c = config())
      : subscriber_case(std::move(c)) {
    transport::http_request request;
    request.target = target;
    who->where = where;
    who->as = where == protocol::endpoint::admin_dialog
                ? protocol::role::admin
                : protocol::role::widget;
    who->expires_at = std::chrono::system_clock::now() + 30s;
    who->admission =
      actors::remember_handshake(request, {where, who->as, who->room}, {});
    join();
    texts().clear();
  }

  void refresh(const std::string& token) {
    say(R"({"type":"refresh","token":")" + token + R"(","ref":7})");
  }
  bool is_last(std::string_view start) {
    return !texts().empty() && texts().back().starts_with(start);
  }
};

struct admin_case : refreshing {
  admin_case()
      : refreshing(protocol::endpoint::admin_dialog,
                   "/ws/dialogs/10?v=1&token=old") {}
};

struct widget_case : refreshing {
  widget_case()
      : refreshing(protocol::endpoint::widget_dialog,
                   "/ws/widget/dialogs/10?assistant_id=3&ticket=old&v=1") {}
};

/// An authoriser on the other shard that keeps its questions.
struct asked_case : refreshing {
  using questions = std::vector<actors::messages::authorise>;

  asked_case()
      : refreshing(protocol::endpoint::admin_dialog, "/ws/dialogs/10?token=old",
                   config("http://backend")) {
    hub.shared.authoriser = actors::spawn_pinned(
      hub.shards[1],
      [](actors::authoriser_actor::pointer, questions* asked) {
        return actors::authoriser_actor::behavior_type{
          [asked](const actors::messages::authorise& question) {
            asked->push_back(question);
          },
          [](const actors::messages::backend_answered&) {}};
      },
      &asked);
  }
  ~asked_case() {
    caf::anon_send_exit(hub.shared.authoriser, caf::exit_reason::user_shutdown);
    hub.shared.authoriser = nullptr;
    settle();
  }

  void answer(bool allow, std::uint16_t code = 4002) {
    protocol::auth_answer word;
    word.allow = allow;
    word.refusal.code = code;
    asked.at(0).done(word);
    settle();
  }

  questions asked;
};

constexpr std::string_view refreshed = R"({"type":"refreshed","expires_at":")";
constexpr std::string_view bad_token = R"({"type":"error","code":"bad_token",)";

} // namespace

TEST_SUITE("actors/token_refresh") {

  TEST_CASE_FIXTURE(admin_case, "a newer token of the same user is taken") {
    refresh(access_token("6"));
    CHECK(texts().size() == 1);
    CHECK(is_last(refreshed));
  }

  TEST_CASE_FIXTURE(admin_case, "the end of the new token counts") {
    refresh(access_token("6", 40s));
    REQUIRE(texts().size() == 2);
    CHECK(is_last(refreshed));
    CHECK(texts()[0].starts_with(R"({"type":"expiring")"));
  }

  TEST_CASE_FIXTURE(admin_case, "a token of another user changes nothing") {
    refresh(access_token("7"));
    REQUIRE(is_last(bad_token));
    CHECK(texts().back().ends_with(R"("ref":7})"));
    CHECK(!socket->closed);
  }

  TEST_CASE_FIXTURE(admin_case, "tokens that open nothing are refused") {
    for (const auto& token :
         {std::string{"nonsense"}, std::string{""}, access_token("6", -1h),
          access_token("6") + "&token=" + access_token("6"), ticket_for("10")})
      refresh(token);
    CHECK(texts().size() == 5);
    for (const auto& text : texts())
      CHECK(text.starts_with(R"({"type":"error")"));
  }

  TEST_CASE_FIXTURE(widget_case, "who came by ticket comes by ticket again") {
    refresh(ticket_for("11"));
    CHECK(is_last(bad_token));
    refresh(access_token("6"));
    CHECK(is_last(bad_token));
    refresh(ticket_for("10"));
    CHECK(is_last(refreshed));
  }

  TEST_CASE("who came without a credential cannot renew it") {
    refreshing one{protocol::endpoint::widget_dialog,
                   "/ws/widget/dialogs/10?assistant_id=3"};
    one.refresh(ticket_for("10"));
    CHECK(one.is_last(bad_token));
  }

  TEST_CASE_FIXTURE(asked_case, "the backend has the last word") {
    refresh(access_token("6"));
    REQUIRE(asked.size() == 1);
    CHECK(asked[0].question.ip == "192.0.2.7");
    CHECK(texts().empty());
    refresh(access_token("6"));
    CHECK(is_last(R"({"type":"error","code":"rate_limited",)"));
    answer(true);
    CHECK(is_last(refreshed));
  }

  TEST_CASE_FIXTURE(asked_case, "the backend's no is a bad token") {
    refresh(access_token("6"));
    answer(false);
    CHECK(is_last(bad_token));
  }

  TEST_CASE_FIXTURE(asked_case, "a backend that is down does not judge") {
    refresh(access_token("6"));
    answer(false, 1013);
    CHECK(is_last(R"({"type":"error","code":"unavailable",)"));
  }

  TEST_CASE_FIXTURE(asked_case, "an answer after the end is for nobody") {
    refresh(access_token("6"));
    send(actors::messages::disconnected{});
    actor = nullptr;
    answer(true);
    CHECK(texts().empty());
  }

  TEST_CASE("a credential in any spelling is not kept") {
    transport::http_request request;
    request.target = "/ws/site/dialogs/10?a=%26b&site%5Ftoken=x&&token=y&"
                     "ticket=z&parent_origin=http%3A%2F%2Fc.d";
    const auto kept = actors::remember_handshake(
      request, {protocol::endpoint::site_dialog, {}, {}}, {});
    CHECK(kept->credential == "site_token");
    CHECK(kept->query == "a=%26b&parent_origin=http%3A%2F%2Fc.d");
  }
}
