#include "actors/node_questions.hpp"
#include "actors/presence_ledger.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <vector>

namespace wsgw::actors {

namespace {

using namespace std::chrono_literals;
using clock = node_questions::clock;
using names = std::vector<std::string>;

const std::string us = "00000000000000aa";
const std::string b = "00000000000000bb";
const std::string c = "00000000000000cc";

/// One node that has been up for a while, and two others.
struct asker {
  asker() { roster.listed({us, b, c}, now); }

  /// Asks and lets Redis publish it; `got` is filled when it is done.
  std::uint64_t ask(const std::string& json = "{}") {
    const auto order =
      questions.open("census", json, now + 1s, [this](auto all) { got = all; });
    if (!order)
      return 0;
    questions.sent(order->id);
    return order->id;
  }

  bool hear(const std::string& node, std::uint64_t id, std::string_view json) {
    return questions.heard(
      protocol::encode(protocol::node_answer{id, node, true, json}));
  }

  bool refuse(const std::string& node, std::uint64_t id) {
    return questions.heard(
      protocol::encode(protocol::node_answer{id, node, false, {}}));
  }

  clock::time_point now{1h};
  node_roster roster{us};
  node_questions questions{roster};
  std::optional<node_answers> got;
};

} // namespace

TEST_SUITE("actors/node_questions") {

  TEST_CASE("a question is done when all living nodes have answered") {
    asker a;
    const auto id = a.ask();
    CHECK(a.hear(b, id, "[1]"));
    CHECK_FALSE(a.got);
    CHECK(a.hear(c, id, "[2]"));
    REQUIRE(a.got);
    REQUIRE(a.got->answers.size() == 2);
    CHECK(a.got->answers[0].node == b);
    CHECK(a.got->answers[1].json == "[2]");
    CHECK(a.got->silent.empty());
    CHECK(a.got->error.empty());
    CHECK(a.questions.waiting() == 0);
  }

  TEST_CASE("nodes that do not answer in time are named") {
    asker a;
    const auto id = a.ask();
    CHECK(a.hear(b, id, "1"));
    a.questions.expire(a.now + 999ms);
    CHECK_FALSE(a.got);
    CHECK(a.questions.next_deadline() == a.now + 1s);
    a.questions.expire(a.now + 1s);
    REQUIRE(a.got);
    CHECK(a.got->answers.size() == 1);
    CHECK(a.got->silent == names{c});
    CHECK_FALSE(a.questions.next_deadline());
    CHECK(a.hear(c, id, "too late"));
  }

  TEST_CASE("a node that says no is named without being waited for") {
    asker a;
    const auto id = a.ask();
    CHECK(a.refuse(c, id));
    CHECK(a.hear(b, id, "1"));
    REQUIRE(a.got);
    CHECK(a.got->silent == names{c});
  }

  TEST_CASE("nobody else lives: the question is done at once") {
    asker a;
    a.roster.listed({us}, a.now);
    a.ask();
    REQUIRE(a.got);
    CHECK(a.got->answers.empty());
    CHECK(a.got->silent.empty());
  }

  TEST_CASE("an answer may come before Redis says who lives") {
    asker a;
    const auto order = a.questions.open("census", "{}", a.now + 1s,
                                        [&](auto all) { a.got = all; });
    a.hear(b, order->id, "1");
    a.hear(c, order->id, "2");
    CHECK_FALSE(a.got);
    a.questions.sent(order->id);
    CHECK(a.got);
  }

  TEST_CASE("answers find their question and count once for each node") {
    asker a;
    const auto first = a.ask();
    const auto second = a.ask();
    a.hear(b, second, "1");
    a.hear(b, second, "2");
    a.hear(c, first, "3");
    a.hear(c, second + 1, "4");
    CHECK_FALSE(a.got);
    a.hear(c, second, "5");
    REQUIRE(a.got);
    REQUIRE(a.got->answers.size() == 2);
    CHECK(a.got->answers[0].json == "1");
    CHECK(a.got->answers[1].json == "5");
    CHECK(a.questions.waiting() == 1);
  }

  TEST_CASE("what is no answer of another node is said to be malformed") {
    asker a;
    const auto id = a.ask();
    CHECK_FALSE(a.questions.heard("nonsense"));
    CHECK_FALSE(a.hear(us, id, "{}"));
    CHECK_FALSE(a.got);
  }

  TEST_CASE("a question that Redis did not take ends with the reason") {
    asker a;
    const auto order = a.questions.open("census", "{}", a.now + 1s,
                                        [&](auto all) { a.got = all; });
    a.questions.failed(order->id, "OOM");
    REQUIRE(a.got);
    CHECK(a.got->error == "OOM");
    CHECK(a.got->silent == names{b, c});
    a.questions.failed(order->id, "again");
    a.questions.sent(order->id);
    CHECK(a.got->error == "OOM");
  }

  TEST_CASE("Redis that does not answer is an error, not a silent node") {
    asker a;
    a.questions.open("census", "{}", a.now + 1s,
                     [&](auto all) { a.got = all; });
    a.questions.expire(a.now + 1s);
    REQUIRE(a.got);
    CHECK(a.got->error == "Redis has not answered in time");
  }

  TEST_CASE("a lost link ends all questions at once") {
    asker a;
    std::size_t told = 0;
    for (int i = 0; i < 3; ++i)
      a.questions.open("census", "{}", a.now + 1s, [&](auto all) {
        CHECK(all.error == "lost");
        ++told;
      });
    a.questions.fail_all("lost");
    CHECK(told == 3);
    CHECK(a.questions.waiting() == 0);
  }

  TEST_CASE("questions are bounded in number and size, topics are plain") {
    asker a;
    a.ask(std::string(protocol::max_node_message, ' '));
    CHECK(a.got->error == "the question is too large");
    CHECK_FALSE(a.questions.open("No Topic", "", a.now + 1s,
                                 [&](auto all) { a.got = all; }));
    CHECK(a.got->error == "no such topic");
    for (std::size_t i = 0; i < node_questions::max_waiting; ++i)
      CHECK(a.ask() != 0);
    CHECK(a.ask() == 0);
    CHECK(a.got->error == "too many questions are waiting");
  }

  TEST_CASE("answers beyond the bound of a question are not kept") {
    asker a;
    names nodes{us};
    for (int i = 0; i < 20; ++i)
      nodes.push_back("00000000000001" + std::to_string(10 + i));
    a.roster.listed(nodes, a.now);
    const auto id = a.ask();
    const std::string large(protocol::max_node_message - 100, ' ');
    for (std::size_t i = 1; i < nodes.size(); ++i)
      a.hear(nodes[i], id, large);
    REQUIRE(a.got);
    CHECK(a.got->answers.size() == 16);
    CHECK(a.got->silent.size() == 4);
  }
}

TEST_SUITE("actors/node_roster") {

  TEST_CASE("who is no longer listed has died") {
    asker a;
    CHECK(a.roster.others() == std::set<std::string>{b, c});
    a.roster.listed({us, c, "no node"}, a.now);
    CHECK(a.roster.others() == std::set<std::string>{c});
  }

  TEST_CASE("a list without this node forgets nobody") {
    asker a;
    a.roster.listed({}, a.now);
    CHECK(a.roster.others().size() == 2);
    a.now += 1s;
    a.roster.listed({us, c}, a.now);
    CHECK(a.roster.others().size() == 2);
    a.now += presence_ledger::settle_time;
    a.roster.listed({us, c}, a.now);
    CHECK(a.roster.others() == std::set<std::string>{c});
  }

  TEST_CASE("after Redis was away others get the time to come back") {
    asker a;
    a.roster.link_ready(a.now);
    a.roster.listed({us}, a.now);
    CHECK(a.roster.others().size() == 2);
    a.roster.listed({us, "00000000000000dd"}, a.now + 1s);
    CHECK(a.roster.others().size() == 3);
    a.roster.listed({us, b}, a.now + presence_ledger::settle_time);
    CHECK(a.roster.others() == std::set<std::string>{b});
  }
}

} // namespace wsgw::actors
