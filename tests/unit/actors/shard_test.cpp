#include "actors/shard.hpp"
#include "tests/support/fake_hub.hpp"

#include <caf/actor_registry.hpp>
#include <doctest/doctest.h>

#include <atomic>
#include <future>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

using namespace wsgw;
using namespace wsgw::tests;

namespace {

struct note {
  int value = 0;
};

using listener_actor = caf::typed_actor<caf::reacts_to<note>>;

/// What an actor heard, and on which thread.
struct diary {
  std::vector<int> heard;
  std::vector<caf::actor_id> downs;
  std::thread::id thread;
};

} // namespace

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(note)

namespace {

/// Writes down what it hears; a negative note is one too many for it.
listener_actor::behavior_type listener(listener_actor::pointer self,
                                       diary* book) {
  self->set_down_handler([book](const caf::down_msg& down) {
    book->downs.push_back(down.source.id());
  });
  return {[book](const note& n) {
    if (n.value < 0)
      throw std::runtime_error{"a note too many"};
    book->heard.push_back(n.value);
    book->thread = std::this_thread::get_id();
  }};
}

listener_actor::behavior_type watcher(listener_actor::pointer self, diary* book,
                                      listener_actor whom) {
  self->monitor(whom);
  return listener(self, book);
}

listener_actor::behavior_type distant(listener_actor::pointer,
                                      std::promise<std::thread::id>* ran_on) {
  return {
    [ran_on](const note&) { ran_on->set_value(std::this_thread::get_id()); }};
}

listener_actor::behavior_type caller(listener_actor::pointer self,
                                     const listener_actor& whom) {
  self->send(whom, note{1});
  return {[](const note&) {}};
}

struct turn_end_probe final : transport::turn_end_task {
  void on_turn_end() override { ++ends; }
  int ends = 0;
};

struct shard_fixture : fake_hub {
  listener_actor open(diary& book, std::size_t where = 0) {
    return actors::spawn_pinned(shards[where], listener, &book);
  }
  void finish(const listener_actor& who) {
    caf::anon_send_exit(who, caf::exit_reason::kill);
    run();
  }
};

} // namespace

TEST_SUITE("actors/shard") {
  TEST_CASE_FIXTURE(shard_fixture, "a flood leaves others their turn") {
    diary flooded;
    diary quiet;
    const auto busy = open(flooded);
    const auto modest = open(quiet);
    run();
    for (int i = 0; i < 5000; ++i)
      caf::anon_send(busy, note{i});
    caf::anon_send(modest, note{1});
    auto probe = std::make_shared<turn_end_probe>();
    loops[0].at_turn_end(probe);
    CHECK(loops[0].step());
    CHECK(probe->ends == 1);
    CHECK(quiet.heard.size() == 1);
    CHECK(flooded.heard.size() < 5000);
    run();
    CHECK(flooded.heard.size() == 5000);
    finish(busy);
    finish(modest);
  }

  TEST_CASE_FIXTURE(shard_fixture, "only one turn waits however many wake it") {
    diary book;
    const auto busy = open(book);
    run();
    for (int i = 0; i < 20'000; ++i)
      caf::anon_send(busy, note{i});
    for (int i = 0; i < 10; ++i) {
      std::thread{[&] { caf::anon_send(busy, note{i}); }}.join();
      loops[0].step();
      CHECK(loops[0].pending() <= 2);
    }
    run();
    CHECK(book.heard.size() == 20'010);
    finish(busy);
  }

  TEST_CASE_FIXTURE(shard_fixture, "messages from other threads arrive here") {
    diary book;
    const auto who = open(book);
    std::thread sender{[&] {
      for (int i = 0; i < 100; ++i)
        caf::anon_send(who, note{i});
    }};
    sender.join();
    run();
    REQUIRE(book.heard.size() == 100);
    CHECK(book.heard.front() == 0);
    CHECK(book.heard.back() == 99);
    CHECK(book.thread == std::this_thread::get_id());
    finish(who);
  }

  TEST_CASE_FIXTURE(shard_fixture, "senders on many threads lose nothing") {
    diary book;
    const auto who = open(book);
    std::atomic<bool> done{false};
    std::vector<std::thread> senders;
    for (int t = 0; t < 4; ++t)
      senders.emplace_back([&] {
        for (int i = 0; i < 500; ++i)
          caf::anon_send(who, note{i});
      });
    std::thread joiner{[&] {
      for (auto& each : senders)
        each.join();
      done = true;
    }};
    while (!done)
      loops[0].step();
    joiner.join();
    run();
    CHECK(book.heard.size() == 2000);
    finish(who);
  }

  TEST_CASE_FIXTURE(shard_fixture, "an actor stays home whoever sends") {
    diary here;
    diary there;
    const auto first = open(here, 0);
    const auto second = open(there, 1);
    run();
    caf::anon_send(second, note{1});
    loops[0].run();
    CHECK(there.heard.empty());
    loops[1].run();
    CHECK(there.heard.size() == 1);
    finish(first);
    finish(second);
  }

  TEST_CASE_FIXTURE(shard_fixture, "foreign actors go to CAF's scheduler") {
    std::promise<std::thread::id> ran_on;
    auto result = ran_on.get_future();
    const auto foreign = system.spawn(distant, &ran_on);
    // It sends with its shard as the execution unit.
    const auto here = actors::spawn_pinned(shards[0], caller, foreign);
    run();
    CHECK(result.get() != std::this_thread::get_id());
    caf::anon_send_exit(foreign, caf::exit_reason::kill);
    finish(here);
  }

  TEST_CASE_FIXTURE(shard_fixture,
                    "an exception ends its actor only, and monitors hear") {
    diary victim;
    diary other;
    const auto who = open(victim);
    const auto keeper = actors::spawn_pinned(shards[1], watcher, &other, who);
    run();
    caf::anon_send(who, note{1});
    caf::anon_send(who, note{-1});
    caf::anon_send(who, note{2});
    caf::anon_send(keeper, note{3});
    run();
    CHECK(victim.heard == std::vector<int>{1});
    CHECK(other.heard == std::vector<int>{3});
    CHECK(other.downs == std::vector<caf::actor_id>{who.id()});
    CHECK(system.registry().running() == 1);
    finish(keeper);
  }

  TEST_CASE_FIXTURE(shard_fixture, "asking a blocked mailbox does no harm") {
    diary book;
    const auto who = open(book);
    run();
    auto& self = *caf::actor_cast<caf::scheduled_actor*>(who);
    CHECK(actors::mailbox_length(self) == 0);
    caf::anon_send(who, note{1});
    caf::anon_send(who, note{2});
    run();
    CHECK(actors::mailbox_length(self) == 0);
    caf::anon_send(who, note{3});
    run();
    CHECK(book.heard.size() == 3);
    finish(who);
  }

  TEST_CASE("actors that wait when their shard ends are released") {
    caf::actor_system_config config;
    caf::actor_system system{config};
    manual_loop loop;
    diary book;
    {
      actors::shard home{system, loop, 0};
      const auto who = actors::spawn_pinned(home, listener, &book);
      const auto keeper = actors::spawn_pinned(home, watcher, &book, who);
      loop.run();
      caf::anon_send(who, note{1});
      std::thread{[&] { caf::anon_send(keeper, note{2}); }}.join();
    }
    CHECK(book.heard.empty());
    CHECK(system.registry().running() == 0);
  }
}
