#include "tests/support/deterministic_system.hpp"

#include <doctest/doctest.h>

using namespace wsgw;
using namespace wsgw::tests;
using protocol::role;
using texts = std::vector<std::string>;

TEST_SUITE("actors/dialog: fan-out") {

  TEST_CASE("an event reaches every role of its dialog once") {
    deterministic_system sys;
    const auto admin = sys.connect("dialog:10", role::admin);
    const auto widget = sys.connect("dialog:10", role::widget);
    const auto site = sys.connect("dialog:10", role::site);
    sys.publish("dialog:10", {message_new(1)});
    const texts expected{bare_message(1)};
    CHECK(admin.texts() == expected);
    CHECK(widget.texts() == expected);
    CHECK(site.texts() == expected);
  }

  TEST_CASE("dialogs do not hear each other") {
    deterministic_system sys;
    const auto ten = sys.connect("dialog:10", role::site);
    const auto eleven = sys.connect("dialog:11", role::site);
    const auto twelve = sys.connect("dialog:12", role::site);
    sys.publish("dialog:11", {message_new(1)});
    CHECK(ten.texts().empty());
    CHECK(eleven.texts().size() == 1);
    CHECK(twelve.texts().empty());
  }

  TEST_CASE("typing reaches widget and site but not the admin") {
    deterministic_system sys;
    const auto admin = sys.connect("dialog:10", role::admin);
    const auto widget = sys.connect("dialog:10", role::widget);
    sys.publish("dialog:10", {R"({"type":"typing_start"})"});
    CHECK(admin.texts().empty());
    CHECK(widget.texts() == texts{R"({"type":"typing_start"})"});
  }

  TEST_CASE("events of one turn arrive in order and in one batch") {
    deterministic_system sys;
    const auto admin = sys.connect("dialog:10", role::admin);
    sys.publish("dialog:10", {message_new(1), message_new(2), message_new(3)});
    CHECK(admin.texts()
          == texts{bare_message(1), bare_message(2), bare_message(3)});
  }

  TEST_CASE("a thousand events in one turn all arrive in order") {
    deterministic_system sys;
    const auto admin = sys.connect("dialog:10", role::admin);
    std::vector<std::string> events;
    texts expected;
    for (int i = 1; i <= 1000; ++i) {
      events.push_back(message_new(i));
      expected.push_back(bare_message(i));
    }
    sys.publish("dialog:10", std::move(events));
    CHECK(admin.texts() == expected);
  }

  TEST_CASE("a message is delivered once however often it is published") {
    deterministic_system sys;
    const auto admin = sys.connect("dialog:10", role::admin);
    sys.publish("dialog:10", {message_new(1), message_new(1)});
    sys.publish("dialog:10", {message_new(2), message_new(1)});
    CHECK(admin.texts() == texts{bare_message(1), bare_message(2)});
  }

  TEST_CASE("a malformed event is skipped and counted, the next one arrives") {
    deterministic_system sys;
    const auto admin = sys.connect("dialog:10", role::admin);
    sys.publish("dialog:10", {"{broken", "[1]", message_new(3)});
    CHECK(admin.texts() == texts{bare_message(3)});
    const auto bad = sys.shared().bad_events.snapshot();
    CHECK(bad.at("event_not_json") == 1);
    CHECK(bad.at("event_not_object") == 1);
  }

  TEST_CASE("every event read is accounted for") {
    deterministic_system sys;
    const auto admin = sys.connect("dialog:10", role::admin);
    sys.publish("dialog:10", {message_new(1), "{", message_new(1)});
    sys.publish("dialog:99", {message_new(1)});
    CHECK(sys.shared().inflight_events == 0);
  }

  TEST_CASE("events that wait for a dialog that ends are given back") {
    deterministic_system sys;
    const auto room = sys.room_on(1);
    const auto admin = sys.connect(room, role::admin);
    // It ends as if it had failed, with the events behind it.
    caf::anon_send(sys.dialog_of(room), actors::messages::retired{});
    sys.publish_unsettled(room, {message_new(1), message_new(2)});
    sys.loop(0).run(); // the broadcaster forwards them
    CHECK(sys.shared().inflight_events == 2);
    sys.settle();
    CHECK(admin.texts().empty());
    CHECK(sys.shared().inflight_events == 0);
  }

  TEST_CASE("a member that joins between two events gets only the second") {
    deterministic_system sys;
    const auto early = sys.connect("dialog:10", role::admin);
    sys.publish_unsettled("dialog:10", {message_new(1)});
    const auto late = sys.connect_unsettled("dialog:10", role::admin);
    sys.settle();
    sys.publish("dialog:10", {message_new(2)});
    CHECK(early.texts() == texts{bare_message(1), bare_message(2)});
    CHECK(late.texts().back() == bare_message(2));
    CHECK(late.texts().size() <= 2);
  }

  TEST_CASE("members that leave are forgotten, the others go on") {
    deterministic_system sys;
    const auto a = sys.connect("dialog:10", role::site);
    const auto b = sys.connect("dialog:10", role::site);
    const auto c = sys.connect("dialog:10", role::site);
    sys.disconnect(a);
    sys.publish("dialog:10", {message_new(1)});
    CHECK(a.texts().empty());
    CHECK(b.texts().size() == 1);
    CHECK(c.texts().size() == 1);
    sys.disconnect(c);
    sys.publish("dialog:10", {message_new(2)});
    CHECK(b.texts().size() == 2);
    CHECK(c.texts().size() == 1);
  }
}

TEST_SUITE("actors/router: inbox") {

  TEST_CASE("an inbox hears its own channel flat") {
    deterministic_system sys;
    const auto inbox = sys.connect("user:5", role::user);
    sys.publish("user:5", {R"({"type": "balance", "n": 1, "_to": ["site"]})"});
    REQUIRE(inbox.texts().size() == 2);
    CHECK(inbox.texts()[1] == R"({"type":"balance","n":1})");
  }

  TEST_CASE("an inbox hears the user's dialogs, open or not") {
    deterministic_system sys;
    sys.shared().inbox_connections = 1;
    const auto inbox = sys.connect("user:5", role::user);
    const auto admin = sys.connect("dialog:10", role::admin);
    const std::string event =
      R"({"type":"message:new","message":{"id":1},"user_id":5})";
    sys.publish("dialog:10", {event});
    sys.publish("dialog:20", {event});
    CHECK(inbox.texts() == texts{inbox.texts().front(), event, event});
    CHECK(admin.texts().size() == 1);
  }

  TEST_CASE("a doubled message reaches the inbox once, dialog open or not") {
    deterministic_system sys;
    sys.shared().inbox_connections = 1;
    const auto inbox = sys.connect("user:5", role::user);
    const std::string event =
      R"({"type":"message:new","message":{"id":1},"user_id":"5"})";
    sys.publish("dialog:20", {event, event});
    CHECK(inbox.texts().size() == 2);
  }
}
