#include "tests/unit/protocol/followed_log.hpp"

#include <doctest/doctest.h>

using namespace wsgw::protocol;
using wsgw::tests::followed;

namespace {

/// A log whose renewal was lost: the first epoch is there again.
struct resurrected : followed {
  resurrected() {
    open_at(0);
    publish_live(2);
    old = log.save();
    publish_live(4);
    log.move_clock(100);
    log.renew(old.epoch);
    follower.hint(log.head());
    publish_live();
    lost = log.epoch();
    CHECK(news() == "1, 2, 3, 4, 5, 6, reset broker_lost_tail 0, 1");
    log.restore(old);
  }

  void restart() {
    follower.link_lost();
    follower.link_restored();
  }

  wsgw::tests::model_log::snapshot old;
  std::string lost;
};

} // namespace

TEST_SUITE("protocol/log_follower epochs") {
  TEST_CASE_FIXTURE(resurrected, "an older epoch that came back is renewed, so "
                                 "that its old cursors are reset") {
    restart();
    CHECK(news() == "reset broker_lost_tail 0");
    CHECK(is_younger_epoch(log.epoch(), lost));
    publish_live();
    CHECK(news() == "1");
  }

  TEST_CASE_FIXTURE(resurrected,
                    "what was given a number of an epoch that came "
                    "back is reset, too") {
    publish_live(3);
    CHECK(news() == "reset broker_lost_tail 0");
    CHECK(log.seq() == 0);
    CHECK(follower.waiting() == 0);
  }

  TEST_CASE_FIXTURE(resurrected, "an older epoch is renewed once, whoever asks "
                                 "for it first") {
    restart();
    const auto read = follower.next_request();
    REQUIRE(read);
    answer(*read);
    log.renew(old.epoch); // by another node
    const auto renewed = log.epoch();
    CHECK(news() == "reset broker_lost_tail 0");
    CHECK(log.epoch() == renewed);
  }

  TEST_CASE_FIXTURE(resurrected,
                    "the renewal of a slow clock is renewed by "
                    "those who know a younger epoch, and it ends") {
    log.move_clock(-150);
    restart();
    CHECK(news() == "reset broker_lost_tail 0");
    CHECK_FALSE(is_younger_epoch(log.epoch(), lost));
    CHECK(is_younger_epoch(log.epoch(), old.epoch));
    const auto slow = log.epoch();
    log.renew(slow); // by a node that still follows the lost one
    follower.hint(log.head());
    CHECK(news() == "reset broker_lost_tail 0");
    publish_live();
    CHECK(news() == "1");
  }

  TEST_CASE_FIXTURE(resurrected, "Redis that goes back once more while it is "
                                 "asked to renew is asked again") {
    restart();
    answer(*follower.next_request());
    const auto renewal = follower.next_request();
    REQUIRE(renewal);
    auto older = old;
    older.epoch = "k1";
    log.restore(older);
    answer(*renewal);
    CHECK(news() == "reset broker_lost_tail 0");
    CHECK(log.epoch() != "k1");
  }

  TEST_CASE_FIXTURE(followed, "an empty room that is opened again in an older "
                              "epoch is renewed") {
    open_at(0);
    log.flush();
    follower.link_restored();
    answer(*follower.next_request());
    follower.take();
    const auto open = follower.next_request();
    REQUIRE(open);
    log.restore({"k1", "", 7, {}});
    answer(*open);
    CHECK(news() == "reset broker_lost_tail 0");
  }

  TEST_CASE_FIXTURE(followed, "a tail that was lost before the head was known "
                              "is a reset, not silence") {
    open_at(6);
    follower.link_lost();
    log.lose_tail(3);
    publish(5);
    follower.link_restored();
    CHECK(news() == "reset broker_lost_tail 0");
    publish_live();
    CHECK(news() == "1");
  }

  TEST_CASE_FIXTURE(followed, "what is learned after the link was lost proves "
                              "nothing") {
    open_at(6);
    follower.link_lost();
    log.lose_tail(3);
    publish(5);
    follower.learn();
    news();
    follower.link_restored();
    CHECK(news() == "reset broker_lost_tail 0");
  }

  TEST_CASE_FIXTURE(followed,
                    "a head that was learned in time is compared, and "
                    "nobody is reset") {
    open_at(6);
    follower.learn();
    news();
    follower.link_lost();
    publish(2);
    follower.link_restored();
    CHECK(news() == "7, 8");
  }

  TEST_CASE_FIXTURE(followed, "a room opened before or while the link is away "
                              "is not suspect") {
    open_at(6);
    follower.link_restored(); // the very first time
    publish(1);
    follower.hint(log.head());
    CHECK(news() == "7");
  }

  TEST_CASE_FIXTURE(followed,
                    "a head that was answered while the link was lost "
                    "is asked for again") {
    publish(6);
    const auto open = follower.next_request();
    REQUIRE(open);
    follower.link_lost();
    answer(*open);
    CHECK(follower.take().empty());
    log.lose_tail(3);
    CHECK(news() == "open 3");
  }

  TEST_CASE_FIXTURE(followed,
                    "history that reaches the head teaches it without "
                    "a read of its own") {
    open_at(6);
    follower.want(2);
    const auto read = follower.next_request();
    follower.learn(); // its time comes while history is under way
    REQUIRE(read);
    answer(*read);
    CHECK(news() == "history 2 3-6");
    CHECK(reads == 1);
    follower.link_lost();
    follower.link_restored();
    publish_live();
    CHECK(news() == "7");
  }
}
