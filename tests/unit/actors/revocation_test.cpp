#include "actors/revocation.hpp"
#include "tests/support/fake_hub.hpp"
#include "tests/support/fake_node_bus.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <string>

namespace wsgw::actors {

namespace {

const std::string other = "00000000000000bb";

struct fleet {
  fleet() {
    hub.shared.nodes = &nodes;
    hub.add_subscriber(0, "dialog:10", protocol::role::admin);
    hub.add_subscriber(1, "dialog:11", protocol::role::admin);
  }

  void revoke() {
    revoke_everywhere(hub.shared, {protocol::revocation::by::room, "dialog:10"},
                      [this](auto all) { said = std::move(all); });
    hub.run();
  }

  std::string body() const { return protocol::encode(said.value()); }
  std::string here() const {
    return R"({"node":")" + hub.shared.node_id + R"(","closed":1})";
  }

  tests::fake_node_bus nodes;
  tests::fake_hub hub;
  std::optional<protocol::revoked> said;
};

} // namespace

TEST_SUITE("actors/revocation") {

  TEST_CASE("all nodes are told and say how many they closed") {
    fleet f;
    f.revoke();
    CHECK(f.hub.actors[0]->closed);
    CHECK_FALSE(f.hub.actors[1]->closed);
    CHECK_FALSE(f.said);
    REQUIRE(f.nodes.asked.size() == 1);
    CHECK(f.nodes.asked[0].topic == "revoke");
    CHECK(f.nodes.asked[0].json == R"({"room":"dialog:10"})");
    f.nodes.answer({{{other, R"({"closed":4})"}}, {}, {}});
    CHECK(f.body()
          == R"({"closed":5,"nodes":[)" + f.here() + R"(,{"node":")" + other
               + R"(","closed":4}],"silent":[]})");
  }

  TEST_CASE("who is silent, or answers nonsense, is named") {
    fleet f;
    f.revoke();
    f.nodes.answer({{{other, "nonsense"}}, {"00000000000000cc"}, {}});
    CHECK(f.body()
          == R"({"closed":1,"nodes":[)" + f.here()
               + R"(],"silent":["00000000000000cc","00000000000000bb"]})");
  }

  TEST_CASE("without Redis the answer says that others were not asked") {
    fleet f;
    f.revoke();
    f.nodes.answer({{}, {}, "Redis is away"});
    CHECK(f.body()
          == R"({"closed":1,"nodes":[)" + f.here()
               + R"(],"silent":[],"error":"Redis is away"})");
  }

  TEST_CASE("a node without others answers for itself") {
    fleet f;
    f.hub.shared.nodes = nullptr;
    f.revoke();
    CHECK(f.body()
          == R"({"closed":1,"nodes":[)" + f.here() + R"(],"silent":[]})");
  }

  TEST_CASE("another node may revoke here") {
    fleet f;
    answer_revocations(f.hub.shared);
    std::string answer;
    f.nodes.ask_here("revoke", R"({"room":"dialog:11"})",
                     [&](std::string json) { answer = std::move(json); });
    f.hub.run();
    CHECK(answer == R"({"closed":1})");
    CHECK(f.hub.actors[1]->closed);
    answer.clear();
    f.nodes.ask_here("revoke", "nonsense",
                     [&](std::string json) { answer = std::move(json); });
    f.hub.run();
    CHECK(answer.empty());
  }
}

} // namespace wsgw::actors
