#include "tests/support/deterministic_system.hpp"

#include <doctest/doctest.h>

using namespace wsgw;
using namespace wsgw::tests;
using namespace std::chrono_literals;
using protocol::role;

namespace {

/// The request of a dialog that has seen one message.
void ask_to_retire(deterministic_system& sys, caf::actor_id dialog) {
  caf::anon_send(sys.shared().broadcaster,
                 actors::messages::retire{
                   *protocol::room_id::parse("dialog:10"), 1, dialog});
}

} // namespace

TEST_SUITE("actors/dialog: life and death") {

  TEST_CASE("an empty dialog lingers, then ends") {
    deterministic_system sys;
    const auto admin = sys.connect("dialog:10", role::admin);
    sys.disconnect(admin);
    sys.advance(299s);
    CHECK(sys.actors_of_kind("dialog").size() == 1);
    sys.advance(2s);
    CHECK(sys.actors_of_kind("dialog").empty());
  }

  TEST_CASE("a dialog with a member does not end") {
    deterministic_system sys;
    const auto admin = sys.connect("dialog:10", role::admin);
    sys.say(admin, "__pong__");
    for (int i = 0; i < 40; ++i) {
      sys.advance(10s);
      sys.say(admin, "__pong__");
    }
    CHECK(sys.actors_of_kind("dialog").size() == 1);
  }

  TEST_CASE("a join that crosses the retirement keeps the dialog") {
    deterministic_system sys;
    const auto first = sys.connect("dialog:10", role::admin);
    sys.disconnect(first);
    // The join is forwarded before the dialog's request to be forgotten.
    const auto second = sys.connect_unsettled("dialog:10", role::admin);
    ask_to_retire(sys, sys.dialog_of("dialog:10").id());
    sys.settle();
    sys.publish("dialog:10", {message_new(1)});
    CHECK(sys.actors_of_kind("dialog").size() == 1);
    CHECK(second.texts().size() == 1);
  }

  TEST_CASE("an event that crosses the retirement is not lost") {
    deterministic_system sys;
    const auto first = sys.connect("dialog:10", role::admin);
    sys.publish_unsettled("dialog:10", {message_new(1)});
    ask_to_retire(sys, sys.dialog_of("dialog:10").id());
    sys.settle();
    CHECK(first.texts().size() == 1);
    CHECK(sys.actors_of_kind("dialog").size() == 1);
  }

  TEST_CASE("a late request of an ended dialog spares its successor") {
    deterministic_system sys;
    sys.disconnect(sys.connect("dialog:10", role::admin));
    const auto ended = sys.dialog_of("dialog:10").id();
    sys.advance(301s);
    const auto again = sys.connect("dialog:10", role::admin);
    ask_to_retire(sys, ended);
    sys.settle();
    sys.publish("dialog:10", {message_new(1)});
    CHECK(!again.socket->closed);
    CHECK(again.texts().size() == 1);
  }

  TEST_CASE("after its retirement a dialog is made anew") {
    deterministic_system sys;
    sys.disconnect(sys.connect("dialog:10", role::admin));
    sys.advance(301s);
    REQUIRE(sys.actors_of_kind("dialog").empty());
    const auto again = sys.connect("dialog:10", role::widget);
    sys.publish("dialog:10", {message_new(1)});
    CHECK(again.texts().size() == 1);
  }

  TEST_CASE("a dialog that fails closes its sockets 1011 and is replaced") {
    deterministic_system sys;
    const auto client = sys.connect("dialog:10", role::admin);
    caf::anon_send_exit(sys.dialog_of("dialog:10"),
                        caf::exit_reason::user_shutdown);
    sys.settle();
    REQUIRE(client.socket->closed);
    CHECK(client.socket->closed->code == 1011);
    const auto fresh = sys.connect("dialog:10", role::admin);
    sys.publish("dialog:10", {message_new(1)});
    CHECK(fresh.texts().size() == 1);
  }

  TEST_CASE("a join that is lost with its dialog closes 1011") {
    deterministic_system sys;
    const auto room = sys.room_on(1);
    const auto first = sys.connect(room, role::admin);
    const auto second = sys.connect_unsettled(room, role::admin);
    sys.loop(1).run(); // it asks to join
    // The dialog ends as if it had failed, with the join behind it.
    caf::anon_send(sys.dialog_of(room), actors::messages::retired{});
    sys.loop(0).run(); // the broadcaster forwards the join
    sys.settle();
    CHECK(first.socket->closed);
    CHECK(!second.socket->closed);
    sys.advance(25s);
    REQUIRE(second.socket->closed);
    CHECK(second.socket->closed->code == 1011);
  }

  TEST_CASE("no actor is left when the hub ends") {
    deterministic_system sys;
    const auto a = sys.connect("dialog:10", role::admin);
    const auto b = sys.connect("dialog:11", role::site);
    sys.disconnect(a);
    sys.disconnect(b);
    caf::anon_send_exit(sys.shared().broadcaster,
                        caf::exit_reason::user_shutdown);
    sys.settle();
    // The two routers remain.
    CHECK(sys.system().registry().running() == 2);
  }
}

