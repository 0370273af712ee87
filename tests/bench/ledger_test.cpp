#include "tests/bench/latency_histogram.hpp"
#include "tests/bench/ledger.hpp"
#include "tests/bench/stamp.hpp"

#include <doctest/doctest.h>

using namespace wsgw::bench;

namespace {

/// One dialog (index 0) with two receivers.
struct two_receivers {
  ledger book{2, 1};

  bool deliver(std::size_t receiver, std::uint32_t sequence) {
    return book.received(receiver, {1, 0, sequence, 0});
  }
};

} // namespace

TEST_SUITE("bench/ledger") {
  TEST_CASE_FIXTURE(two_receivers,
                    "an event is in flight until its last receiver has it") {
    CHECK(book.sent(0) == 0);
    CHECK(deliver(0, 0));
    CHECK(book.in_flight() == 1);
    CHECK(deliver(1, 0));
    CHECK(book.in_flight() == 0);
    CHECK_FALSE(book.faults().any());
  }

  TEST_CASE_FIXTURE(two_receivers, "a delivery that never came is lost") {
    book.sent(0);
    deliver(0, 0);
    CHECK(book.faults().lost == 1);
  }

  TEST_CASE_FIXTURE(two_receivers, "a second delivery is doubled") {
    book.sent(0);
    deliver(0, 0);
    CHECK_FALSE(deliver(0, 0));
    CHECK(book.faults().doubled == 1);
    CHECK(book.in_flight() == 1);
  }

  TEST_CASE_FIXTURE(two_receivers, "a late delivery is reordered, not lost") {
    book.sent(0);
    book.sent(0);
    for (const std::size_t receiver : {0, 1}) {
      CHECK(deliver(receiver, 1));
      CHECK(deliver(receiver, 0));
    }
    CHECK(book.faults().reordered == 2);
    CHECK(book.faults().lost == 0);
    CHECK(book.in_flight() == 0);
  }

  TEST_CASE_FIXTURE(two_receivers, "an event nobody sent counts as doubled") {
    CHECK_FALSE(deliver(0, 7));
    CHECK(book.faults().doubled == 1);
  }

  TEST_CASE("an event of another dialog is misrouted") {
    ledger book{2, 2};
    book.sent(0);
    CHECK_FALSE(book.received(1, {1, 0, 0, 0}));
    CHECK(book.faults().misrouted == 1);
    CHECK(book.faults().lost == 1);
  }
}

TEST_SUITE("bench/stamp") {
  TEST_CASE("a stamp survives the way through a message") {
    event_writer writer{200};
    const auto frame = writer.message({7, 8, 9, 123'456'789});
    CHECK(frame.size() == 200);
    std::size_t hint = 0;
    const auto found = find_stamp(frame, hint);
    REQUIRE(found);
    CHECK(found->run == 7);
    CHECK(found->dialog == 8);
    CHECK(found->sequence == 9);
    CHECK(found->sent_at == 123'456'789);
    CHECK(hint > 0);
  }

  TEST_CASE("a frame without or with half a stamp has none") {
    std::size_t hint = 0;
    CHECK_FALSE(find_stamp("__ping__", hint));
    CHECK_FALSE(find_stamp("wsl1 0123", hint));
    CHECK_FALSE(find_stamp(std::string("wsl1") + std::string(40, 'z'), hint));
  }

  TEST_CASE("two events never share an id") {
    event_writer writer{200};
    CHECK(writer.message({}) != writer.message({}));
  }
}

TEST_SUITE("bench/latency_histogram") {
  TEST_CASE("a percentile is exact to 1.6 percent") {
    latency_histogram h;
    for (int us = 1; us <= 1000; ++us)
      h.record(us * 1000);
    CHECK(h.percentile_us(0.5) == doctest::Approx(500).epsilon(0.016));
    CHECK(h.percentile_us(0.99) == doctest::Approx(990).epsilon(0.016));
    CHECK(h.max_us() == 1000);
  }

  TEST_CASE("no record means zero") {
    CHECK(latency_histogram{}.percentile_us(0.99) == 0);
  }
}
