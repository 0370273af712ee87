#include "protocol/event_log.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <deque>
#include <ostream>
#include <random>
#include <string>

namespace wsgw::protocol {

namespace {

frame live(std::uint64_t seq) {
  return text_frame(R"({"type":"event","seq":)" + std::to_string(seq) + "}");
}

std::string text_of(const frame& f) { return std::string{payload_of(f)}; }

/// The log as a list of numbers, the plainest thing that can be right.
struct model {
  std::uint64_t head = 0;
  std::size_t most = 0;
  std::deque<std::uint64_t> kept;

  void append() {
    kept.push_back(++head);
    if (kept.size() > most)
      kept.pop_front();
  }
  std::uint64_t first() const { return kept.empty() ? head + 1 : kept.front(); }
  bool covers(std::uint64_t after) const {
    return after <= head && after + 1 >= first();
  }
};

void check_same(const event_log& log, const model& expected) {
  CHECK(log.head().seq == expected.head);
  CHECK(log.first() == expected.first());
  CHECK(log.size() == expected.kept.size());
  CHECK((log.bytes() == 0) == expected.kept.empty());
  for (const auto after : {std::uint64_t{0}, expected.first() - 1,
                           expected.first(), expected.head, expected.head + 1})
    CHECK(log.covers(after) == expected.covers(after));
  for (const auto seq : expected.kept)
    CHECK(text_of(log.at(seq).live) == text_of(live(seq)));
}

/// One random step on both.
void step(event_log& log, model& expected, std::mt19937& random) {
  const auto pick = random() % 20;
  if (pick == 0) {
    expected.head = random() % 50;
    expected.kept.clear();
    log.start({"k", expected.head});
  } else if (pick == 1) {
    expected.head += random() % 3;
    expected.kept.clear();
    log.advance(expected.head);
  } else if (pick < 6) {
    const auto seq = expected.first() - 1;
    const auto fits = expected.kept.size() < expected.most && seq > 0;
    CHECK(log.prepend(live(seq), role_set::all()) == fits);
    if (fits)
      expected.kept.push_front(seq);
  } else if (pick < 8 && !expected.kept.empty()) {
    const auto seq = expected.kept[random() % expected.kept.size()];
    CHECK(text_of(log.replay_of(seq)).ends_with(",\"replay\":true}"));
  } else if (pick == 8) {
    const auto before = log.bytes();
    log.shrink(before / 2);
    CHECK(log.bytes() <= before / 2);
    while (expected.kept.size() > log.size())
      expected.kept.pop_front();
  } else {
    expected.append();
    log.append(live(expected.head), role_set::all());
  }
}

} // namespace

TEST_SUITE("protocol/event_log") {

  TEST_CASE("a new log is empty behind its head") {
    event_log log{3};
    log.start({"k3x", 41});
    CHECK(log.head() == cursor{"k3x", 41});
    CHECK(log.first() == 42);
    CHECK(log.covers(41));
    CHECK_FALSE(log.covers(40));
    CHECK_FALSE(log.covers(42));
    CHECK(log.bytes() == 0);
  }

  TEST_CASE("a full log drops its oldest event") {
    event_log log{2};
    log.start({"k", 0});
    for (std::uint64_t seq = 1; seq <= 3; ++seq)
      log.append(live(seq), role_set{role::admin});
    CHECK(log.first() == 2);
    CHECK_FALSE(log.covers(0));
    CHECK(log.covers(1));
    CHECK_FALSE(log.prepend(live(1), role_set::all()));
    CHECK((log.at(3).audience == role_set{role::admin}));
  }

  TEST_CASE("an event for nobody has no frame to replay") {
    event_log log{2};
    log.start({"k", 0});
    log.append(nullptr, {});
    CHECK_FALSE(log.at(1).live);
    CHECK_FALSE(log.replay_of(1));
  }

  TEST_CASE("a replay frame is made once, counted and given back") {
    event_log log{2};
    log.start({"k", 0});
    log.append(live(1), role_set::all());
    const auto before = log.bytes();
    const auto made = log.replay_of(1);
    CHECK(text_of(made) == R"({"type":"event","seq":1,"replay":true})");
    CHECK(log.bytes() > before + made->size());
    CHECK(log.replay_of(1) == made);
    log.append(live(2), role_set::all());
    log.append(live(3), role_set::all());
    CHECK(log.bytes() == 2 * before);
    log.forget();
    CHECK(log.bytes() == 0);
    CHECK(log.head().seq == 3);
  }

  TEST_CASE("a log that may keep nothing still counts") {
    event_log log{0};
    log.start({"k", 0});
    log.append(live(1), role_set::all());
    CHECK(log.head().seq == 1);
    CHECK(log.size() == 0);
    CHECK(log.covers(1));
    CHECK_FALSE(log.prepend(live(1), role_set::all()));
  }

  TEST_CASE("random steps do what a plain list does") {
    std::mt19937 random{43};
    for (const std::size_t most : {1, 2, 7}) {
      event_log log{most};
      model expected;
      expected.most = most;
      log.start({"k", 0});
      for (int i = 0; i < 3'000; ++i) {
        step(log, expected, random);
        check_same(log, expected);
      }
      log.forget();
      CHECK(log.bytes() == 0);
    }
  }

} // TEST_SUITE

} // namespace wsgw::protocol
