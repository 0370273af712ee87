#include "protocol/explain.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "explain_world.hpp"

using namespace wsgw::protocol;
using namespace wsgw::protocol::explain;

namespace {

const std::vector<row> others{
  {"unparsable", [](scene& s) { s.event.what = fate::refused; },
   verdict::not_published, nuance::unparsable},
  {"ahead of the log", [](scene& s) { s.what.now = subject::standing::ahead; },
   verdict::not_published},
  {"unheard of", [](scene& s) { s.what.now = subject::standing::unheard; },
   verdict::not_published},
  {"forgotten", [](scene& s) { s.what.now = subject::standing::forgotten; },
   verdict::trimmed, nuance::unknown_now},
  {"forgotten, and it came later",
   [](scene& s) {
     s.what.now = subject::standing::forgotten;
     s.at().from.since = 48;
   },
   verdict::joined_later},
  {"published again while it was there",
   [](scene& s) {
     s.at().from.since = 48;
     s.what.repeats.push_back(second(45));
   },
   verdict::deduplicated},
  {"published again before it came",
   [](scene& s) {
     s.at().from.since = 48;
     s.what.repeats.push_back(second(39));
   },
   verdict::joined_later},
  {"ephemeral, written", [](scene& s) { s.without_number(fate::ephemeral); },
   verdict::written},
  {"ephemeral, no room for it",
   [](scene& s) {
     s.without_number(fate::ephemeral);
     s.event.missed = {"9", "7f3a"};
   },
   verdict::dropped_ephemeral},
  {"ephemeral, in the outbox",
   [](scene& s) {
     s.without_number(fate::ephemeral);
     s.at().written = 42;
     s.at().is_drained = false;
   },
   verdict::queued},
  {"ephemeral, something behind it has left",
   [](scene& s) {
     s.without_number(fate::ephemeral);
     s.at().written = 43;
     s.at().is_drained = false;
   },
   verdict::written},
  {"ephemeral, before its join",
   [](scene& s) {
     s.without_number(fate::ephemeral);
     s.at().from.joined_at = second(44);
   },
   verdict::joined_later},
  {"ephemeral, after its end",
   [](scene& s) {
     s.without_number(fate::ephemeral);
     s.who.closed_at = second(42);
   },
   verdict::closed_before},
  {"without a number, on another node only",
   [](scene& s) {
     s.without_number(fate::unnumbered);
     s.event.node = "n2";
   },
   verdict::not_published, nuance::never_came},
};

} // namespace

TEST_SUITE("protocol/explain") {

  TEST_CASE("what is no numbered event is judged by what was missed and when") {
    check_rows(others);
  }

  TEST_CASE("an event known by its repetitions only was deduplicated") {
    scene s;
    s.what.repeats.push_back(second(45));
    CHECK(judge(s.what, s.who).is == verdict::deduplicated);
    CHECK(judge_absent(s.what, asked_for(43)).is == verdict::deduplicated);
  }

  TEST_CASE("nobody to judge is nobody connected, or nobody it was for") {
    scene s;
    s.event.audience = role_set{role::widget};
    s.what.event = &s.event;
    auto asked = asked_for(43);
    CHECK(judge_absent(s.what, asked).is == verdict::not_connected_then);
    asked.as = role::admin;
    CHECK(judge_absent(s.what, asked).is == verdict::filtered_by_role);
  }

  TEST_CASE("pages that follow each other become one piece") {
    reading r;
    r.since = 100;
    r.add_pull(40, 50);
    r.add_pull(50, 60);
    CHECK(r.covers(41));
    CHECK(r.covers(60));
    CHECK_FALSE(r.covers(40));
    CHECK_FALSE(r.covers(61));
    r.add_pull(60, 120);
    CHECK(r.since == 40);
    CHECK(r.covers(99));
    CHECK(r.pulled_to == 0);
  }

  TEST_CASE("a message id is found with and without quotes") {
    question asked{*room_id::parse("dialog:10")};
    asked.message_id = "7";
    const auto marks = marks_of(asked);
    CHECK(marks.size() == 2);
    CHECK(marks[0] == mark_of_id("7"));
    CHECK(marks[1] == mark_of_id(R"("7")"));
    CHECK(mark_of_id("") == 0);
    CHECK(mark_of_epoch("") == 0);
  }

  TEST_CASE("every verdict has a word of its own") {
    std::vector<std::string_view> words;
    for (std::size_t i = 0; i < verdict_count; ++i)
      words.push_back(to_string(static_cast<verdict>(i)));
    CHECK(words.front() == "acked");
    CHECK(words.back() == "trimmed");
    std::sort(words.begin(), words.end());
    CHECK(std::unique(words.begin(), words.end()) == words.end());
  }
}
