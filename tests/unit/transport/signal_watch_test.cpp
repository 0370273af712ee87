#include "tests/support/eventually.hpp"
#include "tests/support/temporary_folder.hpp"
#include "transport/signal_watch.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

using namespace wsgw::transport;
using namespace wsgw::tests;
using namespace std::chrono_literals;

namespace {

/// A watch, and what it said.
struct watch_fixture {
  explicit watch_fixture(std::vector<std::string> folders,
                         std::chrono::milliseconds rescan = 10s,
                         std::chrono::milliseconds min_interval = 0ms) {
    signal_watch::options wanted;
    wanted.folders = std::move(folders);
    wanted.rescan = rescan;
    wanted.min_interval = min_interval;
    watch = std::make_unique<signal_watch>(
      wanted, signal_watch::callbacks{[this](auto file) {
                                        std::lock_guard lock{mutex};
                                        versions.push_back(file.version);
                                      },
                                      [this](const auto&, const auto& what) {
                                        std::lock_guard lock{mutex};
                                        problems.push_back(what);
                                      }});
    watch->start();
  }

  std::vector<std::string> heard() {
    std::lock_guard lock{mutex};
    return versions;
  }
  bool hears(std::vector<std::string> expected) {
    return eventually([&] { return heard() == expected; });
  }

  std::mutex mutex;
  std::vector<std::string> versions;
  std::vector<std::string> problems;
  std::unique_ptr<signal_watch> watch;
};

} // namespace

TEST_SUITE("transport/signal_watch") {
  TEST_CASE("inotify tells of signals long before the next scan") {
    temporary_folder one;
    temporary_folder two;
    watch_fixture hub{{one.path(), two.path()}};
    one.write("duel_1.signal", "a");
    CHECK(hub.hears({"a"}));
    two.write("duel_2.signal", "b");
    CHECK(hub.hears({"a", "b"}));
  }

  TEST_CASE("a second signal waits until the first was published") {
    temporary_folder dir;
    watch_fixture hub{{dir.path()}};
    dir.write("duel_1.signal", "a");
    REQUIRE(hub.hears({"a"}));
    dir.write("duel_1.signal", "b");
    dir.write("duel_2.signal", "c");
    REQUIRE(hub.hears({"a", "c"}));
    CHECK(dir.has("duel_1.signal"));
    hub.watch->done(1);
    CHECK(hub.hears({"a", "c", "b"}));
  }

  TEST_CASE("what failed is tried again") {
    temporary_folder dir;
    watch_fixture hub{{dir.path()}};
    dir.write("duel_1.signal", "a");
    REQUIRE(hub.hears({"a"}));
    hub.watch->failed(1);
    REQUIRE(hub.hears({"a", "a"}));
    hub.watch->done(1);
    CHECK(eventually([&] { return !dir.has(".duel_1.signal.taken"); }));
  }

  TEST_CASE("signals of one duel within the interval are one") {
    temporary_folder dir;
    watch_fixture hub{{dir.path()}, 10s, 200ms};
    dir.write("duel_1.signal", "a");
    REQUIRE(hub.hears({"a"}));
    hub.watch->done(1);
    for (const auto* version : {"b", "c", "d"})
      dir.write("duel_1.signal", version);
    CHECK(hub.hears({"a", "d"}));
  }

  TEST_CASE("what a watch leaves behind is taken by the next") {
    temporary_folder dir;
    {
      watch_fixture killed{{dir.path()}};
      dir.write("duel_1.signal", "a");
      REQUIRE(killed.hears({"a"}));
    }
    watch_fixture next{{dir.path()}};
    CHECK(next.hears({"a"}));
  }

  TEST_CASE("a missing folder is told of once, and when it is there") {
    temporary_folder dir;
    const auto path = dir.path() + "/events";
    watch_fixture hub{{path}, 5ms};
    const auto told = [&](std::size_t count) {
      return eventually([&] {
        std::lock_guard lock{hub.mutex};
        return hub.problems.size() == count;
      });
    };
    REQUIRE(told(1));
    std::filesystem::create_directory(path);
    dir.write("events/duel_1.signal", "a");
    CHECK(hub.hears({"a"}));
    CHECK(told(2));
    CHECK(hub.problems.back().empty());
  }
}
