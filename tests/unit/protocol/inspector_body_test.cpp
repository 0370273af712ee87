#include "protocol/inspector_body.hpp"

#include <doctest/doctest.h>

using namespace wsgw::protocol;
using namespace std::chrono_literals;

namespace {

const std::chrono::system_clock::time_point noon{1'757'163'900s};

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

overview_facts overview_of(shard_facts shard) {
  overview_facts facts;
  facts.now = facts.started_at = facts.source_since = noon;
  facts.marks.outbox_bytes = 1024;
  facts.shards = {shard};
  return facts;
}

} // namespace

TEST_SUITE("protocol/inspector_body") {

  TEST_CASE("an overview counts up to now and leaves rates to its reader") {
    shard_facts shard;
    shard.shard = 1;
    shard.lag = 1500us;
    shard.sockets = 3;
    shard.events_in = 7;
    shard.dialog_mail.add(2);
    shard.dialog_mail.add(5);
    shard.broadcaster_mail = 4;
    auto facts = overview_of(shard);
    facts.node = "ab12";
    facts.source = {true, "down", "no route", 2};
    const auto body = encode_overview(facts);
    CHECK(has(body, R"("node":"ab12")"));
    CHECK(has(body, R"("source":{"kind":"redis","state":"down",)"
                    R"("reason":"no route","since":"2025-09-06T13:05:00.000Z",)"
                    R"("reconnects":2,"log":false})"));
    CHECK(has(body, R"("broadcaster":{"shard":1,"mailbox":4,"slow":false,)"));
    CHECK(has(body, R"("dialog_mailboxes":{"all":7,"longest":5})"));
    CHECK(has(body, R"("lag_ms":1.5)"));
    CHECK(has(body, R"("counters":{"events_in":7,)"));
  }

  TEST_CASE("a shard is slow by its loop or by a mailbox") {
    shard_facts calm;
    CHECK(has(encode_overview(overview_of(calm)), R"("slow":false,"lag_ms")"));
    shard_facts late;
    late.lag = 100ms;
    CHECK(has(encode_overview(overview_of(late)), R"("slow":true,"lag_ms")"));
    shard_facts full;
    full.socket_mail.add(1000);
    CHECK(has(encode_overview(overview_of(full)), R"("slow":true,"lag_ms")"));
  }

  TEST_CASE("a socket tells what was sent, written and acknowledged") {
    socket_facts socket;
    socket.conn = "7f3a";
    socket.speaks = dialect::v1;
    socket.user_id = "<b>5</b>";
    socket.connected_at = noon;
    socket.sent_seq = 43;
    socket.written_seq = 42;
    socket.acked_seq = 41;
    const auto body = encode_sockets({{socket}, 9, true});
    CHECK(has(body, R"("user_id":"<b>5</b>")")); // a text; the page escapes
    CHECK(has(body, R"("sent_seq":43,"written_seq":42,"acked_seq":41,)"));
    CHECK(has(body, R"("total":9,"truncated":true)"));
  }

  TEST_CASE("what a socket cannot tell is null") {
    socket_facts socket;
    socket.speaks = dialect::sse;
    const auto body = encode_sockets({{socket}, 1, false});
    CHECK(has(body, R"("transport":"sse","dialect":"v1")"));
    CHECK(has(body, R"("written_seq":null,"acked_seq":null)"));
  }

  TEST_CASE("a room shows its log as it is and its timeline in words") {
    room_view view;
    view.room.room = "dialog:10";
    view.kind = "dialog";
    view.tail = {R"({"type":"event","seq":1})"};
    room_moment published;
    published.what = "event";
    published.fate = "durable";
    published.seq = 1;
    published.audience = role_set{role::admin};
    published.trace_id = "t";
    room_moment gone;
    gone.what = "closed";
    gone.conn = "1f";
    gone.code = 4010;
    view.timeline.rows = {published, gone};
    const auto body = encode_room(view);
    CHECK(has(body, R"("tail":[{"type":"event","seq":1}])"));
    CHECK(has(body, R"("fate":"durable","seq":1,"audience":["admin"],)"
                    R"("trace_id":"t"})"));
    CHECK(has(body, R"("what":"closed","conn":"1f","role":"admin",)"));
    CHECK(has(body, R"("code":4010,"sent_seq":0,)"));
    CHECK(has(body, R"("forgotten_before":null)"));
  }
}
