#include "tests/support/temporary_folder.hpp"
#include "transport/signal_folder.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <sys/stat.h>
#include <vector>

using namespace wsgw::transport;
using wsgw::tests::temporary_folder;
using namespace std::chrono_literals;

namespace {

using wall = std::chrono::system_clock;

bool any(std::int64_t) { return true; }

struct taker {
  explicit taker(const std::string& path) : folder(path) {}

  std::vector<signal_file> take(std::size_t most = 100,
                                wall::time_point now = wall::now()) {
    return folder.take(any, most, now);
  }

  signal_folder folder;
};

} // namespace

TEST_SUITE("transport/signal_folder") {
  TEST_CASE("a signal is taken once, with its version") {
    temporary_folder dir;
    taker hub{dir.path()};
    dir.write("duel_7.signal", " 1771234567.250000\n");
    const auto files = hub.take();
    REQUIRE(files.size() == 1);
    CHECK(files[0].id == 7);
    CHECK(files[0].version == "1771234567.250000");
    CHECK_FALSE(dir.has("duel_7.signal"));
    hub.folder.remove(7);
    CHECK(hub.take().empty());
  }

  TEST_CASE("a file written while its signal is under way is a new one") {
    temporary_folder dir;
    taker hub{dir.path()};
    dir.write("duel_7.signal", "1.0");
    REQUIRE(hub.take().size() == 1);
    dir.write("duel_7.signal", "2.0");
    CHECK(hub.folder.take([](auto) { return false; }, 9, wall::now()).empty());
    hub.folder.remove(7);
    const auto files = hub.take();
    REQUIRE(files.size() == 1);
    CHECK(files[0].version == "2.0");
  }

  TEST_CASE("what was not removed is taken again with the same key") {
    temporary_folder dir;
    std::string key;
    {
      taker killed{dir.path()};
      dir.write("duel_7.signal", "1.0");
      key = killed.take().at(0).key;
    }
    dir.write("duel_7.signal", "2.0");
    taker next{dir.path()};
    const auto files = next.take();
    REQUIRE(files.size() == 1);
    CHECK(files[0].key == key);
    CHECK(files[0].version == "1.0");
    next.folder.remove(7);
    const auto newer = next.take();
    REQUIRE(newer.size() == 1);
    CHECK(newer[0].version == "2.0");
    CHECK(newer[0].key != key);
  }

  TEST_CASE("one process at a time takes the files of a folder") {
    temporary_folder dir;
    auto first = std::make_unique<taker>(dir.path());
    taker second{dir.path()};
    CHECK(first->take().empty());
    dir.write("duel_7.signal", "1.0");
    CHECK(second.take().empty());
    CHECK(second.folder.problem().empty());
    first.reset();
    CHECK(second.take().size() == 1);
  }

  TEST_CASE("an empty file waits for its writer, but not for ever") {
    temporary_folder dir;
    taker hub{dir.path()};
    dir.write("duel_7.signal", "");
    CHECK(hub.take().empty());
    const auto files = hub.take(100, wall::now() + 600ms);
    REQUIRE(files.size() == 1);
    CHECK(files[0].version.find('.') != std::string::npos);
    CHECK(files[0].version.size() == 17);
  }

  TEST_CASE("an old signal is taken like a new one") {
    temporary_folder dir;
    taker hub{dir.path()};
    const auto file = dir.write("duel_7.signal", "1.0");
    std::filesystem::last_write_time(
      file, std::filesystem::file_time_type::clock::now() - 72h);
    const auto files = hub.take();
    REQUIRE(files.size() == 1);
    CHECK(wall::now() - files[0].written > 71h);
  }

  TEST_CASE("other files are left alone") {
    temporary_folder dir;
    taker hub{dir.path()};
    for (const auto* name : {"duel_.signal", "duel_0.signal", "duel_07.signal",
                             "duel_7.signal.bak", "duel_-7.signal", "notes",
                             "duel_99999999999999999999.signal"})
      dir.write(name, "1.0");
    std::filesystem::create_directory(dir.path() + "/duel_8.signal");
    REQUIRE(::mkfifo((dir.path() + "/duel_9.signal").c_str(), 0600) == 0);
    std::filesystem::create_symlink("notes", dir.path() + "/duel_10.signal");
    CHECK(hub.take().empty());
    CHECK(dir.has("duel_07.signal"));
    CHECK(hub.folder.problem().empty());
  }

  TEST_CASE("no more are taken than there is room for") {
    temporary_folder dir;
    taker hub{dir.path()};
    for (int i = 1; i <= 9; ++i)
      dir.write("duel_" + std::to_string(i) + ".signal", "1.0");
    CHECK(hub.take(4).size() == 4);
  }

  TEST_CASE("a folder that is not there is a problem until it is") {
    temporary_folder dir;
    const auto path = dir.path() + "/events";
    taker hub{path};
    CHECK(hub.take().empty());
    CHECK(hub.folder.problem().find("No such file") != std::string::npos);
    std::filesystem::create_directory(path);
    dir.write("events/duel_7.signal", "1.0");
    CHECK(hub.take().size() == 1);
    CHECK(hub.folder.problem().empty());
  }

  TEST_CASE("a folder that was replaced is locked anew") {
    temporary_folder dir;
    const auto path = dir.path() + "/events";
    std::filesystem::create_directory(path);
    taker hub{path};
    CHECK(hub.take().empty());
    std::filesystem::remove_all(path);
    std::filesystem::create_directory(path);
    dir.write("events/duel_7.signal", "1.0");
    CHECK(hub.take().size() == 1);
    taker other{path};
    dir.write("events/duel_8.signal", "1.0");
    CHECK(other.take().empty());
  }
}
