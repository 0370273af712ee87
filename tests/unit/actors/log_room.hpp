#pragma once

#include "actors/log_sequence.hpp"
#include "tests/support/fake_hub.hpp"
#include "tests/support/fake_log_store.hpp"

#include <caf/send.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace wsgw::tests {

inline const auto room = *protocol::room_id::parse("dialog:10");

/// What a dialog is told, as words: `open 2`, `3 note` (an event with its
/// type), `3 -` (one for nobody), `plain note`, `reset epoch 0`, `history 1`.
struct notes {
  std::vector<std::string> lines;
  std::vector<std::string> take() { return std::exchange(lines, {}); }
};

/// An actor that has a log_sequence as a dialog has one.
struct recorder_state : actors::sequence_listener {
  explicit recorder_state(actors::dialog_actor::pointer) {}
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
  std::unique_ptr<actors::room_sequence> order;
};

inline actors::dialog_actor::behavior_type
recorder(actors::dialog_actor::stateful_pointer<recorder_state> self,
         actors::hub* shared, actors::shard* home, notes* out) {
  auto& state = self->state;
  state.out = out;
  state.order = actors::make_log_sequence(*shared, *home, room, state, self);
  return {
    [](const actors::messages::join&) {},
    [&state](actors::messages::event& e) { state.order->take(e); },
    [&state](actors::messages::append& request) {
      state.order->append(request);
    },
    [&state](actors::messages::store_answer& a) { state.order->answered(a); },
    [&state](const actors::messages::link_state& s) {
      state.order->link_changed(s);
    },
    [](const actors::messages::room_presence&) {},
    [](const actors::messages::ping_due&) {},
    [&state](const actors::messages::pull& p) {
      state.order->fetch(p.what.after);
    },
    [](const actors::messages::drain_slot&) {},
    [self](actors::messages::retired) { self->quit(); },
  };
}

/// A hub with WS_LOG and one room that follows its log.
struct log_room : fake_hub, notes {
  explicit log_room(actors::log_mode mode = actors::log_mode::on)
      : fake_hub(with(mode)) {
    shared.log = &store;
    store.on_published = [this](const std::string&, std::string json) {
      hear(std::move(json));
    };
  }
  ~log_room() {
    store.release();
    caf::anon_send(dialog, actors::messages::retired{});
    dialog = nullptr;
    run();
  }

  static actors::settings with(actors::log_mode mode) {
    actors::settings s;
    s.log = mode;
    s.log_ttl = std::chrono::hours{3};
    return s;
  }

  void start() {
    dialog = actors::spawn_pinned(shards[0], recorder, &shared, &shards[0],
                                  static_cast<notes*>(this));
    run();
  }
  void hear(std::string json, std::string origin = {}) {
    caf::anon_send(
      dialog, actors::messages::event{std::move(json), std::move(origin),
                                      actors::credit{shared.inflight_events}});
  }
  void publish(const std::string& type = "note") {
    hear(log().publish(R"({"type":")" + type + R"("})"));
    run();
  }
  /// Published, but the notification is lost.
  void publish_unheard() { log().publish(R"({"type":"unheard"})"); }
  void tell(actors::messages::link_state::news what) {
    caf::anon_send(dialog, actors::messages::link_state{0, what});
    run();
  }
  void pass(std::chrono::milliseconds time) {
    loops[0].advance(time);
    run();
  }
  model_log& log() { return store.log(room.text()); }

  fake_log_store store;
  actors::dialog_actor dialog;
};

struct adopting_room : log_room {
  adopting_room() : log_room(actors::log_mode::adopt) {}
};

} // namespace wsgw::tests
