#include "transport/shard_loop.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

using namespace wsgw::transport;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

struct recording_task : turn_end_task {
  explicit recording_task(std::function<void()> fn) : fn_(std::move(fn)) {}
  void on_turn_end() override { fn_(); }
  std::function<void()> fn_;
};

std::shared_ptr<turn_end_task> task(std::function<void()> fn) {
  return std::make_shared<recording_task>(std::move(fn));
}

} // namespace

TEST_SUITE("transport/shard_loop") {
  TEST_CASE("posted work runs in order on the loop's thread") {
    shard_loop loop;
    std::string seen;
    CHECK_FALSE(loop.is_current());
    loop.post([&] { seen += loop.is_current() ? "1" : "?"; });
    loop.post([&] {
      seen += "2";
      loop.post([&] {
        seen += "3";
        loop.stop();
      });
    });
    loop.run();
    CHECK(seen == "123");
    CHECK_FALSE(loop.is_current());
  }

  TEST_CASE("turn-end tasks run behind the turn's work") {
    shard_loop loop;
    std::string seen;
    loop.post([&] {
      loop.at_turn_end(task([&] {
        seen += "end ";
        loop.at_turn_end(task([&] {
          seen += "end-of-end ";
          loop.post([&] { loop.stop(); });
        }));
      }));
      seen += "a ";
    });
    loop.post([&] { seen += "b "; });
    loop.run();
    CHECK(seen == "a b end end-of-end ");
  }

  TEST_CASE("a task that asks for ever does not starve the loop") {
    shard_loop loop;
    int runs = 0;
    std::function<void()> again = [&] {
      ++runs;
      loop.at_turn_end(task(again));
    };
    loop.post([&] {
      again();
      loop.post([&] { loop.post([&] { loop.stop(); }); });
    });
    loop.run();
    CHECK(runs > 1);
  }

  TEST_CASE("time stands still within a turn") {
    shard_loop loop;
    loop.post([&] {
      const auto before = loop.now();
      const auto real = event_loop::clock::now();
      while (event_loop::clock::now() == real)
        continue;
      CHECK(loop.now() == before);
      loop.stop();
    });
    loop.run();
  }

  TEST_CASE("a timer runs after its delay and a cancelled one does not") {
    shard_loop loop;
    timer kept;
    timer dropped;
    bool wrong = false;
    const auto begin = event_loop::clock::now();
    loop.post([&] {
      kept = loop.after(milliseconds{40}, [&] { loop.stop(); });
      dropped = loop.after(milliseconds{10}, [&] { wrong = true; });
      loop.post([&] { dropped.reset(); });
    });
    loop.run();
    const auto took = event_loop::clock::now() - begin;
    CHECK(took >= milliseconds{40});
    CHECK(took < seconds{5});
    CHECK_FALSE(wrong);
  }

  TEST_CASE("an earlier timer overtakes an armed later one") {
    shard_loop loop;
    timer late;
    timer early;
    loop.post([&] {
      late = loop.after(seconds{3600}, [] {});
      loop.post(
        [&] { early = loop.after(milliseconds{20}, [&] { loop.stop(); }); });
    });
    loop.run();
    CHECK(late);
  }

  TEST_CASE("stop ends run from another thread") {
    shard_loop loop;
    std::thread runner{[&] { loop.run(); }};
    std::promise<void> ran;
    loop.post([&] { ran.set_value(); });
    ran.get_future().wait();
    loop.stop();
    runner.join();
    loop.run(); // returns at once
  }

  TEST_CASE("an exception goes to the hook and the loop goes on") {
    shard_loop loop;
    int failures = 0;
    loop.on_failure([&](std::exception_ptr) { ++failures; });
    timer bad;
    loop.post([&] {
      loop.at_turn_end(task([] { throw std::runtime_error{"task"}; }));
      bad = loop.after({}, [&] {
        loop.post([&] { loop.stop(); });
        throw std::runtime_error{"timer"};
      });
      throw std::runtime_error{"handler"};
    });
    loop.run();
    CHECK(failures == 3);
  }

  TEST_CASE("without a hook an exception leaves run, which may go on") {
    shard_loop loop;
    int ends = 0;
    loop.post([&] {
      loop.at_turn_end(task([] { throw std::runtime_error{"task"}; }));
      loop.at_turn_end(task([&] { ++ends; }));
      loop.post([&] { loop.stop(); });
    });
    CHECK_THROWS_AS(loop.run(), std::runtime_error);
    CHECK(ends == 0);
    loop.run();
  }

  TEST_CASE("a loop knows how long it has let others wait") {
    shard_loop loop;
    const auto begin = event_loop::clock::now();
    CHECK(loop.figures().worst_lag(begin) == milliseconds{0});
    loop.post([&] {
      const auto end = begin + loop_figures::probe_interval + milliseconds{60};
      while (event_loop::clock::now() < end)
        continue;
    });
    const auto stop =
      loop.after(loop_figures::probe_interval * 3 / 2, [&] { loop.stop(); });
    loop.run();
    CHECK(loop.figures().worst_lag(event_loop::clock::now())
          >= milliseconds{40});
  }

  TEST_CASE("timers and work left behind are destroyed with the loop") {
    const auto alive = std::make_shared<int>(1);
    timer left;
    {
      shard_loop loop;
      left = loop.after(seconds{1}, [alive] {});
      loop.post([alive, held = std::make_shared<timer>(
                          loop.after(seconds{2}, [alive] {}))] {});
      loop.at_turn_end(task([alive] {}));
    }
    left.reset();
    CHECK(alive.use_count() == 1);
  }
}
