#include "tests/support/deterministic_system.hpp"
#include "tests/support/fake_log_store.hpp"
#include "tests/support/v1_summary.hpp"

#include <doctest/doctest.h>

using namespace wsgw;
using namespace wsgw::tests;
using namespace std::chrono_literals;
using actors::messages::link_state;
using protocol::role;

namespace {

constexpr auto room = "dialog:10";

std::string words(const deterministic_system::client& of) {
  return v1_words(of.fresh());
}

/// A node with WS_LOG=on: what is published reaches it unless `is_deaf`.
struct node {
  node() {
    sys.shared().log = &store;
    store.on_published = [this](const std::string& to, std::string json) {
      if (!is_deaf)
        sys.publish(to, {std::move(json)});
    };
  }

  node(const node&) = delete;
  node& operator=(const node&) = delete;
  /// Answers on their way keep a dialog alive.
  ~node() {
    store.release();
    sys.settle();
  }

  void publish(int first, int last) {
    for (auto i = first; i <= last; ++i) {
      auto json = store.log(room).publish(message_new(i));
      store.on_published(room, std::move(json));
    }
  }

  deterministic_system::client join(std::uint64_t seq) {
    return sys.connect_v1(
      room, role::widget,
      protocol::to_string(protocol::cursor{store.log(room).head().epoch, seq}));
  }

  void link(link_state::news what) {
    caf::anon_send(sys.shared().broadcaster, link_state{0, what});
    sys.settle();
  }

  fake_log_store store;
  deterministic_system sys;
  bool is_deaf = false;
};

} // namespace

