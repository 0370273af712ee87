#include "protocol/explain_answer.hpp"
#include "protocol/explain_text.hpp"
#include "protocol/explain_wire.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "explain_world.hpp"

using namespace wsgw::protocol;
using namespace wsgw::protocol::explain;

namespace {

findings one_node() {
  auto node = node_of();
  node.events.push_back(event_43());
  node.connections.push_back(reader());
  return {asked_for(43), {node}, {}, {}, {}, {}};
}

log_fact log_at(std::uint64_t head) {
  log_fact log;
  log.epoch = "k3x";
  log.head = head;
  log.first = 1;
  log.is_searched = true;
  return log;
}

std::string_view only(const answer& a) {
  REQUIRE(a.lines.size() == 1);
  return to_string(a.lines.front().what.is);
}

bool says(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

result<question> read(std::string_view query) {
  return read_question(query_params::parse(query));
}

} // namespace

TEST_SUITE("protocol/explain_answer") {

  TEST_CASE("one node that knows all answers completely") {
    const auto a = make_answer(one_node());
    CHECK(only(a) == "written");
    CHECK(a.doubts.empty());
    CHECK(a.events.size() == 1);
    CHECK(a.counts[static_cast<std::size_t>(verdict::written)] == 1);
  }

  TEST_CASE("a number beyond the head is not published") {
    auto f = one_node();
    f.nodes[0].events.clear();
    f.asked.seq = 51;
    CHECK(only(make_answer(f)) == "not_published");
    f.log = log_at(60);
    CHECK(only(make_answer(f)) == "trimmed");
  }

  TEST_CASE("a number that said nothing new was deduplicated") {
    auto f = one_node();
    f.log = log_at(50);
    f.log->events.push_back(event_43(""));
    f.nodes[0].events[0].what = fate::duplicate;
    CHECK(only(make_answer(f)) == "deduplicated");
    f.asked.seq.reset();
    f.asked.message_id = "7";
    CHECK(only(make_answer(f)) == "deduplicated");
  }

  TEST_CASE("what only another node saw is judged by its facts") {
    auto f = one_node();
    auto other = node_of("n2");
    other.connections.push_back(reader("n2"));
    other.connections.back().conn = "9c";
    f.nodes.push_back(other);
    f.nodes[0].events[0].audience = role_set{role::site};
    f.log = log_at(50);
    const auto a = make_answer(f);
    REQUIRE(a.lines.size() == 2);
    for (const auto& each : a.lines)
      CHECK(to_string(each.what.is) == "filtered_by_role");
  }

  TEST_CASE("without a log each node has numbers of its own") {
    auto f = one_node();
    f.asked.seq.reset();
    f.asked.message_id = "7";
    auto other = node_of("n2");
    other.epoch = "zzz";
    other.events.push_back(event_43("n2"));
    other.events.back().seq = 4;
    other.events.back().epoch = mark_of_epoch("zzz");
    other.connections.push_back(reader("n2"));
    auto& at = other.connections.back().stretches.back();
    at.from.epoch = mark_of_epoch("zzz");
    at.from.since = 3;
    at.queued = at.written = at.acked = 4;
    f.nodes.push_back(other);
    const auto a = make_answer(f);
    REQUIRE(a.lines.size() == 2);
    CHECK(to_string(a.lines[0].what.is) == "written");
    CHECK(to_string(a.lines[1].what.is) == "acked");
    CHECK(a.events.size() == 2);
  }

  TEST_CASE("of several events with one id the latest is meant") {
    auto f = one_node();
    f.asked.seq.reset();
    f.asked.trace_id = "t";
    f.nodes[0].events.push_back(event_43());
    f.nodes[0].events.back().seq = 52;
    f.nodes[0].events.back().at = second(52);
    f.log = log_at(52);
    const auto a = make_answer(f);
    CHECK(only(a) == "queued");
    CHECK(a.also == std::vector<std::uint64_t>{43});
  }

  TEST_CASE("an empty list says one thing about nobody") {
    auto f = one_node();
    f.nodes[0].connections.clear();
    f.asked.user_id = "77";
    CHECK(only(make_answer(f)) == "not_connected_then");
    f.nodes[0].events.clear();
    f.asked.seq = 99;
    CHECK(only(make_answer(f)) == "not_published");
  }

  TEST_CASE("silent nodes, a lost log and short memories are doubts") {
    auto f = one_node();
    f.silent = {"n3"};
    f.log_error = "link down";
    f.nodes[0].since = second(50);
    const auto a = make_answer(f);
    REQUIRE(a.doubts.size() == 3);
    CHECK(says(a.doubts[0], "n3 did not answer"));
    CHECK(says(a.doubts[1], "link down"));
    CHECK(says(a.doubts[2], "remembers nothing before"));
  }

  TEST_CASE("an unknown id is never certain, a number ahead is") {
    auto f = one_node();
    f.nodes[0].events.clear();
    f.log = log_at(50);
    f.asked.seq = 51;
    auto a = make_answer(f);
    CHECK(only(a) == "not_published");
    CHECK(a.doubts.empty());
    f.asked.seq.reset();
    f.asked.message_id = "404"; // an event without a number was in no log
    a = make_answer(f);
    CHECK(only(a) == "not_published");
    CHECK_FALSE(a.doubts.empty());
  }

  TEST_CASE("what nodes tell each other survives the way") {
    auto node = one_node().nodes[0];
    node.events[0].missed = {"9", "7f3a"};
    node.events[0].trace_id = "t-1";
    node.connections[0].closed_at = second(60);
    node.connections[0].close_code = 4010;
    node.connections[0].stretches[0].from.add_pull(3, 7);
    const auto again = parse_facts(encode_facts(node), "n1");
    REQUIRE(again);
    CHECK(encode_facts(*again) == encode_facts(node));
    CHECK(again->connections[0].node == "n1");
    auto asked = asked_for(43);
    asked.as = role::site;
    asked.conn = "7f3a";
    const auto question = parse_question(encode_question(asked));
    REQUIRE(question);
    CHECK(encode_question(*question) == encode_question(asked));
  }

  TEST_CASE("nonsense of another node is refused or empty") {
    CHECK_FALSE(parse_facts("", "n1"));
    CHECK_FALSE(parse_facts("[]", "n1"));
    CHECK_FALSE(parse_question("{}"));
    const auto odd =
      parse_facts(R"({"events":[7,{"fate":99,"audience":[9,"x"],"id":"}"}],)"
                  R"("connections":[{"role":77,"stretches":[1]}],"head":-1})",
                  "n1");
    REQUIRE(odd);
    CHECK(odd->events.size() == 1);
    CHECK(odd->events[0].message_id.empty());
    CHECK(odd->connections[0].stretches.empty());
  }
}

