#include "actors/pulse.hpp"

#include <doctest/doctest.h>

#include <optional>

using namespace wsgw::actors;

namespace {

/// Two parts whose answers the test gives.
struct two_parts {
  two_parts() {
    watched.watch("shard 0", [this](auto answer) {
      ++asked;
      first = std::move(answer);
    });
    watched.watch("broadcaster",
                  [this](auto answer) { second = std::move(answer); });
  }

  pulse watched;
  int asked = 0;
  std::function<void()> first;
  std::function<void()> second;
};

} // namespace

TEST_SUITE("actors/pulse") {
  TEST_CASE("while all parts answer every beat is good") {
    two_parts parts;
    for (int i = 0; i < 3; ++i) {
      CHECK(parts.watched.beat());
      parts.first();
      parts.second();
    }
    CHECK(parts.asked == 3);
    CHECK(parts.watched.silent().empty());
  }

  TEST_CASE("one part that does not answer stops the beat, and is named") {
    two_parts parts;
    CHECK(parts.watched.beat());
    parts.first();
    CHECK_FALSE(parts.watched.beat());
    CHECK(parts.watched.silent() == "shard 0, broadcaster");
    parts.first();
    CHECK(parts.watched.silent() == "broadcaster");
    CHECK_FALSE(parts.watched.beat());
  }

  TEST_CASE("a stuck part is asked once, and is forgiven when it turns again") {
    two_parts parts;
    CHECK(parts.watched.beat());
    parts.second();
    for (int i = 0; i < 5; ++i) {
      CHECK_FALSE(parts.watched.beat());
      parts.second();
    }
    CHECK(parts.asked == 1);
    parts.first();
    CHECK(parts.watched.beat());
    CHECK(parts.asked == 2);
  }

  TEST_CASE("an answer may come when nobody listens any more") {
    std::optional<two_parts> parts{std::in_place};
    parts->watched.beat();
    const auto late = std::move(parts->first);
    parts.reset();
    late();
    CHECK(!parts);
  }
}
