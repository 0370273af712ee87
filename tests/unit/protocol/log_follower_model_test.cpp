#include "tests/unit/protocol/random_life.hpp"

#include <cstddef>

using wsgw::tests::random_life;

TEST_SUITE("protocol/log_follower_model") {
  TEST_CASE("nothing is lost or doubled while the log itself is whole") {
    for (auto seed = 1U; seed <= 100; ++seed) {
      INFO("seed " << seed);
      random_life life{seed, random_life::world::calm};
      for (auto step = 1; step <= 500; ++step) {
        life.step();
        if (step % 100 == 0)
          life.rest();
      }
      INFO(life.resets << " resets");
      CHECK((life.resets != 0 || life.delivered() == life.published()));
    }
  }

  TEST_CASE("every accident of the log ends in order or in a reset") {
    std::size_t resets = 0;
    for (auto seed = 1U; seed <= 150; ++seed) {
      INFO("seed " << seed);
      random_life life{seed, random_life::world::rough};
      for (auto step = 1; step <= 500; ++step) {
        life.step();
        if (step % 100 == 0)
          life.rest();
      }
      resets += life.resets;
    }
    CHECK(resets > 150);
  }
}
