#include "actors/journal.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>

using namespace std::chrono_literals;
using namespace wsgw;
using namespace wsgw::actors;

namespace explain = protocol::explain;

namespace {

const auto room = *protocol::room_id::parse("dialog:10");
const journal::time_point noon{1'757'156'400s};

event_record record(std::uint64_t seq, std::string_view id = {},
                    std::string_view trace = {}) {
  event_record what;
  what.room = room.hash();
  what.seq = seq;
  what.epoch = explain::mark_of_epoch("k3x");
  what.audience = protocol::role_set::all();
  what.message_id = id;
  what.trace_id = trace;
  return what;
}

explain::question by_seq(std::uint64_t seq) {
  explain::question what{room};
  what.seq = seq;
  return what;
}

explain::question by_id(std::string id) {
  explain::question what{room};
  what.message_id = std::move(id);
  return what;
}

connection_trace gone(std::uint64_t conn, journal::time_point at) {
  connection_trace who(room);
  who.conn = protocol::connection_id{conn};
  who.user_id = "5";
  who.closed_at = at;
  who.close_code = 1001;
  return who;
}

} // namespace

TEST_SUITE("actors/journal") {

  TEST_CASE("an event is found by number, by message id and by trace") {
    journal past;
    past.note(record(1, "7", "t-1"), noon);
    past.note(record(2, R"("8")", "t-1"), noon + 1s);
    REQUIRE(past.find(by_seq(2)).size() == 1);
    CHECK(past.find(by_seq(2))[0].message_id == R"("8")");
    CHECK(past.find(by_id("8")).size() == 1);
    CHECK(past.find(by_id("7"))[0].seq == 1);
    CHECK(past.find(by_id("9")).empty());
    explain::question traced{room};
    traced.trace_id = "t-1";
    CHECK(past.find(traced).size() == 2);
    traced.trace_id = "t-";
    CHECK(past.find(traced).empty());
  }

  TEST_CASE("events of other rooms and epochs are not meant") {
    journal past;
    past.note(record(1), noon);
    auto other = record(1);
    other.room = 99;
    past.note(other, noon);
    auto asked = by_seq(1);
    CHECK(past.find(asked).size() == 1);
    asked.epoch = "k3x";
    CHECK(past.find(asked).size() == 1);
    asked.epoch = "m9z";
    CHECK(past.find(asked).empty());
  }

  TEST_CASE("the latest events are kept, and it is known since when") {
    journal past;
    past.limit(100, 10);
    for (int i = 1; i <= 250; ++i)
      past.note(record(static_cast<std::uint64_t>(i), std::to_string(i),
                       "trace-of-event-" + std::to_string(i)),
                noon + std::chrono::seconds{i});
    CHECK(past.find(by_seq(150)).empty());
    REQUIRE(past.find(by_seq(151)).size() == 1);
    CHECK(past.forgotten_before() == noon + 150s);
    CHECK(past.events_of(room).size() == 100);
    CHECK(past.events_of(room).back().seq == 250);
    // Its texts have a bound of their own; the ids are found all the same.
    CHECK(past.find(by_id("151")).size() == 1);
    CHECK(past.find(by_id("151"))[0].message_id.empty());
    CHECK(past.find(by_id("250"))[0].message_id == "250");
    CHECK(past.find(by_id("250"))[0].trace_id == "trace-of-event-250");
  }

  TEST_CASE("a long message id is found, though it is not shown") {
    journal past;
    const std::string id(journal::longest_text + 1, '7');
    past.note(record(1, id), noon);
    REQUIRE(past.find(by_id(id)).size() == 1);
    CHECK(past.find(by_id(id))[0].message_id.empty());
  }

  TEST_CASE("who missed an event without a number is remembered") {
    journal past;
    past.limit(2, 10);
    auto what = record(3, "7");
    what.fate = event_fate::ephemeral;
    const auto first = past.note(what, noon);
    past.missed(first, protocol::connection_id{1});
    past.missed(first, protocol::connection_id{2});
    auto found = past.find(by_id("7"));
    REQUIRE(found.size() == 1);
    CHECK(found[0].missed == std::vector<std::string>{"1", "2"});
    CHECK(found[0].knows_missed);
    past.missed(first, protocol::connection_id{3}); // one too many
    CHECK_FALSE(past.find(by_id("7"))[0].knows_missed);
  }

  TEST_CASE("a question by number brings the repetitions along") {
    journal past;
    past.note(record(1, "7"), noon);
    auto again = record(0, "7");
    again.fate = event_fate::duplicate;
    past.note(again, noon + 1s);
    const auto found = past.find(by_seq(1));
    REQUIRE(found.size() == 2);
    CHECK(found[1].what == event_fate::duplicate);
  }

  TEST_CASE("a repetition that has a number is found by it") {
    journal past;
    auto again = record(2);
    again.fate = event_fate::duplicate;
    past.note(again, noon);
    const auto found = past.find(by_seq(2));
    REQUIRE(found.size() == 1);
    CHECK(found[0].has_number());
  }

  TEST_CASE("ended connections stay a quarter of an hour, so many of them") {
    journal past;
    past.limit(10, 2);
    for (std::uint64_t conn = 1; conn <= 3; ++conn)
      past.ended(gone(conn, noon), noon);
    CHECK(past.ended_of(room, noon).size() == 2);
    past.ended(gone(4, noon + 15min + 1s), noon + 15min + 1s);
    CHECK(past.ended_of(room, noon + 15min + 1s).size() == 1);
    CHECK(past.departed(by_seq(1), noon + 31min).empty());
  }

  TEST_CASE("a room completes what it is known of an ended connection") {
    journal past;
    past.ended(gone(1, noon), noon);
    CHECK(past.departed(by_seq(1), noon)[0].stretches.empty());
    explain::stretch last;
    last.queued = 43;
    past.settled(protocol::connection_id{1}, last);
    past.settled(protocol::connection_id{9}, last); // nobody knows it
    auto asked = by_seq(1);
    asked.user_id = "5";
    const auto found = past.departed(asked, noon);
    REQUIRE(found.size() == 1);
    CHECK(found[0].stretches.at(0).queued == 43);
    CHECK(found[0].close_code == 1001);
    asked.user_id = "6";
    CHECK(past.departed(asked, noon).empty());
  }

  TEST_CASE("without room nothing is kept") {
    journal past;
    past.limit(0, 0);
    CHECK(past.note(record(1), noon) == 0);
    past.missed(0, protocol::connection_id{1});
    past.ended(gone(1, noon), noon);
    past.restarted(protocol::connection_id{1}, {});
    CHECK(past.find(by_seq(1)).empty());
    CHECK(past.departed(by_seq(1), noon).empty());
    CHECK(past.earlier(protocol::connection_id{1}).empty());
  }
}
