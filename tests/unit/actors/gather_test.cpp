#include "actors/gather.hpp"
#include "tests/support/fake_hub.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <optional>

using namespace wsgw;
using namespace wsgw::actors;
using namespace std::chrono_literals;
using wsgw::tests::fake_hub;

namespace {

struct gather_fixture : fake_hub {
  struct outcome {
    std::vector<std::size_t> parts;
    bool complete = false;
  };
  std::vector<outcome> outcomes;

  void start() {
    gathering<std::size_t>::start(
      shared.shards, [](shard& where) { return where.index(); },
      [this](std::vector<std::size_t> parts, bool complete) {
        std::sort(parts.begin(), parts.end());
        outcomes.push_back({std::move(parts), complete});
      });
  }
};

} // namespace

TEST_SUITE("actors/gather") {
  TEST_CASE_FIXTURE(gather_fixture, "all shards answer, once, and disarm") {
    start();
    CHECK(outcomes.empty());
    run();
    REQUIRE(outcomes.size() == 1);
    CHECK(outcomes[0].parts == std::vector<std::size_t>{0, 1});
    CHECK(outcomes[0].complete);
    CHECK(loops[0].timers() == 0);
    loops[0].advance(10s);
    CHECK(outcomes.size() == 1);
  }

  TEST_CASE_FIXTURE(gather_fixture, "the deadline hands over what came") {
    start();
    loops[0].advance(gather_deadline);
    REQUIRE(outcomes.size() == 1);
    CHECK(outcomes[0].parts == std::vector<std::size_t>{0});
    CHECK(!outcomes[0].complete);
    run(); // late answers are dropped
    CHECK(outcomes.size() == 1);
  }
}
