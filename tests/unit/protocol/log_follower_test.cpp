#include "tests/unit/protocol/followed_log.hpp"

#include <doctest/doctest.h>

using namespace wsgw::protocol;
using wsgw::tests::followed;

TEST_SUITE("protocol/log_follower") {
  TEST_CASE_FIXTURE(followed, "a room opens where its log ends") {
    publish(2);
    CHECK(news() == "open 2");
    CHECK(follower.head() == log.head());
    CHECK(follower.is_sure());
  }

  TEST_CASE_FIXTURE(followed, "events that came before the room was open "
                              "are delivered, once") {
    publish(2);
    const auto request = follower.next_request();
    publish_live(2);
    REQUIRE(request);
    answer(*request);
    CHECK(news() == "open 2, 3, 4");
    CHECK(reads == 0);
  }

  TEST_CASE_FIXTURE(followed, "what followed the first event that waited is "
                              "read when it did not come itself") {
    publish_live();
    publish(2);
    CHECK(news() == "open 0, 1, 2, 3");
    CHECK(reads == 1);
  }

  TEST_CASE_FIXTURE(followed, "events in order are delivered without a read") {
    open_at(1);
    publish_live(3);
    CHECK(news() == "2, 3, 4");
    CHECK(reads == 0);
  }

  TEST_CASE_FIXTURE(followed, "an event that was delivered is dropped") {
    open_at(1);
    const auto text = publish();
    hear(text);
    hear(text);
    CHECK(news() == "2");
  }

  TEST_CASE_FIXTURE(followed, "a hole is read, and what waits behind it "
                              "follows") {
    open_at(1);
    publish_live();
    publish(2);
    publish_live(2);
    CHECK(follower.waiting() == 2);
    CHECK_FALSE(follower.is_sure());
    CHECK(news() == "2, 3, 4, 5, 6");
    CHECK(reads == 1);
  }

  TEST_CASE_FIXTURE(followed, "a hole larger than a page is read in pages") {
    open_at(0);
    publish(999);
    publish_live();
    news();
    CHECK(follower.head().seq == 1000);
    CHECK(reads == 2);
  }

  TEST_CASE_FIXTURE(followed, "more than may wait is read later") {
    open_at(0);
    publish();
    publish_live(log_follower::max_waiting + 200);
    CHECK(follower.waiting() == log_follower::max_waiting);
    news();
    CHECK(follower.head() == log.head());
    CHECK(follower.waiting() == 0);
  }

  TEST_CASE_FIXTURE(followed, "nothing is delivered after the link came back "
                              "until the last entry was compared") {
    open_at(0);
    publish_live();
    follower.link_restored();
    publish_live();
    CHECK_FALSE(follower.is_sure());
    CHECK(follower.take().size() == 1);
    CHECK(news() == "2");
    CHECK(follower.is_sure());
  }

  TEST_CASE_FIXTURE(followed, "an answer from before the link came back does "
                              "not make sure") {
    open_at(0);
    publish_live();
    publish();
    follower.hint(log.head());
    const auto request = follower.next_request();
    const auto page = log.read(0, 500);
    publish();
    follower.link_restored();
    REQUIRE(request);
    follower.on_page(page);
    CHECK_FALSE(follower.is_sure());
    CHECK(news() == "1, 2, 3");
  }

  TEST_CASE_FIXTURE(followed, "a log that is shorter than what was delivered "
                              "is renewed") {
    open_at(0);
    publish_live(3);
    log.lose_tail(1);
    follower.link_restored();
    CHECK(news() == "1, 2, 3, reset broker_lost_tail 0");
    CHECK(follower.head() == log.head());
  }

  TEST_CASE_FIXTURE(followed, "another entry in the place of the last one is "
                              "a lost tail, too") {
    open_at(0);
    publish_live(3);
    log.lose_tail(2);
    publish(5);
    follower.link_restored();
    CHECK(news() == "1, 2, 3, reset broker_lost_tail 0");
  }

  TEST_CASE_FIXTURE(followed, "an event that was heard of is part of what the "
                              "log must still have") {
    open_at(0);
    publish();
    publish_live();
    log.lose_tail(1);
    follower.link_restored();
    CHECK(news() == "reset broker_lost_tail 0");
  }

  TEST_CASE_FIXTURE(followed, "a log that was emptied is renewed when "
                              "something was delivered") {
    open_at(0);
    publish_live();
    log.flush();
    follower.link_restored();
    CHECK(news() == "1, reset broker_lost_tail 0");
  }

  TEST_CASE_FIXTURE(followed, "a log that was emptied before anything was in "
                              "it is opened again") {
    open_at(0);
    log.flush();
    follower.link_restored();
    CHECK(news() == "reset epoch 0");
    publish_live();
    CHECK(news() == "1");
  }

  TEST_CASE_FIXTURE(followed, "of a younger epoch everything is delivered") {
    open_at(0);
    publish_live(3);
    log.flush();
    publish();
    publish_live();
    CHECK(news() == "1, 2, 3, reset epoch 0, 1, 2");
  }

  TEST_CASE_FIXTURE(followed, "an epoch that another node renewed says why") {
    open_at(0);
    publish_live(3);
    log.renew(log.epoch());
    publish_live();
    CHECK(news() == "1, 2, 3, reset broker_lost_tail 0, 1");
  }

  TEST_CASE_FIXTURE(followed, "an event of an epoch that has ended changes "
                              "nothing") {
    open_at(0);
    const auto old = log.head().epoch;
    log.renew(old);
    follower.hint(log.head());
    CHECK(news() == "reset broker_lost_tail 0");
    follower.live({old, 1}, R"({"old":1})");
    publish_live();
    CHECK(news() == "1");
    CHECK(follower.waiting() == 0);
    CHECK(follower.is_sure());
  }

  TEST_CASE_FIXTURE(followed, "a hole that the log no longer has is a reset "
                              "before the oldest entry kept") {
    open_at(0);
    publish_live();
    publish(5);
    log.trim(2);
    follower.link_restored();
    CHECK(news() == "1, reset trimmed 4, 5, 6");
  }

  TEST_CASE_FIXTURE(followed, "a log trimmed to nothing is a reset at its "
                              "head") {
    open_at(0);
    publish_live();
    publish(5);
    log.trim(0);
    follower.link_restored();
    CHECK(news() == "1, reset trimmed 6");
  }

  TEST_CASE_FIXTURE(followed, "a last entry that was trimmed cannot be "
                              "compared, and nothing is missing") {
    open_at(0);
    publish_live(2);
    log.trim(0);
    follower.link_restored();
    CHECK(news() == "1, 2");
    CHECK(follower.is_sure());
  }

  TEST_CASE_FIXTURE(followed, "an entry missing amid the log does not keep "
                              "the rest back") {
    open_at(0);
    publish(4);
    const auto whole = log.read(0, 10);
    auto page = whole;
    page.events.erase(page.events.begin() + 1);
    follower.link_restored();
    REQUIRE(follower.next_request());
    follower.on_page(page);
    CHECK(news() == "1, reset trimmed 2, 3, 4");
  }
}
