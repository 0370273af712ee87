#include "actors/auditor.hpp"
#include "tests/support/deterministic_system.hpp"
#include "tests/support/fake_log_store.hpp"
#include "tests/support/fake_node_bus.hpp"

#include <doctest/doctest.h>

#include <map>
#include <random>
#include <string>
#include <vector>

namespace wsgw::tests {

namespace {

using namespace std::chrono_literals;
using actors::messages::room_presence;
using protocol::role;

constexpr auto interval = 5s;
const auto ten = *protocol::room_id::parse("dialog:10");

/// Remembers what dialogs say of their members.
struct fake_board final : actors::presence_board {
  void announce(const protocol::room_id& room,
                const protocol::role_counts& mine) override {
    said.emplace_back(room.text(), mine);
  }
  std::vector<std::pair<std::string, protocol::role_counts>> said;
};

/// A hub with an auditor; Redis, the board and other nodes are the test's.
struct audited {
  explicit audited(bool has_log = false) : sys(config(has_log)) {
    auto& hub = sys.shared();
    hub.presence = &board;
    hub.nodes = &nodes;
    hub.log = has_log ? &store : nullptr;
    actors::source_status status;
    status.source = actors::source_status::kind::redis;
    status.now = actors::source_status::state::ready;
    hub.set_source(status);
    actors::answer_audits(hub);
    auto& home = sys.shard(0);
    it = actors::spawn_pinned(home, actors::auditor, &hub, &home);
    sys.settle();
  }

  ~audited() {
    caf::anon_send_exit(it, caf::exit_reason::kill);
    it = nullptr;
    sys.settle();
  }

  static actors::settings config(bool has_log) {
    actors::settings c;
    c.audit_interval = interval;
    c.log = has_log ? actors::log_mode::on : actors::log_mode::off;
    c.ping_interval = c.pong_timeout = 1h;
    return c;
  }

  /// So many runs; the other nodes say this each time.
  void run(std::size_t times, const actors::node_answers& said = {}) {
    for (std::size_t i = 0; i < times; ++i) {
      sys.advance(interval);
      while (!nodes.asked.empty()) {
        topics.push_back(nodes.asked.front().topic);
        nodes.answer(said);
        sys.settle();
      }
    }
  }

  actors::dialog_state& dialog(std::string_view room = "dialog:10") {
    actors::dialog_state* found = nullptr;
    for (std::size_t i = 0; i < sys.shard_count; ++i)
      sys.shard(i).actors().for_each([&](actors::describable& who) {
        auto* state = dynamic_cast<actors::dialog_state*>(&who);
        if (state != nullptr && state->room->text() == room)
          found = state;
      });
    REQUIRE(found != nullptr);
    return *found;
  }

  using counts = std::map<std::string, std::uint64_t>;
  counts found() { return sys.shared().mismatches.snapshot(); }
  counts repaired() { return sys.shared().repairs.snapshot(); }

