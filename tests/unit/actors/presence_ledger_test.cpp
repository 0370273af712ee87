#include "tests/support/presence_world.hpp"

#include <doctest/doctest.h>

using namespace wsgw::tests::presence;

TEST_SUITE("actors/presence_ledger") {
  TEST_CASE("nodes learn of each other's members, first and later ones") {
    world nodes{3};
    nodes.set(0, {1, 2, 0, 0});
    nodes.set(1, {0, 1, 3, 0});
    CHECK(nodes.seen(0) == role_counts{0, 1, 3, 0});
    CHECK(nodes.seen(1) == role_counts{1, 2, 0, 0});
    nodes.set(2, {1, 0, 0, 0});
    CHECK(nodes.seen(2) == role_counts{1, 3, 3, 0});
    nodes.set(0, {0, 0, 0, 0});
    CHECK(nodes.seen(2) == role_counts{0, 1, 3, 0});
  }

  TEST_CASE("changes until the next order go in one, and nothing is repeated") {
    world nodes{2};
    nodes[0].announce(room, {1, 0, 0, 0});
    nodes[0].announce(room, {2, 0, 0, 0});
    nodes[0].announce(room, {2, 0, 0, 0});
    REQUIRE(nodes[0].next());
    CHECK(!nodes[0].next());
    nodes[0].announce(other_room, {1, 0, 0, 0});
    nodes[0].announce(other_room, {});
    CHECK(!nodes[0].next());
    CHECK(nodes[0].rooms() == 1);
  }

  TEST_CASE("a room without members here is forgotten and taken out") {
    world nodes{2};
    nodes.set(0, {1, 0, 0, 0});
    nodes.set(0, {});
    CHECK(nodes[0].rooms() == 0);
    CHECK(nodes.redis.rooms["ws:presence:{dialog:10}"].empty());
  }

  TEST_CASE("a room that opens again is told what was missed, even nobody") {
    world nodes{2};
    nodes.set(0, {1, 0, 0, 0});
    nodes.set(1, {0, 1, 0, 0});
    nodes.set(0, {});
    nodes.set(1, {});
    const auto before = nodes.nodes[0]->news;
    nodes.set(0, {1, 0, 0, 0});
    CHECK(nodes.nodes[0]->news == before + 1);
    CHECK(nodes.seen(0) == role_counts{});
  }

  TEST_CASE("an inbox is nobody's business") {
    world nodes{1};
    nodes[0].announce(*room_id::parse("user:5"), {0, 0, 0, 1});
    CHECK(nodes[0].rooms() == 0);
  }

  TEST_CASE("members of a killed node are gone within ten seconds") {
    world nodes{3};
    nodes.set(0, {1, 0, 0, 0});
    nodes.set(1, {0, 2, 0, 0});
    nodes.nodes[1]->is_dead = true;
    nodes.pass(4s);
    CHECK(nodes.seen(0) == role_counts{0, 2, 0, 0});
    nodes.pass(5s);
    CHECK(nodes.seen(0) == role_counts{});
    CHECK(nodes.nodes[0]->gone == role_counts{0, 2, 0, 0});
    CHECK(nodes.redis.rooms["ws:presence:{dialog:10}"].size() == 1);
  }

  TEST_CASE("who opens a room sees nothing of the dead in it") {
    world nodes{2};
    nodes.set(1, {0, 2, 0, 0});
    nodes.nodes[1]->is_dead = true;
    nodes.pass(7s);
    nodes.set(0, {1, 0, 0, 0});
    CHECK(nodes.seen(0) == role_counts{});
    CHECK(nodes.redis.rooms["ws:presence:{dialog:10}"].size() == 1);
  }

  TEST_CASE("nothing changes while Redis is away, nor when it is back") {
    world nodes{2};
    nodes.set(0, {1, 0, 0, 0});
    nodes.set(1, {0, 2, 0, 0});
    nodes.cut_off(0);
    nodes.cut_off(1);
    nodes.redis.now += 60s;
    nodes.connect(0);
    nodes.pass(5s); // the other's link comes back late
    nodes.connect(1);
    nodes.pass(20s);
    CHECK(nodes.nodes[0]->falls == 0);
    CHECK(nodes.seen(0) == role_counts{0, 2, 0, 0});
    CHECK(nodes.seen(1) == role_counts{1, 0, 0, 0});
  }

  TEST_CASE("what was missed while cut off is read afterwards") {
    world nodes{2};
    nodes.set(0, {1, 0, 0, 0});
    nodes.set(1, {0, 2, 0, 0});
    nodes.cut_off(0);
    nodes.set(1, {0, 1, 0, 0});
    nodes.pass(60s);
    nodes[0].announce(room, {3, 0, 0, 0});
    CHECK(nodes.seen(1) == role_counts{}); // gone by its lease
    nodes.connect(0);
    CHECK(nodes.seen(1) == role_counts{3, 0, 0, 0});
    CHECK(nodes.seen(0) == role_counts{0, 1, 0, 0});
  }

  TEST_CASE("who left while we were cut off is gone when all had time") {
    world nodes{2};
    nodes.set(0, {1, 0, 0, 0});
    nodes.set(1, {0, 2, 0, 0});
    nodes.cut_off(0);
    nodes.set(1, {});
    nodes.pass(60s);
    nodes.connect(0);
    CHECK(nodes.seen(0) == role_counts{0, 2, 0, 0});
    nodes.pass(9s);
    CHECK(nodes.seen(0) == role_counts{});
  }

  TEST_CASE("an emptied Redis is filled again without a flicker") {
    world nodes{3};
    nodes.set(0, {1, 0, 0, 0});
    nodes.set(1, {0, 2, 0, 0});
    nodes.redis.leases.clear();
    nodes.redis.rooms.clear();
    nodes.pass(20s);
    CHECK(nodes.nodes[0]->falls == 0);
    nodes.set(2, {1, 0, 0, 0});
    CHECK(nodes.seen(2) == role_counts{1, 2, 0, 0});
  }

  TEST_CASE("a killed node is noticed although Redis was emptied meanwhile") {
    world nodes{2};
    nodes.set(0, {1, 0, 0, 0});
    nodes.set(1, {0, 2, 0, 0});
    nodes.nodes[1]->is_dead = true;
    nodes.redis.leases.clear();
    nodes.pass(9s);
    CHECK(nodes.seen(0) == role_counts{});
  }

  TEST_CASE("a node that ends leaves nothing behind") {
    world nodes{2};
    nodes.set(0, {1, 0, 0, 0});
    nodes.set(1, {0, 2, 0, 0});
    nodes[1].close();
    nodes.settle();
    nodes.redis.run(nodes[1].release().words);
    CHECK(nodes.seen(0) == role_counts{});
    CHECK(nodes.nodes[0]->gone == role_counts{}); // they may come back here
    CHECK(nodes.redis.leases.size() == 1);
    CHECK(nodes.redis.rooms["ws:presence:{dialog:10}"].size() == 1);
  }

  TEST_CASE("an answer that is older than an announcement changes nothing") {
    world nodes{2};
    nodes.set(1, {0, 2, 0, 0});
    nodes[0].announce(room, {1, 0, 0, 0});
    const auto order = nodes[0].next();
    REQUIRE(order);
    const auto late = nodes.redis.run(order->words);
    nodes.set(1, {});
    nodes[0].answered(*order, late, nodes.redis.now);
    world::look(*nodes.nodes[0]);
    CHECK(nodes.seen(0) == role_counts{});
  }

  TEST_CASE("what Redis refuses is said again when it answers again") {
    world nodes{2};
    nodes[0].announce(room, {1, 0, 0, 0});
    const auto order = nodes[0].next();
    REQUIRE(order);
    nodes[0].answered(*order, std::nullopt, nodes.redis.now);
    CHECK(!nodes[0].next());
    nodes.pass(1s);
    CHECK(nodes.redis.rooms["ws:presence:{dialog:10}"].size() == 1);
  }

  TEST_CASE("what is no announcement is passed over") {
    world nodes{1};
    nodes.set(0, {1, 0, 0, 0});
    const auto before = nodes.nodes[0]->news;
    for (const auto* text :
         {"", "x", "0000000000000009", "0000000000000009 1,2",
          "0000000000000009 1,2,3,4", "0000000000000009 1,2,-3",
          "0000000000000009 1,,3", "000000000000000X 1,2,3",
          "0000000000000009 1,2,99999999999999999999",
          "0000000000000000 1,2,3"})
      nodes[0].heard("ws:presence:dialog:10", text);
    nodes[0].heard("ws:presence:dialog:zero", "0000000000000009 1,2,3");
    nodes[0].heard("ws:dialog:10", "0000000000000009 1,2,3");
    world::look(*nodes.nodes[0]);
    CHECK(nodes.nodes[0]->news == before);
  }
}