TEST_SUITE("protocol/explain_text") {

  TEST_CASE("a question names a room and one event") {
    const auto asked =
      read("dialog_id=10&seq=43&epoch=k3x&conn=7f&user=5&role=widget");
    REQUIRE(asked);
    CHECK(asked->room.text() == "dialog:10");
    CHECK(asked->seq == 43);
    CHECK(asked->as == role::widget);
    CHECK(read("room=duel:7&trace_id=x"));
    CHECK(read("room=user:u-5&message_id=7"));
  }

  TEST_CASE("a question that is none is refused by name") {
    CHECK(read("seq=43").error() == errc::missing_parameter);
    CHECK(read("dialog_id=10").error() == errc::missing_parameter);
    CHECK(read("dialog_id=x&seq=43").error() == errc::bad_dialog_id);
    for (const auto* bad :
         {"room=nowhere:1&seq=1", "dialog_id=10&seq=0", "dialog_id=10&seq=-1",
          "dialog_id=10&seq=43x", "dialog_id=10&seq=43&message_id=7",
          "dialog_id=10&seq=43&role=boss"}) {
      CAPTURE(bad);
      CHECK(read(bad).error() == errc::bad_parameter);
    }
  }

  TEST_CASE("the answer is JSON with a sentence a verdict") {
    const auto text = encode(make_answer(one_node()));
    for (const auto* part :
         {R"("question":{"room":"dialog:10","dialog_id":10,"seq":43})",
          R"("complete":true)", R"("message_id":7)", R"("fate":"durable")",
          R"("counts":{"written":1})", R"("verdict":"written")",
          R"("sentence":"Event 43 was written to the socket)",
          R"("joined_at":"2025-09-06T11:00:40.000Z")", R"("closed_at":null)",
          R"("node":"n1")", R"("silent":[])"}) {
      CAPTURE(part);
      CHECK(says(text, part));
    }
  }

  TEST_CASE("every verdict has a sentence") {
    const auto asked = asked_for(43);
    for (std::size_t i = 0; i < verdict_count; ++i)
      for (std::size_t why = 0; why <= 7; ++why) {
        line each{{static_cast<verdict>(i), static_cast<nuance>(why)},
                  reader(),
                  event_43()};
        const auto text = sentence_of(each, asked);
        CAPTURE(text);
        CHECK(text.size() > 20);
        CHECK(text.ends_with('.'));
      }
  }
}
