#include "actors/log_sequence.hpp"
#include "tests/support/fake_hub.hpp"
#include "tests/support/fake_log_store.hpp"

#include <caf/send.hpp>
#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

using namespace wsgw;
using namespace wsgw::actors;
using tests::fake_hub;
using tests::fake_log_store;
using namespace std::chrono_literals;

namespace {

const auto room = *protocol::room_id::parse("dialog:10");

/// What a dialog is told, as words: `open 2`, `3 note` (an event with its
/// type), `3 -` (one for nobody), `plain note`, `reset epoch 0`, `history 1`.
struct notes {
  std::vector<std::string> lines;
  std::vector<std::string> take() { return std::exchange(lines, {}); }
};

/// An actor that has a log_sequence as a dialog has one.
struct recorder_state : sequence_listener {
  explicit recorder_state(dialog_actor::pointer) {}
  static inline const char* name = "wsgw.recorder";

  void on_open() override { note("open"); }
  void on_event(const protocol::event* e, std::string) override {
    out->lines.push_back(std::to_string(order->head().seq) + ' '
                         + (e != nullptr ? e->type : "-"));
  }
  void on_unnumbered(const protocol::event& e, std::string) override {
    out->lines.push_back("plain " + e.type);
  }
  void on_reset(protocol::reset_reason why) override {
    note("reset " + std::string{to_string(why)});
  }
  void on_history(const protocol::log_follower::history& older) override {
    out->lines.push_back("history " + std::to_string(older.after) + " of "
                         + std::to_string(older.events.size()));
  }
  void note(const std::string& what) {
    out->lines.push_back(what + ' ' + std::to_string(order->head().seq));
  }

  notes* out = nullptr;
  std::unique_ptr<room_sequence> order;
};

dialog_actor::behavior_type
recorder(dialog_actor::stateful_pointer<recorder_state> self, hub* shared,
         shard* home, notes* out) {
  auto& state = self->state;
  state.out = out;
  state.order = make_log_sequence(*shared, *home, room, state, self);
  return {
    [](const messages::join&) {},
    [&state](messages::event& e) { state.order->take(e); },
    [&state](messages::append& request) { state.order->append(request); },
    [&state](messages::store_answer& a) { state.order->answered(a); },
    [&state](const messages::link_state& s) { state.order->link_changed(s); },
    [](const messages::room_presence&) {},
    [](const messages::ping_due&) {},
    [&state](const messages::pull& p) { state.order->fetch(p.what.after); },
    [](const messages::drain_slot&) {},
    [self](messages::retired) { self->quit(); },
  };
}

/// A hub with WS_LOG and one room that follows its log.
struct log_room : fake_hub, notes {
  explicit log_room(log_mode mode = log_mode::on) : fake_hub(with(mode)) {
    shared.log = &store;
    store.on_published = [this](const std::string&, std::string json) {
      hear(std::move(json));
    };
  }
  ~log_room() {
    store.release();
    caf::anon_send(dialog, messages::retired{});
    dialog = nullptr;
    run();
  }

  static settings with(log_mode mode) {
    settings s;
    s.log = mode;
    s.log_ttl = 3h;
    return s;
  }

  void start() {
    dialog = spawn_pinned(shards[0], recorder, &shared, &shards[0],
                          static_cast<notes*>(this));
    run();
  }
  void hear(std::string json, std::string origin = {}) {
    caf::anon_send(dialog, messages::event{std::move(json), std::move(origin),
                                           credit{shared.inflight_events}});
  }
  void publish(const std::string& type = "note") {
    hear(log().publish(R"({"type":")" + type + R"("})"));
    run();
  }
  /// Published, but the notification is lost.
  void publish_unheard() { log().publish(R"({"type":"unheard"})"); }
  void tell(messages::link_state::news what) {
    caf::anon_send(dialog, messages::link_state{0, what});
    run();
  }
  void pass(std::chrono::milliseconds time) {
    loops[0].advance(time);
    run();
  }
  tests::model_log& log() { return store.log(room.text()); }

  fake_log_store store;
  dialog_actor dialog;
};

struct adopting_room : log_room {
  adopting_room() : log_room(log_mode::adopt) {}
};

using told = std::vector<std::string>;
using news = messages::link_state::news;

} // namespace

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
    pass(10s);
    CHECK(store.reads == 1);
    log().lose_tail(1);
    log().publish(R"({"type":"another"})");
    tell(news::restored);
    CHECK(take() == told{"open 1", "reset broker_lost_tail 0"});
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
