#pragma once

#include "actors/subscriber.hpp"
#include "tests/support/fake_connection.hpp"
#include "tests/support/fake_hub.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wsgw::tests {

/// What a dialog was asked by its subscribers.
struct asked_of_dialog {
  std::vector<actors::messages::ping_due> pings;
  std::vector<actors::messages::pull> pulls;
  std::vector<actors::messages::drain_slot> slots;
};

inline actors::dialog_actor::behavior_type
recording_dialog(actors::dialog_actor::pointer, asked_of_dialog* asked) {
  namespace m = actors::messages;
  return {
    [](const m::join&) {},
    [](const m::event&) {},
    [](const m::append&) {},
    [](const m::store_answer&) {},
    [](const m::link_state&) {},
    [](const m::room_presence&) {},
    [asked](m::ping_due due) { asked->pings.push_back(due); },
    [asked](const m::pull& pull) { asked->pulls.push_back(pull); },
    [asked](m::drain_slot slot) { asked->slots.push_back(slot); },
    [](m::retired) {},
  };
}

/// One subscriber between a recording dialog and a fake connection, on the
/// first shard of a fake hub. Everything runs in `settle`.
class subscriber_case {
public:
  explicit subscriber_case(actors::settings config = {})
      : hub(std::move(config)),
        dialog(actors::spawn_pinned(hub.shards[0], recording_dialog, &asked)),
        socket(std::make_shared<fake_connection>()),
        who(std::make_shared<actors::passport>(actors::passport{
          protocol::endpoint::widget_dialog, protocol::role::widget,
          *protocol::room_id::parse("dialog:10"), protocol::connection_id{0x7f},
          "6", "192.0.2.7", std::nullopt, nullptr, protocol::dialect::v1,
          ""})) {}

  ~subscriber_case() {
    if (actor)
      send(actors::messages::disconnected{});
    caf::anon_send_exit(dialog, caf::exit_reason::user_shutdown);
    actor = nullptr;
    dialog = nullptr;
    settle();
  }

  /// The socket has opened; its dialog has not answered.
  void open() {
    actor = actors::spawn_pinned(hub.shards[0], actors::subscriber, &hub.shared,
                                 &hub.shards[0], who, socket);
    settle();
  }

  void join() {
    open();
    send(actors::messages::joined{dialog});
  }

  template <class Message>
  void send(Message message) {
    caf::anon_send(actor, std::move(message));
    settle();
  }

  void say(std::string_view text) {
    send(actors::messages::text_received{std::string{text}});
  }

  void settle() { hub.run(); }

  void advance(transport::event_loop::clock::duration delay) {
    hub.loops[0].advance(delay);
    settle();
  }

  actors::actor_info described() {
    actors::actor_info info;
    hub.shards[0].actors().for_each(
      [&](const actors::describable& one) { one.describe(info); });
    return info;
  }

  const actors::shard_counters& counters() { return hub.shards[0].counters(); }
  std::vector<std::string>& texts() { return socket->texts; }
  bool is_closed(int code) const {
    return socket->closed && socket->closed->code == code;
  }

  fake_hub hub;
  asked_of_dialog asked;
  actors::dialog_actor dialog;
  std::shared_ptr<fake_connection> socket;
  std::shared_ptr<actors::passport> who;
  actors::subscriber_actor actor;
};

} // namespace wsgw::tests