  fake_board board;
  fake_node_bus nodes;
  fake_log_store store;
  deterministic_system sys;
  actors::auditor_actor it;
  std::vector<std::string> topics;
};

using counts = audited::counts;

bool was_closed(const deterministic_system::client& c, std::uint16_t code) {
  return c.socket->closed && c.socket->closed->code == code;
}

} // namespace

TEST_SUITE("actors/auditor") {

  TEST_CASE("a member that its dialog has lost is sent back in") {
    audited a;
    const auto lost = a.sys.connect("dialog:10", role::admin);
    const auto kept = a.sys.connect("dialog:10", role::site);
    a.dialog().has->all.remove(lost.actor.id());
    a.run(1);
    CHECK_FALSE(lost.socket->closed);
    a.run(1);
    CHECK(was_closed(lost, 1012));
    CHECK_FALSE(kept.socket->closed);
    CHECK(a.found() == counts{{"lost_member", 1}});
    CHECK(a.repaired() == counts{{"lost_member", 1}});
    a.sys.disconnect(lost);
    a.run(3);
    CHECK(a.found() == counts{{"lost_member", 1}});
    CHECK(a.sys.shared().audits == 5);
  }

  TEST_CASE("a member whose subscriber is gone is taken out") {
    audited a;
    const auto kept = a.sys.connect("dialog:10", role::admin);
    const auto gone = a.sys.connect("dialog:10", role::admin);
    a.sys.disconnect(gone);
    a.dialog().has->all.add({gone.actor, gone.socket, {}}, role::admin,
                            protocol::dialect::legacy, actors::standing::live);
    a.run(2);
    CHECK(a.found() == counts{{"ghost_member", 1}});
    CHECK(a.dialog().has->all.size() == 1);
    CHECK(a.repaired() == counts{{"ghost_member", 1}});
    CHECK_FALSE(kept.socket->closed);
  }

  TEST_CASE("an event that was never read is read and delivered") {
    audited a{true};
    const auto reader = a.sys.connect_v1("dialog:10", role::admin);
    a.sys.advance(1s);
    a.store.log("dialog:10").publish(message_new(1));
    reader.fresh();
    a.run(1);
    CHECK(reader.fresh().empty());
    a.run(1);
    REQUIRE(reader.texts().size() == 1);
    CHECK(reader.texts()[0].find(R"("seq":1)") != std::string::npos);
    CHECK(a.found() == counts{{"log_behind", 1}});
    a.run(2);
    CHECK(a.repaired() == counts{{"log_behind", 1}});
  }

  TEST_CASE("an old view of who is elsewhere is asked for anew") {
    audited a;
    const auto admin = a.sys.connect("dialog:10", role::admin);
    a.sys.advance(1s);
    caf::anon_send(a.sys.shared().broadcaster,
                   room_presence{ten, {0, 1, 0}, {}});
    a.sys.settle();
    a.board.said.clear();
    a.run(2);
    CHECK(a.found().empty());
    CHECK(a.board.said.empty());
    a.run(1);
    CHECK(a.found() == counts{{"presence", 1}});
    REQUIRE(a.board.said.size() == 2);
    CHECK(a.board.said[0].second == protocol::role_counts{});
    CHECK(a.board.said[1].second == protocol::role_counts{1, 0, 0});
    CHECK(a.topics.back() == "audit_renew");
    caf::anon_send(a.sys.shared().broadcaster, room_presence{ten, {}, {}});
    a.run(3);
    CHECK(a.found() == counts{{"presence", 1}});
  }

  TEST_CASE("who did not get an event is sent to fetch it") {
    audited a;
    const auto old = a.sys.connect("dialog:10", role::admin);
    const auto v1 = a.sys.connect_v1("dialog:10", role::admin);
    a.sys.publish("dialog:10", {message_new(1)});
    a.run(1);
    a.sys.publish("dialog:10", {message_new(2)});
    old.socket->latest = v1.socket->latest = 1; // as if it had been lost
    a.run(1);
    v1.fresh();
    CHECK(a.found().empty());
    a.run(1);
    CHECK(a.found() == counts{{"stale_mark", 2}});
    CHECK(was_closed(old, 1012));
    REQUIRE(v1.texts().size() == 1);
    CHECK(v1.texts()[0].starts_with(R"({"type":"lagging")"));
    CHECK(v1.texts()[0].find(R"("sent":1)") != std::string::npos);
  }

  TEST_CASE("a wrong counter is set right") {
    audited a;
    const auto one = a.sys.connect("dialog:10", role::admin);
    a.sys.shard(1).counters().connections[1].add(2);
    a.run(2);
    CHECK(a.found() == counts{{"counter", 1}});
    CHECK(a.sys.shard(1).counters().connections[1].get() == 0);
    a.run(2);
    CHECK(a.found() == counts{{"counter", 1}});
  }

  TEST_CASE("a dialog that nobody sends events to ends, its members return") {
    audited a;
    const auto one = a.sys.connect("dialog:10", role::admin);
    const actors::dialog_actor alive{a.dialog().self};
    const auto old = alive.id();
    a.sys.shard(0).actors().for_each([](actors::describable& who) {
      if (auto* all = dynamic_cast<actors::broadcaster_state*>(&who))
        all->dialogs.clear();
    });
    a.run(2);
    CHECK(a.found() == counts{{"orphan_dialog", 1}});
    CHECK(was_closed(one, 1012));
    a.sys.disconnect(one);
    const auto again = a.sys.connect("dialog:10", role::admin);
    CHECK(a.dialog().self->id() != old);
  }

  TEST_CASE("ordinary life raises no alarm") {
    audited a{true};
    a.store.on_published = [&](const std::string& room, std::string json) {
      a.sys.publish_unsettled(room, {std::move(json)});
    };
    std::mt19937 random{7};
    std::vector<deterministic_system::client> all;
    int id = 0;
    for (int step = 0; step < 600; ++step) {
      const auto room = "dialog:" + std::to_string(1 + random() % 5);
      const auto what = random() % 4;
      if (what == 0)
        all.push_back(a.sys.connect(room, role::admin));
      else if (what == 1)
        all.push_back(a.sys.connect_v1(room, role::site));
      else if (what == 2 && !all.empty())
        a.sys.disconnect(all[random() % all.size()]);
      else
        a.store.publish(*protocol::room_id::parse(room), message_new(++id), "",
                        [](const auto&) {});
      if (step % 20 == 0)
        a.run(1);
    }
    CHECK(a.sys.shared().audits == 30);
    CHECK(a.found().empty());
  }

  TEST_CASE("a node that leaves, or Redis that is away, is not judged") {
    audited a;
    const auto one = a.sys.connect("dialog:10", role::admin);
    caf::anon_send(a.sys.shared().broadcaster,
                   room_presence{ten, {0, 1, 0}, {}});
    a.run(5, {{}, {"00000000000000bb"}, {}});
    a.run(5, {{}, {}, "Redis is away"});
    a.run(5, {{{"00000000000000bb", "nonsense"}}, {}, {}});
    CHECK(a.sys.shared().audits == 15);
    CHECK(a.found().empty());
    a.sys.shared().draining = true;
    a.run(2);
    CHECK(a.sys.shared().audits == 15);
  }

  TEST_CASE("other nodes are told how the rooms here are") {
    audited a{true};
    const auto one = a.sys.connect_v1("dialog:10", role::site);
    a.store.log("dialog:10").publish(message_new(1));
    std::string said;
    a.nodes.ask_here("audit_rooms", "dialog:10\ndialog:11\n",
                     [&](std::string text) { said = std::move(text); });
    a.sys.settle();
    const auto rooms = protocol::parse_audited_rooms(said);
    REQUIRE(rooms);
    REQUIRE(rooms->size() == 1);
    CHECK(rooms->front().room == ten);
    CHECK(rooms->front().members[2] == 1);
    CHECK_FALSE(rooms->front().head.epoch.empty());
  }

  TEST_CASE("many rooms are looked at in turn") {
    audited a;
    std::vector<deterministic_system::client> all;
    for (int i = 1; i <= 1'200; ++i)
      all.push_back(
        a.sys.connect_unsettled("dialog:" + std::to_string(i), role::admin));
    a.sys.settle();
    a.dialog("dialog:1199").has->all.remove(all[1198].actor.id());
    a.run(7);
    CHECK(was_closed(all[1198], 1012));
    CHECK(a.found() == counts{{"lost_member", 1}});
  }
}

} // namespace wsgw::tests
