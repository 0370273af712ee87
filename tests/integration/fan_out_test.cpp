#include "tests/support/running_hub.hpp"

#include <doctest/doctest.h>

#include <array>
#include <stop_token>
#include <thread>

namespace wsgw::tests {

namespace {

/// Publishes a message that everybody in `dialog` hears and returns it: what a
/// client gets before it is all it got of earlier events.
std::string publish_mark(running_hub& hub, std::uint64_t dialog) {
  static int next_id = 1'000'000;
  const auto mark = bare_message(++next_id, "mark");
  hub.publish(dialog, message_new(dialog, mark));
  return mark;
}

/// What `client` gets before the next mark.
std::vector<std::string> heard(ws_client& client, const std::string& mark) {
  auto texts = read_until(client, mark);
  REQUIRE_MESSAGE((!texts.empty() && texts.back() == mark), "no mark");
  texts.pop_back();
  return texts;
}

using texts = std::vector<std::string>;

/// Keeps every core busy, so that threads are interrupted in odd places.
class busy_machine {
public:
  busy_machine() {
    for (unsigned i = 0; i < std::thread::hardware_concurrency(); ++i)
      burners_.emplace_back([](const std::stop_token& stop) {
        while (!stop.stop_requested())
          continue;
      });
  }

private:
  std::vector<std::jthread> burners_;
};

} // namespace

TEST_SUITE("integration/fan_out") {

  TEST_CASE("a published message reaches admin, widget and site bare") {
    running_hub hub;
    dialog_clients clients{hub.gateway, 10};
    hub.publish(10, R"({"type": "message:new", "message": {"id": 1, )"
                    R"("sender": "user", "text": "Привет, \"мир\"", )"
                    R"("timestamp": "2025-09-06T11:00:00.123456Z"}, )"
                    R"("timestamp": "2025-09-06T11:00:00.130000", )"
                    R"("dialog_id": 10, "source": "backend"})");
    clients.each([](ws_client& client) {
      CHECK(client.read_text(patience)
            == R"({"id":1,"sender":"user","text":"Привет, \"мир\"",)"
               R"("timestamp":"2025-09-06T11:00:00.123456Z"})");
    });
  }

  TEST_CASE("the inner object keeps its order, numbers and nested values") {
    running_hub hub;
    dialog_clients clients{hub.gateway, 10};
    const std::string message =
      R"({"z":1.50,"id":9007199254740993,"a":{"y":[1,2,{}],"b":null},)"
      R"("text":"","_kept":true,"e":1e3})";
    hub.publish(10, message_new(10, message));
    clients.each(
      [&](ws_client& client) { CHECK(client.read_text(patience) == message); });
  }

  TEST_CASE("three sites in parallel hear only their own dialog") {
    running_hub hub;
    constexpr std::array<std::uint64_t, 3> dialogs{100, 200, 300};
    std::vector<dialog_clients> sites;
    for (const auto dialog : dialogs)
      sites.emplace_back(hub.gateway, dialog);
    std::array<texts, 3> expected;
    for (int round = 0; round < 50; ++round)
      for (std::size_t i = 0; i < dialogs.size(); ++i) {
        const auto message =
          bare_message(round, "to " + std::to_string(dialogs[i]));
        hub.publish(dialogs[i], message_new(dialogs[i], message));
        expected[i].push_back(message);
      }
    for (std::size_t i = 0; i < dialogs.size(); ++i) {
      const auto mark = publish_mark(hub, dialogs[i]);
      sites[i].each(
        [&](ws_client& client) { CHECK(heard(client, mark) == expected[i]); });
    }
  }

  TEST_CASE("every flat event reaches everyone but for typing") {
    running_hub hub;
    dialog_clients clients{hub.gateway, 10};
    for (const std::string type :
         {"handoff_requested", "handoff_started", "handoff_released",
          "handoff_cancelled", "operator_handling", "message_received",
          "typing_start", "typing_stop", "balance_changed"}) {
      CAPTURE(type);
      const bool is_typing = type.starts_with("typing");
      const auto flat = R"({"type":")" + type
                        + R"(","message":"Ждите","dialog_id":10,"seq":2,)"
                          R"("manager":{"id":1,"name":"Анна"}})";
      hub.publish(10, flat);
      const auto mark = publish_mark(hub, 10);
      CHECK(heard(clients.widget, mark) == texts{flat});
      CHECK(heard(clients.site, mark) == texts{flat});
      CHECK(heard(clients.admin, mark) == (is_typing ? texts{} : texts{flat}));
    }
  }

  TEST_CASE("fields that begin with an underscore stay inside the hub") {
    running_hub hub;
    dialog_clients clients{hub.gateway, 10};
    hub.publish(10, R"({"_epoch":"k3x","type":"handoff_started","_seq":7,)"
                    R"("manager":{"_id":1},"_to":["admin","widget","site"]})");
    clients.each([](ws_client& client) {
      CHECK(client.read_text(patience)
            == R"({"type":"handoff_started","manager":{"_id":1}})");
    });
  }

  TEST_CASE("_to narrows the audience of any event") {
    running_hub hub;
    dialog_clients clients{hub.gateway, 10};
    const auto note = bare_message(1, "for operators");
    auto event = message_new(10, note);
    event.insert(1, R"("_to":["admin"],)");
    hub.publish(10, event);
    hub.publish(10, R"({"type":"typing_start","_to":["admin","site"]})");
    const std::string typing = R"({"type":"typing_start"})";
    const auto mark = publish_mark(hub, 10);
    CHECK(heard(clients.admin, mark) == texts{note, typing});
    CHECK(heard(clients.site, mark) == texts{typing});
    CHECK(heard(clients.widget, mark) == texts{});
  }

  TEST_CASE("a message id that was already sent in a dialog is dropped there") {
    running_hub hub;
    dialog_clients clients{hub.gateway, 10};
    auto elsewhere = connect(hub.gateway, admin_target(11));
    const auto first = bare_message(178, "first");
    hub.publish(10, message_new(10, first));
    hub.publish(10, message_new(10, first));
    hub.publish(10, message_new(10, bare_message(178, "edited")));
    hub.publish(11, message_new(11, first));
    const auto mark = publish_mark(hub, 10);
    clients.each(
      [&](ws_client& client) { CHECK(heard(client, mark) == texts{first}); });
    CHECK(elsewhere.read_text(patience) == first);
  }

  TEST_CASE("flat events without an id are never taken for duplicates") {
    running_hub hub;
    auto admin = connect(hub.gateway, admin_target(10));
    const std::string event = R"({"type":"handoff_started","id":5})";
    hub.publish(10, event);
    hub.publish(10, event);
    CHECK(heard(admin, publish_mark(hub, 10)) == texts{event, event});
  }

  TEST_CASE("a thousand events over seven dialogs keep their order") {
    running_hub hub;
    std::vector<ws_client> admins;
    for (std::uint64_t dialog = 1; dialog <= 7; ++dialog)
      admins.push_back(connect(hub.gateway, admin_target(dialog)));
    std::array<texts, 7> expected;
    for (int i = 0; i < 1000; ++i) {
      const auto which = static_cast<std::size_t>(i * 31 % 7);
      const auto message = bare_message(i, "in order");
      hub.publish(which + 1, message_new(which + 1, message));
      expected[which].push_back(message);
    }
    for (std::size_t i = 0; i < admins.size(); ++i)
      CHECK(read_texts(admins[i], expected[i].size()) == expected[i]);
  }

  TEST_CASE("a small credit slows the reading of Redis, it loses nothing") {
    running_hub hub{{{"WS_MAX_INFLIGHT_EVENTS", "8"}}};
    auto admin = connect(hub.gateway, admin_target(10));
    const std::string script =
      "for i = 1, 3000 do redis.call('PUBLISH', KEYS[1], "
      "'{\"type\":\"counted\",\"n\":' .. i .. '}') end";
    hub.redis.cli("EVAL", script, "1", "ws:dialog:10");
    texts expected;
    for (int i = 1; i <= 3000; ++i)
      expected.push_back(R"({"type":"counted","n":)" + std::to_string(i) + "}");
    CHECK(read_texts(admin, expected.size()) == expected);
  }

  TEST_CASE("the dialog is what follows the last colon of the channel") {
    running_hub hub;
    auto admin = connect(hub.gateway, admin_target(10));
    const auto message = bare_message(1, "by channel");
    hub.publish_on("ws:dialog:x:10", message_new(99, message));
    CHECK(admin.read_text(patience) == message);
  }

  TEST_CASE("events published while nobody listens are not kept") {
    running_hub hub;
    hub.publish(10, message_new(10, bare_message(1, "too early")));
    auto admin = connect(hub.gateway, admin_target(10));
    CHECK(heard(admin, publish_mark(hub, 10)) == texts{});
  }

  TEST_CASE("an event behind the 101 is never missed, on a busy machine") {
    running_hub hub;
    const busy_machine busy;
    for (int i = 1; i <= 300; ++i) {
      const auto dialog = static_cast<std::uint64_t>(i);
      auto client = connect(hub.gateway, admin_target(dialog));
      const auto message = bare_message(i, "at once");
      hub.publish(dialog, message_new(dialog, message));
      REQUIRE(client.read_text(patience) == message);
    }
  }

  TEST_CASE("a member that leaves disturbs nobody") {
    running_hub hub;
    dialog_clients clients{hub.gateway, 10};
    clients.widget.send_close();
    CHECK(clients.widget.read_close().has_value());
    clients.site.socket().abort();
    const auto mark = publish_mark(hub, 10);
    CHECK(heard(clients.admin, mark) == texts{});
    CHECK(eventually(
      [&] { return hub.gateway.metric("websocket_connections_total") == 1; }));
  }

  TEST_CASE("an event of a megabyte passes, whole and unchanged") {
    running_hub hub;
    dialog_clients clients{hub.gateway, 10};
    const auto message = bare_message(1, std::string(1'000'000, 'x'));
    hub.publish(10, message_new(10, message));
    clients.each([&](ws_client& client) {
      CHECK((client.read_text(patience) == message));
    });
  }
}

} // namespace wsgw::tests
