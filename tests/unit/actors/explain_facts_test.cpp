#include "actors/explain_facts.hpp"
#include "protocol/explain_answer.hpp"
#include "tests/support/deterministic_system.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <string>

using namespace wsgw;
using namespace wsgw::tests;
using namespace std::chrono_literals;
using protocol::role;

namespace explain = protocol::explain;

namespace {

constexpr auto room = "dialog:10";
constexpr auto for_admins =
  R"({"type":"operator_handling","_to":["admin"],"n":1})";
constexpr auto typing = R"({"type":"typing_start","trace_id":"t-1"})";

explain::question by_seq(std::uint64_t seq) {
  explain::question asked{*protocol::room_id::parse(room)};
  asked.seq = seq;
  return asked;
}

explain::question by_id(std::string id) {
  explain::question asked{*protocol::room_id::parse(room)};
  asked.message_id = std::move(id);
  return asked;
}

explain::question by_trace(std::string id) {
  explain::question asked{*protocol::room_id::parse(room)};
  asked.trace_id = std::move(id);
  return asked;
}

explain::answer answer_of(deterministic_system& sys,
                          const explain::question& asked) {
  auto& where = sys.shared().shard_of(asked.room);
  const auto now = std::chrono::system_clock::now();
  return explain::make_answer(
    {asked, {explain_facts(where, asked, now, "n1")}, {}, {}, {}, {}});
}

/// All verdicts, in the order in which the connections ended or were opened.
std::string verdicts(deterministic_system& sys,
                     const explain::question& asked) {
  std::string text;
  for (const auto& each : answer_of(sys, asked).lines)
    (text += text.empty() ? "" : " ") += to_string(each.what.is);
  return text;
}

/// The kernel takes all that is in the outbox.
void write_out(const deterministic_system::client& who) {
  who.socket->written = who.socket->latest;
}

void lose_link(deterministic_system& sys) {
  using actors::messages::link_state;
  for (const auto news : {link_state::news::lost, link_state::news::restored})
    caf::anon_send(sys.shared().broadcaster, link_state{0, news});
  sys.settle();
}

} // namespace

