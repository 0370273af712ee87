#include "actors/replay.hpp"
#include "actors/room_history.hpp"
#include "protocol/v1_message.hpp"
#include "tests/support/v1_summary.hpp"

#include <doctest/doctest.h>

#include <limits>

using namespace wsgw;
using namespace wsgw::tests;
using actors::history_budget;
using actors::room_history;
using protocol::role;
using protocol::role_set;

namespace {

constexpr auto any = std::numeric_limits<std::size_t>::max();

protocol::frame live(std::uint64_t seq) {
  const auto n = std::to_string(seq);
  return protocol::text_frame(R"({"type":"event","seq":)" + n
                              + R"(,"cursor":"e:)" + n
                              + R"(","name":"message:new","data":{}})");
}

/// Events 1 to `n`, kept from the beginning.
void fill(room_history& history, std::uint64_t n) {
  history.begin({"e", 0});
  for (std::uint64_t seq = 1; seq <= n; ++seq)
    history.append(live(seq), role_set::all());
}

std::string words(const actors::replay_plan& plan) {
  std::vector<std::string> texts;
  for (const auto& item : plan.items)
    texts.emplace_back(protocol::payload_of(item.what));
  return v1_words(texts);
}

} // namespace

TEST_SUITE("actors/room_history") {

  TEST_CASE("nothing is kept before it begins") {
    history_budget budget;
    budget.limit(1 << 20);
    room_history history{budget, 10};
    history.append(live(1), role_set::all());
    CHECK(!history.is_kept());
    CHECK(!history.covers(0));
    CHECK(budget.bytes() == 0);
  }

  TEST_CASE("the room used least recently forgets first") {
    history_budget budget;
    budget.limit(1 << 20);
    room_history a{budget, 10};
    room_history b{budget, 10};
    fill(a, 4);
    fill(b, 4);
    a.used_now();
    const auto limit = budget.bytes() + 100;
    budget.limit(limit);
    room_history c{budget, 10};
    fill(c, 4);
    CHECK(b.ring().size() == 0);
    CHECK(a.ring().size() == 4);
    CHECK(c.ring().size() == 4);
    CHECK(b.covers(4)); // it goes on from its head
    CHECK(budget.bytes() <= limit);
  }

  TEST_CASE("a room that is too large alone forgets its oldest events") {
    history_budget budget;
    budget.limit(1000);
    room_history history{budget, 100};
    fill(history, 50);
    CHECK(budget.bytes() <= 1000);
    CHECK(history.covers(49));
    CHECK(!history.covers(0));
  }

  TEST_CASE("a room that ends gives its share back") {
    history_budget budget;
    budget.limit(1 << 20);
    {
      room_history history{budget, 100};
      fill(history, 50);
      CHECK(budget.bytes() > 0);
    }
    CHECK(budget.bytes() == 0);
  }

  TEST_CASE("older events are put in front where they fit on") {
    history_budget budget;
    budget.limit(1 << 20);
    room_history history{budget, 5};
    history.begin({"e", 7});
    history.append(live(8), role_set::all());
    protocol::event_log older{10};
    older.start({"e", 3});
    for (std::uint64_t seq = 4; seq <= 8; ++seq)
      older.append(live(seq), role_set::all());
    history.prepend(older);
    CHECK(history.covers(3));
    CHECK(history.ring().size() == 5);
    protocol::event_log apart{10};
    apart.start({"e", 0});
    apart.append(live(1), role_set::all());
    history.prepend(apart);
    CHECK(!history.covers(0));
  }
}

TEST_SUITE("actors/replay") {

  TEST_CASE("a plan ends where the reader's limits do") {
    history_budget budget;
    budget.limit(1 << 20);
    room_history history{budget, 100};
    fill(history, 9);
    auto& ring = history.ring();
    const auto v1 = protocol::dialect::v1;
    const auto size = ring.replay_of(1)->size();
    const auto plan = [&](std::size_t bytes, std::size_t events, bool one) {
      return actors::plan_replay(ring, 2,
                                 {role::admin, v1, bytes, events, one});
    };
    CHECK(words(plan(any, 2, false)) == "replay:3 replay:4");
    CHECK(plan(any, 2, false).to == 4);
    CHECK(words(plan(size * 3, any, false)) == "replay:3 replay:4 replay:5");
    CHECK(plan(size * 3 - 1, any, false).to == 4);
    CHECK(plan(0, any, false).to == 2);
    CHECK(words(plan(0, any, true)) == "replay:3");
    CHECK(plan(any, any, false).events == 7);
  }

  TEST_CASE("what is not for the reader is one skip, and not counted") {
    history_budget budget;
    budget.limit(1 << 20);
    room_history history{budget, 100};
    history.begin({"e", 0});
    history.append(live(1), role_set{role::admin});
    history.append(nullptr, {});
    history.append(live(3), role_set{role::site});
    history.append(live(4), role_set{role::admin});
    const auto plan = actors::plan_replay(
      history.ring(), 0, {role::site, protocol::dialect::v1, any, 1, false});
    CHECK(words(plan) == "skip:2 replay:3 skip:4");
    CHECK(plan.events == 1);
    CHECK(plan.to == 4);
  }
}
