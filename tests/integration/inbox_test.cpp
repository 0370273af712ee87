#include "tests/support/json_document.hpp"
#include "tests/support/running_hub.hpp"

#include <doctest/doctest.h>

namespace wsgw::tests {

namespace {

/// Connects to the inbox of `user` and takes the greeting.
ws_client open_inbox(const running_hub& hub, const std::string& user) {
  auto inbox = connect(hub.gateway, inbox_target(user));
  const auto greeting = inbox.read_text(patience);
  REQUIRE(greeting.has_value());
  CHECK(json_document{*greeting}.text("/type") == "connection_established");
  return inbox;
}

std::string event_for(const std::string& user) {
  return R"({"type":"handoff_requested","dialog_id":10,"user_id":)" + user
         + "}";
}

} // namespace

TEST_SUITE("integration/inbox") {

  TEST_CASE("the inbox greets byte for byte as the reference did") {
    running_hub hub;
    auto inbox = connect(hub.gateway, inbox_target("1"));
    CHECK(inbox.read_text(patience)
          == R"({"type": "connection_established", "message": "WebSocket )"
             R"(\u043f\u043e\u0434\u043a\u043b\u044e\u0447\u0435\u043d\u0438)"
             R"(\u0435 \u0443\u0441\u0442\u0430\u043d\u043e\u0432\u043b\u0435)"
             R"(\u043d\u043e", "user_id": 1})");
  }

  TEST_CASE("an inbox hears its own channel and no other") {
    running_hub hub;
    auto mine = open_inbox(hub, "5");
    auto other = open_inbox(hub, "6");
    const std::string for_mine =
      R"({"type":"balance","amount":12,"user_id":5})";
    const std::string for_other = R"({"type":"balance","amount":13})";
    hub.publish_on("ws:user:5", for_mine);
    hub.publish_on("ws:user:6", for_other);
    CHECK(mine.read_text(patience) == for_mine);
    CHECK(other.read_text(patience) == for_other);
  }

  TEST_CASE("an inbox hears dialog events of its user while nobody is there") {
    running_hub hub;
    auto mine = open_inbox(hub, "5");
    auto other = open_inbox(hub, "6");
    hub.publish(10, event_for("5"));
    hub.publish(10, event_for("6"));
    CHECK(mine.read_text(patience) == event_for("5"));
    CHECK(other.read_text(patience) == event_for("6"));
  }

  TEST_CASE("an inbox hears dialog events of its user beside the members") {
    running_hub hub;
    auto mine = open_inbox(hub, "5");
    dialog_clients clients{hub.gateway, 10};
    hub.publish(10, event_for("5"));
    CHECK(mine.read_text(patience) == event_for("5"));
    clients.each([](ws_client& client) {
      CHECK(client.read_text(patience) == event_for("5"));
    });
  }

  TEST_CASE("an inbox gets message:new flat, dialog_id included") {
    running_hub hub;
    auto mine = open_inbox(hub, "5");
    const auto message = bare_message(3, "hello");
    auto event = message_new(10, message);
    event.insert(event.size() - 1, R"(,"user_id":"5")");
    hub.publish(10, event);
    CHECK(mine.read_text(patience) == event);
  }

  TEST_CASE("two inboxes of one user hear the same event once each") {
    running_hub hub;
    auto first = open_inbox(hub, "5");
    auto second = open_inbox(hub, "5");
    hub.publish(10, event_for("5"));
    for (auto* inbox : {&first, &second})
      CHECK(inbox->read_text(patience) == event_for("5"));
    const std::string mark = R"({"type":"mark"})";
    hub.publish_on("ws:user:5", mark);
    for (auto* inbox : {&first, &second})
      CHECK(inbox->read_text(patience) == mark);
  }

  TEST_CASE("messages of two dialogs with one id both reach the inbox") {
    running_hub hub;
    auto mine = open_inbox(hub, "5");
    for (const std::uint64_t dialog : {10, 11}) {
      auto event = message_new(dialog, bare_message(7, "same id"));
      event.insert(event.size() - 1, R"(,"user_id":5)");
      hub.publish(dialog, event);
      CHECK(mine.read_text(patience) == event);
    }
  }
}

} // namespace wsgw::tests
