#include "actors/audit_judge.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace wsgw::actors {

namespace {

using namespace std::chrono_literals;

const auto room = *protocol::room_id::parse("dialog:10");

/// One shard with one room and two members; everything agrees.
struct scene {
  scene() {
    shard.living = shard.counted = {2, 0, 0};
    shard.has_broadcaster = true;
    shard.listed = {{room, 7}};
    for (const std::uint64_t id : {101, 102})
      shard.sockets.push_back(
        {id, room, protocol::role::admin, false, true, 2});
    room_facts facts{room, 7, 0, true, {"k3x", 42}, {2, 0, 0}, {}, {}, {}};
    for (const std::uint64_t id : {101, 102})
      facts.members.push_back(
        {id, protocol::role::admin, standing::live, 42, 42});
    shard.rooms.push_back(std::move(facts));
  }

  room_facts& dialog() { return shard.rooms.front(); }

  /// The kinds that so many runs in a row find at last.
  std::vector<std::string> find(std::size_t runs = 2) {
    std::vector<std::string> kinds;
    for (std::size_t i = 0; i < runs; ++i) {
      kinds.clear();
      auto now = evidence;
      now.shards.push_back(shard);
      last = judge.judge(now);
      for (const auto& each : last)
        kinds.emplace_back(to_string(each.kind));
    }
    return kinds;
  }

  void ask_nodes(std::vector<protocol::audited_room> said) {
    evidence.nodes.emplace().push_back(std::move(said));
    evidence.asked_nodes.insert(room.text());
  }

  shard_facts shard;
  audit_evidence evidence;
  audit_judge judge;
  std::vector<audit_finding> last;
};

using kinds = std::vector<std::string>;

} // namespace

