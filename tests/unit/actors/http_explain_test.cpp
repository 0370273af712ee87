#include "actors/http_explain.hpp"
#include "actors/node_bus.hpp"
#include "protocol/explain_wire.hpp"
#include "tests/support/fake_log_store.hpp"
#include "tests/support/http_fixture.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>

using namespace wsgw;
using namespace wsgw::tests;

namespace {

/// Other nodes, as a test says.
class fake_nodes final : public actors::node_bus {
public:
  void ask(std::string_view topic, std::string json, std::chrono::milliseconds,
           done then) override {
    asked[std::string{topic}] = std::move(json);
    then(answers);
  }
  void respond(std::string topic, responder who) override {
    responders[std::move(topic)] = std::move(who);
  }

  actors::node_answers answers;
  std::map<std::string, std::string> asked;
  std::map<std::string, responder> responders;
};

/// The page of a node that has others beside it.
struct world {
  world() {
    hub.shared.nodes = &nodes;
    hub.shared.node_id = "0123456789abcdef";
    page.emplace(hub.shared, time);
  }

  std::string ask(const std::string& target) {
    std::string body;
    page->get({http_fixture::request("GET", target),
               protocol::request_target::parse(target),
               [&body](const transport::http_response& response) {
                 body = response.body;
               }});
    hub.run();
    return body;
  }

  fake_hub hub;
  fake_nodes nodes;
  actors::clocks time;
  std::optional<actors::explain_page> page;
};

constexpr auto question = "/debug/v1/explain?dialog_id=10&seq=1";

} // namespace

TEST_SUITE("actors/http_explain") {

  TEST_CASE("the page needs a room and an event") {
    http_fixture page;
    CHECK(page.get("/debug/v1/explain?seq=1").status == 400);
    CHECK(page.get("/debug/v1/explain?dialog_id=10").status == 400);
    CHECK(page.get("/debug/v1/explain?dialog_id=x&seq=1").status == 400);
    const auto answer = page.get(question);
    CHECK(answer.status == 200);
    CHECK(contains(answer.body, R"("verdict":"not_published")"));
  }

  TEST_CASE("the question goes to all nodes, silent ones are named") {
    world w;
    w.nodes.answers.silent = {"feedfeedfeedfeed"};
    w.nodes.answers.answers = {{"aaaaaaaaaaaaaaaa", "nonsense"}};
    const auto body = w.ask(question);
    CHECK(contains(w.nodes.asked["explain"], R"("room":"dialog:10")"));
    CHECK(
      contains(body, R"("silent":["aaaaaaaaaaaaaaaa","feedfeedfeedfeed"])"));
    CHECK(contains(body, R"("complete":false)"));
    CHECK(contains(body, R"("node":"0123456789abcdef")"));
  }

  TEST_CASE("a connection of another node is judged") {
    world w;
    protocol::explain::node_fact other;
    other.epoch = "k3x";
    other.head = 1;
    auto& e = other.events.emplace_back();
    e.seq = 1;
    e.epoch = protocol::explain::mark_of_epoch("k3x");
    e.audience = protocol::role_set::all();
    e.at = std::chrono::system_clock::now();
    auto& who = other.connections.emplace_back();
    who.conn = "7f";
    auto& at = who.stretches.emplace_back();
    at.from.joined_at = e.at - std::chrono::seconds{1};
    at.from.epoch = e.epoch;
    at.queued = at.written = 1;
    w.nodes.answers.answers = {
      {"bbbbbbbbbbbbbbbb", protocol::explain::encode_facts(other)}};
    const auto body = w.ask(question);
    CHECK(contains(body, R"("verdict":"written")"));
    CHECK(contains(body, R"("node":"bbbbbbbbbbbbbbbb")"));
  }

  TEST_CASE("a question that cannot be sent is a doubt") {
    world w;
    w.nodes.answers.error = "link down";
    CHECK(contains(w.ask(question), "could not be asked: link down"));
  }

  TEST_CASE("this node answers others, and nonsense with nothing") {
    world w;
    std::string json;
    const auto take = [&json](std::string text) { json = std::move(text); };
    const protocol::explain::question asked{
      *protocol::room_id::parse("dialog:10"), 1};
    w.nodes.responders.at("explain")(protocol::explain::encode_question(asked),
                                     take);
    w.hub.run();
    CHECK(protocol::explain::parse_facts(json, "x"));
    w.nodes.responders.at("explain")("{", take);
    CHECK(json.empty());
  }

  TEST_CASE("the log knows events that nodes have forgotten") {
    world w;
    fake_log_store store;
    w.hub.shared.log = &store;
    for (int i = 1; i <= 900; ++i)
      store.log("dialog:10")
        .publish(R"({"type":"message:new","_to":["site"],"message":{"id":)"
                 + std::to_string(i) + "}}");
    auto body = w.ask("/debug/v1/explain?dialog_id=10&message_id=3");
    CHECK(contains(body, R"("seq":3,"message_id":3)"));
    CHECK(contains(body, R"("audience":["site","user"])"));
    CHECK(contains(body, R"("verdict":"not_connected_then")"));
    body = w.ask("/debug/v1/explain?dialog_id=10&message_id=x");
    CHECK(contains(body, R"("verdict":"not_published")"));
    CHECK(contains(body, "remembers nothing before"));
    body = w.ask("/debug/v1/explain?dialog_id=10&seq=901");
    CHECK(contains(body, R"("verdict":"not_published")"));
    CHECK(contains(body, R"("complete":true)"));
    CHECK(contains(w.ask("/debug/v1/explain?dialog_id=10&seq=7&role=admin"),
                   R"("verdict":"filtered_by_role")"));
  }

  TEST_CASE("a log that is away, or silent, is a doubt") {
    world w;
    fake_log_store store;
    w.hub.shared.log = &store;
    store.fail();
    CHECK(contains(w.ask(question), "log could not be read: link down"));
    store.recover();
    store.hold();
    CHECK(w.ask(question).empty());
    std::string body;
    w.page->get({http_fixture::request("GET", question),
                 protocol::request_target::parse(question),
                 [&body](const transport::http_response& response) {
                   body = response.body;
                 }});
    w.hub.run();
    for (auto& loop : w.hub.loops)
      loop.advance(actors::explain_page::patience);
    w.hub.run();
    CHECK(contains(body, "no answer in time"));
    store.release();
    w.hub.run();
  }
}