TEST_SUITE("actors/dialog: joins with a log in Redis") {

  TEST_CASE("a join waits for the head, a legacy client does not") {
    node n;
    n.store.hold();
    const auto client = n.sys.connect_v1(room, role::widget);
    const auto old = n.sys.connect(room, role::site);
    n.sys.publish(room, {R"({"type":"typing_start"})"});
    CHECK(client.texts().empty());
    CHECK(old.texts().size() == 1);
    n.store.release();
    n.sys.settle();
    CHECK(words(client) == "hello:fresh:0");
    n.publish(1, 2);
    CHECK(words(client) == "event:1 event:2");
  }

  TEST_CASE("a join that Redis leaves unanswered is closed 1013") {
    node n;
    n.store.hold();
    const auto client = n.sys.connect_v1(room, role::widget);
    n.sys.advance(4900ms);
    CHECK(!client.socket->closed);
    n.sys.advance(200ms);
    CHECK(client.texts().empty());
    REQUIRE(client.socket->closed);
    CHECK(client.socket->closed->code == 1013);
  }

  TEST_CASE("what another node delivered is read from the log, once for all") {
    node n;
    for (int i = 1; i <= 9; ++i)
      n.store.log(room).publish(message_new(i));
    std::vector<deterministic_system::client> clients;
    for (int i = 0; i < 10; ++i)
      clients.push_back(n.join(6));
    CHECK(n.store.reads == 1);
    for (const auto& each : clients)
      CHECK(words(each) == "hello:replayed:9 replay:7 replay:8 replay:9");
    n.publish(10, 10);
    CHECK(words(clients.front()) == "event:10");
  }

  TEST_CASE("a cursor older than the log is reset") {
    node n;
    n.publish(1, 9);
    n.store.log(room).trim(2);
    CHECK(words(n.join(3)) == "hello:reset:trimmed:9");
    CHECK(words(n.join(7)) == "hello:replayed:9 replay:8 replay:9");
  }

  TEST_CASE("a log longer than a page is pulled") {
    node n;
    for (int i = 1; i <= 900; ++i)
      n.store.log(room).publish(message_new(i));
    const auto client = n.join(0);
    const auto first = words(client);
    CHECK(first.starts_with("hello:replayed:900+ replay:1 "));
    CHECK(first.ends_with(" replay:500 lagging:500/900"));
    n.sys.say(client, R"({"type":"pull","after":500,"limit":500})");
    CHECK(words(client).ends_with("replay:900 page:500-900 live:900"));
    n.publish(901, 901);
    CHECK(words(client) == "event:901");
  }

  TEST_CASE("a cursor of another epoch is reset when Redis has confirmed") {
    node n;
    n.publish(1, 2);
    const auto first = n.join(2);
    n.store.hold();
    const auto client = n.sys.connect_v1(room, role::widget, "old:1");
    CHECK(client.texts().empty());
    n.store.release();
    n.sys.settle();
    CHECK(words(client) == "hello:reset:epoch:2");
  }

  TEST_CASE("a cursor ahead of this node waits for what is on its way") {
    node n;
    const auto first = n.join(0);
    n.publish(1, 1);
    n.is_deaf = true;
    auto late = n.store.log(room).publish(message_new(2));
    const auto client = n.join(2);
    n.is_deaf = false;
    n.sys.publish(room, {std::move(late)});
    n.sys.settle();
    CHECK(words(client).starts_with("hello:replayed:2"));
    CHECK(words(n.join(9)) == "hello:reset:ahead:2");
  }

  TEST_CASE("while Redis is away memory serves what it can, never a reset") {
    node n;
    const auto first = n.join(0);
    n.publish(1, 3);
    n.store.fail();
    n.link(link_state::news::lost);
    CHECK(words(n.join(1)) == "hello:replayed:3 replay:2 replay:3");
    const auto waiting = n.sys.connect_v1(room, role::widget, "old:1");
    const auto ahead = n.join(9);
    n.sys.advance(4s);
    CHECK(waiting.texts().empty());
    CHECK(ahead.texts().empty());
    n.sys.advance(2s);
    CHECK(waiting.socket->closed);
    CHECK(ahead.socket->closed);
    CHECK(words(first) == "hello:replayed:0 event:1 event:2 event:3");
  }

  TEST_CASE("a pull that must wait is put off") {
    node n;
    for (int i = 1; i <= 5; ++i)
      n.store.log(room).publish(message_new(i));
    const auto client = n.sys.connect_v1(room, role::widget);
    n.store.fail();
    words(client);
    for (int i = 0; i < 5; ++i)
      n.sys.say(client, R"({"type":"pull","after":1})");
    CHECK(words(client) == "error:rate_limited");
    n.sys.advance(5100ms);
    CHECK(words(client) == "page:1-1+ page:1-1+ page:1-1+ page:1-1+");
    n.store.recover();
    n.link(link_state::news::commands_ready);
    n.sys.say(client, R"({"type":"pull","after":3})");
    CHECK(words(client) == "replay:4 replay:5 page:3-5");
  }

  TEST_CASE("a lost tail resets everybody, also those that wait") {
    node n;
    const auto live = n.join(0);
    n.publish(1, 5);
    words(live);
    live.socket->full = true;
    const auto other = n.join(5);
    n.publish(6, 6);
    live.socket->full = false;
    CHECK(words(live) == "lagging:5/6");
    n.store.log(room).lose_tail(3);
    n.store.hold();
    n.link(link_state::news::lost);
    n.link(link_state::news::restored);
    const auto waiting = n.sys.connect_v1(room, role::widget, "old:1");
    n.store.release();
    n.sys.settle();
    CHECK(words(live) == "reset:broker_lost_tail:0 live:0");
    CHECK(words(other) == "hello:replayed:5 event:6 reset:broker_lost_tail:0");
    CHECK(words(waiting) == "hello:reset:broker_lost_tail:0");
    n.publish(7, 7);
    CHECK(words(live) == "event:1");
  }

  TEST_CASE("a reset answers the pull that it crosses on its way") {
    node n;
    const auto client = n.join(0);
    n.publish(1, 5);
    const auto pull = R"({"type":"pull","cursor":")"
                      + protocol::to_string(n.store.log(room).head()) + "\"}";
    n.store.log(room).lose_tail(3);
    n.link(link_state::news::lost);
    n.link(link_state::news::restored);
    CHECK(words(client).ends_with(" event:5 reset:broker_lost_tail:0"));
    n.publish(6, 7);
    n.sys.say(client, pull);
    CHECK(words(client) == "event:1 event:2");
    n.sys.say(client, pull);
    CHECK(words(client) == "reset:epoch:2");
  }
}