TEST_SUITE("actors/subscriber") {

  TEST_CASE("a silent legacy client is closed at twice the ping interval") {
    deterministic_system sys;
    const auto client = sys.connect("dialog:10", role::widget);
    sys.advance(49s);
    CHECK(!client.socket->closed);
    CHECK(client.texts() == std::vector<std::string>{"__ping__"});
    sys.advance(2s);
    REQUIRE(client.socket->closed);
    CHECK(client.socket->closed->code == 1001);
    CHECK(client.socket->closed->reason == "Heartbeat timeout");
  }

  TEST_CASE("any data frame keeps a legacy client alive, a pong does not") {
    deterministic_system sys;
    const auto talker = sys.connect("dialog:10", role::widget);
    const auto frozen = sys.connect("dialog:10", role::widget);
    for (int i = 0; i < 3; ++i) {
      sys.advance(20s);
      sys.say(talker, "{}");
      caf::anon_send(frozen.actor, actors::messages::pong_received{});
      sys.settle();
    }
    CHECK(!talker.socket->closed);
    CHECK(frozen.socket->closed);
  }

  TEST_CASE("a client's __ping__ is answered __pong__") {
    deterministic_system sys;
    const auto client = sys.connect("dialog:10", role::site);
    sys.say(client, "__ping__");
    CHECK(client.texts() == std::vector<std::string>{"__pong__"});
  }

  TEST_CASE("an inbox is greeted, pinged in JSON and kept by its pongs") {
    deterministic_system sys;
    const auto inbox = sys.connect("user:5", role::user);
    for (int i = 0; i < 4; ++i) {
      sys.advance(25s);
      caf::anon_send(inbox.actor, actors::messages::pong_received{});
      sys.settle();
    }
    CHECK(!inbox.socket->closed);
    CHECK(inbox.socket->pings == 4);
    CHECK(inbox.texts().front().ends_with(R"("user_id": 5})"));
    CHECK(inbox.texts().back().starts_with(R"({"type": "ping", )"));
  }

  TEST_CASE("a full outbox closes a legacy client 4010 at once") {
    deterministic_system sys;
    const auto slow = sys.connect("dialog:10", role::site);
    const auto quick = sys.connect("dialog:10", role::site);
    slow.socket->full = true;
    sys.publish("dialog:10", {message_new(1), message_new(2)});
    REQUIRE(slow.socket->closed);
    CHECK(slow.socket->closed->code == 4010);
    CHECK(slow.socket->dropped_unsent);
    CHECK(quick.texts().size() == 2);
  }

  TEST_CASE("a legacy client gets what the kernel holds before it is closed") {
    deterministic_system sys;
    const auto client = sys.connect("dialog:10", role::site);
    client.socket->is_bounded = true;
    client.socket->capacity = 150;
    client.socket->kernel_bytes = 150;
    for (int i = 1; i <= 3; ++i)
      sys.publish("dialog:10", {message_new(i, std::string(100, 'x'))});
    CHECK(client.texts().size() == 2);
    REQUIRE(client.socket->closed);
    CHECK(client.socket->closed->code == 4010);
  }

  TEST_CASE("a connection ends when its token does") {
    deterministic_system sys;
    auto who = sys.passport_for("dialog:10", role::admin);
    who->expires_at = std::chrono::system_clock::now() - 1s;
    const auto client = sys.connect("dialog:10", role::admin, who);
    REQUIRE(client.socket->closed);
    CHECK(client.socket->closed->code == 4001);
  }

  TEST_CASE("a subscriber that fails takes its socket with it") {
    deterministic_system sys;
    const auto client = sys.connect("dialog:10", role::admin);
    caf::anon_send_exit(client.actor, caf::exit_reason::user_shutdown);
    sys.settle();
    REQUIRE(client.socket->closed);
    CHECK(client.socket->closed->code == 1011);
  }

  TEST_CASE("whoever leaves leaves nothing behind in the dialog") {
    deterministic_system sys;
    const auto stays = sys.connect("dialog:10", role::admin);
    const auto leaves = sys.connect("dialog:10", role::admin);
    sys.disconnect(leaves);
    const auto trace = caf::actor_cast<caf::weak_actor_ptr>(leaves.actor);
    CHECK(trace->weak_refs == 2); // this one, and that of all handles
    CHECK(!stays.socket->closed);
  }

  TEST_CASE("the seat is given back when the socket is gone") {
    deterministic_system sys;
    auto who = sys.passport_for("dialog:10", role::admin);
    struct counted final : actors::reservation {
      std::size_t taken() const override { return 1; }
    };
    const auto place = std::make_shared<counted>();
    who->place = place;
    const auto client = sys.connect("dialog:10", role::admin, std::move(who));
    CHECK(place.use_count() > 1);
    sys.disconnect(client);
    CHECK(place.use_count() == 1);
  }
}