TEST_SUITE("actors/explain_facts") {

  TEST_CASE("an event is queued, then written, then acknowledged") {
    deterministic_system sys;
    const auto client = sys.connect_v1(room, role::admin);
    sys.publish(room, {message_new(7)});
    CHECK(verdicts(sys, by_seq(1)) == "queued");
    write_out(client);
    CHECK(verdicts(sys, by_seq(1)) == "written");
    CHECK(verdicts(sys, by_id("7")) == "written");
    sys.say(client, R"({"type":"ack","seq":1})");
    CHECK(verdicts(sys, by_seq(1)) == "acked");
    CHECK(verdicts(sys, by_seq(2)) == "not_published");
    CHECK(verdicts(sys, by_id("8")) == "not_published");
  }

  TEST_CASE("legacy clients and streams are known by their outboxes") {
    deterministic_system sys;
    const auto old = sys.connect(room, role::site);
    const auto stream =
      sys.connect_v1(room, role::widget, "", protocol::dialect::sse);
    sys.publish(room, {message_new(1), for_admins});
    write_out(old);
    write_out(stream);
    CHECK(verdicts(sys, by_seq(1)) == "written written");
    CHECK(verdicts(sys, by_seq(2)) == "filtered_by_role filtered_by_role");
  }

  TEST_CASE("who joins later has not got it, unless by its cursor") {
    deterministic_system sys;
    const auto first = sys.connect_v1(room, role::admin);
    sys.publish(room, {message_new(1), message_new(2)});
    const auto epoch =
      answer_of(sys, by_seq(1)).nodes.empty()
        ? std::string{}
        : explain_facts(sys.shared().shard_of(by_seq(1).room), by_seq(1),
                        std::chrono::system_clock::now(), "n1")
            .epoch;
    write_out(first);
    const auto fresh = sys.connect(room, role::admin);
    const auto resumed = sys.connect_v1(room, role::admin, epoch + ":1");
    write_out(resumed);
    CHECK(verdicts(sys, by_seq(1)) == "written joined_later joined_later");
    CHECK(verdicts(sys, by_seq(2)) == "written joined_later written");
  }

  TEST_CASE("an ended connection is remembered with its close code") {
    deterministic_system sys;
    const auto client = sys.connect_v1(room, role::admin);
    const auto other = sys.connect(room, role::admin);
    sys.publish(room, {message_new(1)});
    write_out(client);
    write_out(other);
    sys.disconnect(client);
    sys.publish(room, {message_new(2)});
    write_out(other);
    CHECK(verdicts(sys, by_seq(1)) == "written written");
    const auto answer = answer_of(sys, by_seq(2));
    REQUIRE(answer.lines.size() == 2);
    CHECK(to_string(answer.lines[0].what.is) == "closed_before");
    CHECK(answer.lines[0].who->close_code != 0);
    CHECK(to_string(answer.lines[1].what.is) == "written");
  }

  TEST_CASE("a slow reader lags, until it has pulled") {
    deterministic_system sys;
    const auto client = sys.connect_v1(room, role::widget);
    client.socket->full = true;
    sys.publish(room, {message_new(1)});
    CHECK(verdicts(sys, by_seq(1)) == "lagging");
    client.socket->full = false;
    sys.say(client, R"({"type":"pull","after":0})");
    write_out(client);
    CHECK(verdicts(sys, by_seq(1)) == "written");
  }

  TEST_CASE("a pull of what was before the join counts as written") {
    deterministic_system sys;
    const auto first = sys.connect_v1(room, role::admin);
    sys.publish(room, {message_new(1), message_new(2), message_new(3)});
    write_out(first);
    const auto late = sys.connect_v1(room, role::admin);
    CHECK(verdicts(sys, by_seq(2)) == "written joined_later");
    sys.say(late, R"({"type":"pull","after":1,"limit":1})");
    write_out(late);
    CHECK(verdicts(sys, by_seq(2)) == "written written");
    CHECK(verdicts(sys, by_seq(1)) == "written joined_later");
    CHECK(verdicts(sys, by_seq(3)) == "written joined_later");
    // What it had before is no step back.
    sys.publish(room, {message_new(4)});
    write_out(late);
    sys.say(late, R"({"type":"pull","after":0,"limit":1})");
    CHECK(late.socket->latest == 4);
  }

  TEST_CASE("an ephemeral event is dropped where room is scarce") {
    deterministic_system sys;
    const auto client = sys.connect_v1(room, role::widget);
    const auto other = sys.connect_v1(room, role::widget);
    client.socket->full = true;
    sys.publish(room, {typing});
    client.socket->full = false;
    CHECK(verdicts(sys, by_trace("t-1")) == "dropped_ephemeral written");
    const auto late = sys.connect_v1(room, role::widget);
    const auto admin = sys.connect_v1(room, role::admin);
    CHECK(verdicts(sys, by_trace("t-1"))
          == "dropped_ephemeral written joined_later filtered_by_role");
  }

  TEST_CASE("who lags has missed ephemeral events") {
    deterministic_system sys;
    const auto client = sys.connect_v1(room, role::widget);
    client.socket->full = true;
    sys.publish(room, {message_new(1)});
    client.socket->full = false;
    sys.publish(room, {typing});
    CHECK(verdicts(sys, by_trace("t-1")) == "dropped_ephemeral");
  }

  TEST_CASE("a repeated message id is deduplicated for who came between") {
    deterministic_system sys;
    const auto first = sys.connect_v1(room, role::admin);
    sys.publish(room, {message_new(7)});
    write_out(first);
    const auto late = sys.connect_v1(room, role::admin);
    CHECK(verdicts(sys, by_id("7")) == "written joined_later");
    sys.publish(room, {message_new(7)});
    CHECK(verdicts(sys, by_id("7")) == "written deduplicated");
    CHECK(verdicts(sys, by_seq(1)) == "written deduplicated");
  }

  TEST_CASE("what was before a reset is still judged by its own numbers") {
    deterministic_system sys;
    const auto client = sys.connect_v1(room, role::admin);
    const auto old = sys.connect(room, role::admin);
    sys.publish(room, {message_new(1), message_new(2)});
    write_out(client);
    write_out(old);
    sys.say(client, R"({"type":"ack","seq":2})");
    lose_link(sys);
    sys.publish(room, {message_new(3)});
    CHECK(verdicts(sys, by_id("2")) == "acked written");
    CHECK(verdicts(sys, by_id("3")) == "queued queued");
    write_out(client);
    write_out(old);
    CHECK(verdicts(sys, by_seq(1)) == "written written"); // of the new epoch
    CHECK(verdicts(sys, by_id("1")) == "acked written");
  }

  TEST_CASE("a room that ended and came back begins anew") {
    deterministic_system sys;
    const auto first = sys.connect_v1(room, role::admin);
    sys.publish(room, {message_new(1)});
    write_out(first);
    sys.disconnect(first);
    sys.advance(301s);
    CHECK_FALSE(sys.dialog_of(room));
    const auto second = sys.connect_v1(room, role::admin);
    sys.publish(room, {message_new(2)});
    write_out(second);
    CHECK(verdicts(sys, by_id("1")) == "written joined_later");
    CHECK(verdicts(sys, by_id("2")) == "closed_before written");
  }

  TEST_CASE("a question about nobody gets one line") {
    deterministic_system sys;
    const auto client = sys.connect_v1(room, role::admin);
    sys.publish(room, {message_new(1)});
    write_out(client);
    auto asked = by_seq(1);
    asked.conn = "dead";
    CHECK(verdicts(sys, asked) == "not_connected_then");
    asked.conn.clear();
    asked.user_id = "nobody";
    CHECK(verdicts(sys, asked) == "not_connected_then");
    asked.user_id.clear();
    asked.as = role::admin;
    CHECK(verdicts(sys, asked) == "written");
  }
}
