#include "tests/unit/protocol/followed_log.hpp"

#include <doctest/doctest.h>

using wsgw::tests::followed;

TEST_SUITE("protocol/log_follower requests") {
  TEST_CASE_FIXTURE(followed, "one request is under way at a time") {
    CHECK(follower.next_request());
    CHECK_FALSE(follower.next_request());
    follower.on_opened(log.head());
    CHECK_FALSE(follower.next_request());
  }

  TEST_CASE_FIXTURE(followed, "a request that failed is made again after "
                              "retry, and nothing is reset") {
    open_at(0);
    publish_live();
    follower.link_restored();
    REQUIRE(follower.next_request());
    follower.on_failed();
    CHECK(follower.is_stalled());
    CHECK_FALSE(follower.next_request());
    follower.retry();
    publish_live();
    CHECK(news() == "1, 2");
  }

  TEST_CASE_FIXTURE(followed, "older events are read behind the smallest "
                              "position, once for all") {
    open_at(10);
    follower.want(7);
    follower.want(3);
    follower.want(5);
    CHECK(news() == "history 3 4-10");
    CHECK(reads == 1);
  }

  TEST_CASE_FIXTURE(followed, "positions that a page does not reach stay "
                              "wanted") {
    open_at(700);
    follower.want(0);
    follower.want(500);
    follower.want(600);
    CHECK(news() == "history 0 1-500, history 500 501-700");
  }

  TEST_CASE_FIXTURE(followed, "older events that were trimmed are answered "
                              "with what is left") {
    open_at(10);
    log.trim(3);
    follower.want(2);
    CHECK(news() == "history 2 8-10");
  }

  TEST_CASE_FIXTURE(followed, "healing goes before history") {
    open_at(10);
    follower.want(2);
    publish();
    publish_live();
    CHECK(news() == "11, 12, history 2 3-12");
  }

  TEST_CASE_FIXTURE(followed, "a position beyond the head is answered when "
                              "everything is delivered") {
    open_at(2);
    publish(3);
    follower.want(5);
    CHECK(news() == "3, 4, 5, history 5");
    follower.want(9);
    CHECK(news() == "history 9");
  }

  TEST_CASE_FIXTURE(followed, "a position is forgotten by a reset") {
    open_at(0);
    publish_live(3);
    follower.want(1);
    log.flush();
    CHECK(news() == "1, 2, 3, reset broker_lost_tail 0");
  }

  TEST_CASE_FIXTURE(followed, "an entry read at the head is compared though "
                              "nothing was delivered") {
    open_at(3);
    follower.learn();
    news();
    CHECK(reads == 1);
    log.lose_tail(1);
    publish(2);
    follower.link_restored();
    CHECK(news() == "reset broker_lost_tail 0");
  }

  TEST_CASE_FIXTURE(followed, "what older events end with is compared, too") {
    open_at(3);
    follower.want(0);
    CHECK(news() == "history 0 1-3");
    follower.learn();
    log.lose_tail(1);
    publish(2);
    follower.link_restored();
    CHECK(news() == "reset broker_lost_tail 0");
    CHECK(reads == 2);
  }
}