TEST_SUITE("actors/audit_judge") {

  TEST_CASE("where all agree nothing is found") {
    scene s;
    s.evidence.log["dialog:10"] = {"k3x", 42};
    s.ask_nodes({});
    CHECK(s.find(5).empty());
    CHECK(s.judge.suspects().empty());
  }

  TEST_CASE("what one run sees is a race, what two see is a fault") {
    scene s;
    s.dialog().members.pop_back();
    CHECK(s.find(1).empty());
    CHECK(s.judge.suspects() == std::set<std::string>{"dialog:10"});
    CHECK(s.find(1) == kinds{"lost_member"});
    CHECK(s.last[0].subject == 102);
    CHECK(s.last[0].is_new);
    CHECK(s.find(1) == kinds{"lost_member"});
    CHECK_FALSE(s.last[0].is_new);
  }

  TEST_CASE("a race that is over between two runs is forgotten") {
    scene s;
    const auto whole = s.dialog().members;
    s.dialog().members.pop_back();
    CHECK(s.find(1).empty());
    s.dialog().members = whole;
    CHECK(s.find(1).empty());
    s.dialog().members.pop_back();
    CHECK(s.find(1).empty());
  }

  TEST_CASE("a run that was given up proves nothing") {
    scene s;
    s.dialog().members.pop_back();
    CHECK(s.find(1).empty());
    s.judge.forget();
    CHECK(s.find(1).empty());
  }

  TEST_CASE("a socket that closes need not be a member") {
    scene s;
    s.dialog().members.pop_back();
    s.shard.sockets[1].is_closing = true;
    CHECK(s.find().empty());
  }

  TEST_CASE("nobody is judged by actors that are far behind") {
    scene s;
    s.dialog().members.pop_back();
    s.dialog().mailbox = audit_judge::max_mailbox + 1;
    CHECK(s.find().empty());
    s.dialog().mailbox = 0;
    s.shard.listed.clear();
    s.shard.broadcaster_mailbox = audit_judge::max_mailbox + 1;
    CHECK(s.find().empty());
  }

  TEST_CASE("members without a subscriber are found") {
    scene s;
    s.shard.sockets.pop_back();
    CHECK(s.find() == kinds{"ghost_member"});
    CHECK(s.last[0].subject == 102);
  }

  TEST_CASE("a dialog that the broadcaster does not know is found") {
    scene s;
    s.shard.listed[0].dialog = 8;
    CHECK(s.find() == kinds{"orphan_dialog"});
    s.evidence.is_complete = false;
    CHECK(s.find().empty());
  }

  TEST_CASE("counters and seats have to fit the living") {
    scene s;
    s.shard.counted[0] = 3;
    CHECK(s.find() == kinds{"counter"});
    CHECK(s.last[0].amount == 1);
    s.shard.counted[0] = 2;
    s.shard.sockets[0].taken = s.shard.sockets[1].taken = 1;
    CHECK(s.find() == kinds{"seat"});
    // Handshakes that are not done hold seats as well.
    s.shard.sockets[0].taken = s.shard.sockets[1].taken = 3;
    CHECK(s.find().empty());
  }

  TEST_CASE("a live member that an event has passed by is found") {
    scene s;
    CHECK(s.find(1).empty());
    s.dialog().members[0].expected = 43;
    s.dialog().members[1] = {102, protocol::role::admin, standing::live, 43,
                             43};
    CHECK(s.find(1).empty());
    CHECK(s.find(1) == kinds{"stale_mark"});
    CHECK(s.last[0].subject == 101);
    CHECK(s.last[0].head->seq == 42);
  }

  TEST_CASE("a member that is quiet, new or lagging is not behind") {
    scene s;
    s.dialog().members[0].mark = 0; // joined after the last event
    CHECK(s.find(3).empty());
    s.dialog().members[1].now = standing::lagging;
    s.dialog().members[1].expected = 50;
    CHECK(s.find(3).empty());
  }

  TEST_CASE("a log that is ahead for a whole interval is found") {
    scene s;
    s.evidence.log["dialog:10"] = {"k3x", 43};
    CHECK(s.find(1).empty());
    s.dialog().head.seq = 43; // it came
    s.evidence.log["dialog:10"] = {"k3x", 44};
    CHECK(s.find(1).empty());
    s.evidence.log["dialog:10"] = {"k3x", 45};
    CHECK(s.find(1) == kinds{"log_behind"});
    CHECK(s.last[0].head->seq == 45);
  }

  TEST_CASE("a log that has lost something is found") {
    scene s;
    s.evidence.log["dialog:10"] = {"k3x", 40};
    CHECK(s.find() == kinds{"log_differs"});
    s.evidence.log["dialog:10"] = {"new", 42};
    CHECK(s.find() == kinds{"log_differs"});
    s.dialog().is_open = false;
    CHECK(s.find().empty());
  }

  TEST_CASE("other nodes may know more, or something else") {
    scene s;
    s.dialog().latest = {{41, 1}, {42, 2}};
    s.dialog().elsewhere = {1, 0, 0};
    s.ask_nodes({{room, {"k3x", 43}, {1, 0, 0}, {{42, 2}, {43, 3}}}});
    CHECK(s.find() == kinds{"node_ahead"});
    s.evidence.nodes->front() = {{room, {"k3x", 42}, {1, 0, 0}, {{42, 9}}}};
    CHECK(s.find() == kinds{"node_event"});
    // Nodes without a log number for themselves.
    s.evidence.nodes->front() = {{room, {}, {1, 0, 0}, {{42, 9}}}};
    CHECK(s.find().empty());
  }

  TEST_CASE("presence has ten seconds to follow a node that died") {
    scene s;
    s.dialog().elsewhere = {0, 1, 0};
    s.ask_nodes({});
    CHECK(s.find(2).empty());
    CHECK(s.find(1) == kinds{"presence"});
    CHECK(s.last[0].facts == "here 0,1,0 elsewhere, there 0,0,0");
    s.dialog().elsewhere = {0, 2, 0};
    CHECK(s.find(2).empty());
    s.dialog().mine = {};
    CHECK(s.find(5).empty());
  }

  TEST_CASE("without answers of all nodes nothing is said about them") {
    scene s;
    s.dialog().elsewhere = {0, 1, 0};
    s.evidence.asked_nodes.insert(room.text());
    CHECK(s.find(5).empty());
  }

  TEST_CASE("short intervals need more runs") {
    CHECK(patience_for(5s).runs == 2);
    CHECK(patience_for(5s).presence_runs == 3);
    CHECK(patience_for(1s).runs == 5);
    CHECK(patience_for(1s).presence_runs == 11);
    CHECK(patience_for(1h).presence_runs == 2);
  }
}

} // namespace wsgw::actors
