#include "tests/unit/actors/log_room.hpp"

#include <doctest/doctest.h>

using namespace wsgw;
using namespace wsgw::actors;
using tests::adopting_room;
using tests::log_room;
using namespace std::chrono_literals;

using told = std::vector<std::string>;
using news = messages::link_state::news;

TEST_SUITE("actors/log_sequence") {
  TEST_CASE_FIXTURE(log_room, "a room asks for its head and follows the log") {
    publish_unheard();
    start();
    publish();
    CHECK(take() == told{"open 1", "2 note"});
    CHECK(store.opens == 1);
    CHECK(store.reads == 0);
  }

  TEST_CASE_FIXTURE(log_room, "an event that nobody can parse keeps its "
                              "number and is counted") {
    start();
    hear(log().publish(R"({"type":)"));
    run();
    publish();
    CHECK(take() == told{"open 0", "1 -", "2 note"});
    CHECK(shards[0].counters().events_refused.get() == 1);
  }

  TEST_CASE_FIXTURE(log_room, "a hole is read from Redis; credits are held "
                              "until then") {
    start();
    publish_unheard();
    store.hold();
    publish();
    CHECK(shared.inflight_events == 1);
    store.release();
    run();
    CHECK(take() == told{"open 0", "1 unheard", "2 note"});
    CHECK(shared.inflight_events == 0);
  }

  TEST_CASE_FIXTURE(log_room, "a plain event beside the log has no number") {
    start();
    hear(R"({"type":"note"})");
    hear(R"({"type":"typing_start"})");
    run();
    CHECK(take() == told{"open 0", "plain note", "plain typing_start"});
    CHECK(store.publishes == 0);
  }

  TEST_CASE_FIXTURE(log_room, "an event forwarded from another room is plain, "
                              "whatever its number") {
    start();
    hear(R"({"_epoch":"k100001","_seq":1,"type":"note"})", "dialog:7");
    run();
    CHECK(take() == told{"open 0", "plain note"});
  }

  TEST_CASE_FIXTURE(log_room, "a request that failed is made again after a "
                              "second at most, without a reset") {
    store.fail(false, "LOADING");
    start();
    CHECK(take().empty());
    store.recover();
    pass(1000ms);
    CHECK(take() == told{"open 0"});
  }

  TEST_CASE_FIXTURE(log_room, "a request that failed is made again at once "
                              "when the commands' link is back") {
    store.fail();
    start();
    store.recover();
    tell(news::commands_ready);
    CHECK(take() == told{"open 0"});
    CHECK(store.opens == 2);
  }

  TEST_CASE_FIXTURE(log_room, "what was missed while the link was lost is "
                              "delivered when it is back") {
    start();
    publish();
    tell(news::lost);
    publish_unheard();
    tell(news::restored);
    CHECK(take() == told{"open 0", "1 note", "2 unheard"});
  }

  TEST_CASE_FIXTURE(log_room, "a lost tail is renewed and counted") {
    start();
    publish();
    log().lose_tail(1);
    tell(news::restored);
    CHECK(take() == told{"open 0", "1 note", "reset broker_lost_tail 0"});
    CHECK(store.renewals == 1);
    CHECK(shards[0].counters().log_resets.get() == 1);
  }

  TEST_CASE_FIXTURE(log_room, "older events are fetched") {
    publish_unheard();
    publish_unheard();
    start();
    caf::anon_send(dialog, messages::pull{1, {1, {}, 100}, {}});
    run();
    CHECK(take() == told{"open 2", "history 1 of 1"});
  }

  TEST_CASE_FIXTURE(log_room, "an open room keeps its keys alive and sees that "
                              "they are gone") {
    start();
    log().flush();
    pass(3600s);
    CHECK(store.opens == 2);
    CHECK(take() == told{"open 0", "reset epoch 0"});
    pass(3600s);
    CHECK(store.opens == 3);
  }

  TEST_CASE_FIXTURE(log_room, "a room that stayed silent learns what its head "
                              "is") {
    publish_unheard();
    start();
    pass(300ms);
    CHECK(store.reads == 1);
    tell(news::lost);
    log().lose_tail(1);
    log().publish(R"({"type":"another"})");
    tell(news::restored);
    CHECK(take() == told{"open 1", "reset broker_lost_tail 0"});
  }

  TEST_CASE_FIXTURE(log_room, "a link lost before the head is known is a reset "
                              "when it is back") {
    publish_unheard();
    start();
    tell(news::lost);
    log().lose_tail(1);
    log().publish(R"({"type":"another"})");
    log().publish(R"({"type":"more"})");
    pass(300ms);
    tell(news::restored);
    publish();
    CHECK(take() == told{"open 1", "reset broker_lost_tail 0", "1 note"});
    CHECK(store.renewals == 1);
  }

  TEST_CASE_FIXTURE(log_room, "a history that reaches the head is the only "
                              "read after opening") {
    publish_unheard();
    publish_unheard();
    start();
    store.hold();
    caf::anon_send(dialog, messages::pull{1, {1, {}, 100}, {}});
    run();
    pass(300ms);
    store.release();
    run();
    CHECK(take() == told{"open 2", "history 1 of 1"});
    CHECK(store.reads == 1);
  }

  TEST_CASE_FIXTURE(adopting_room, "a plain durable event is added to the log "
                                   "and delivered with its number") {
    start();
    hear(R"({"type":"note"})");
    hear(R"({"type":"note"})"); // another gateway has seen it as well
    hear(R"({"type":"typing_start"})");
    run();
    CHECK(take() == told{"open 0", "plain typing_start", "1 note"});
    CHECK(store.publishes == 2);
    CHECK(shared.inflight_events == 0);
  }

  TEST_CASE_FIXTURE(adopting_room, "an event that the log does not take is "
                                   "delivered without a number") {
    start();
    store.fail(false, "OOM");
    hear(R"({"type":"note"})");
    run();
    CHECK(take() == told{"open 0", "plain note"});
    CHECK(shards[0].counters().adoptions_failed.get() == 1);
  }

  TEST_CASE_FIXTURE(adopting_room, "events that wait for the link are bounded "
                                   "by their size") {
    start();
    store.fail();
    const std::string large(log_sequence::max_unadopted_bytes / 2, 'x');
    for (const std::string id : {"1", "2", "3"})
      hear(R"({"type":"note","id":")" + id + R"(","x":")" + large + R"("})");
    run();
    CHECK(take() == told{"open 0", "plain note", "plain note"});
    store.recover();
    pass(1000ms);
    CHECK(take() == told{"1 note"});
  }

  TEST_CASE_FIXTURE(log_room, "answers that come after the end are dropped") {
    store.hold();
    start();
    caf::anon_send(dialog, messages::retired{});
    run();
    store.release();
    run();
    CHECK(take().empty());
  }
}
