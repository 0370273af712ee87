#pragma once

#include "actors/broadcaster.hpp"
#include "actors/dialog.hpp"
#include "actors/hub.hpp"
#include "actors/router.hpp"
#include "actors/subscriber.hpp"
#include "tests/support/fake_connection.hpp"
#include "tests/support/manual_loop.hpp"

#include <caf/actor_registry.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wsgw::tests {

/// A whole hub without threads or sockets: two shards on manual loops that the
/// test steps, a broadcaster and routers. Everything runs in `settle`.
class deterministic_system {
public:
  explicit deterministic_system(actors::settings config = {})
      : shared_(std::move(config)) {
    caf_config_.set("scheduler.max-threads", 1);
    system_ = std::make_unique<caf::actor_system>(caf_config_);
    for (std::size_t i = 0; i < shard_count; ++i) {
      loops_.push_back(std::make_unique<manual_loop>());
      shards_.push_back(
        std::make_unique<actors::shard>(*system_, *loops_[i], i));
      shared_.shards.push_back(shards_[i].get());
    }
    auto& first = *shards_.front();
    shared_.broadcaster =
      actors::spawn_pinned(first, actors::broadcaster, &shared_, &first);
    for (auto& home : shards_)
      shared_.routers.push_back(
        actors::spawn_pinned(*home, actors::router, &shared_, home.get()));
    settle();
  }

  deterministic_system(const deterministic_system&) = delete;
  deterministic_system& operator=(const deterministic_system&) = delete;

  ~deterministic_system() {
    clients_.clear();
    caf::anon_send_exit(shared_.broadcaster, caf::exit_reason::kill);
    for (const auto& each : shared_.routers)
      caf::anon_send_exit(each, caf::exit_reason::kill);
    settle();
    shared_.broadcaster = nullptr;
    shared_.routers.clear();
    settle();
    system_.reset();
  }

  /// A client: its actor and the connection that it writes to.
  struct client {
    actors::subscriber_actor actor;
    std::shared_ptr<fake_connection> socket;

    const std::vector<std::string>& texts() const { return socket->texts; }
    /// What came since the last time.
    std::vector<std::string> fresh() const {
      return std::exchange(socket->texts, {});
    }
  };

  /// Runs every loop until nothing is left to do.
  void settle() {
    for (auto busy = true; busy;) {
      busy = false;
      for (auto& loop : loops_)
        busy = loop->run() > 0 || busy;
    }
  }

  void advance(transport::event_loop::clock::duration delay) {
    for (auto& loop : loops_)
      loop->advance(delay);
    settle();
  }

  /// Connects a client to `room` ("dialog:10") as `as` and settles.
  client connect(std::string_view room, protocol::role as,
                 std::shared_ptr<actors::passport> who = nullptr) {
    auto c = connect_unsettled(room, as, std::move(who));
    settle();
    return c;
  }

  /// A client that came back with `cursor`, or for the first time.
  client connect_v1(std::string_view room, protocol::role as,
                    std::string cursor = {},
                    protocol::dialect speaks = protocol::dialect::v1) {
    auto who = passport_for(room, as);
    who->speaks = speaks;
    who->cursor = std::move(cursor);
    return connect(room, as, std::move(who));
  }

  client connect_unsettled(std::string_view room, protocol::role as,
                           std::shared_ptr<actors::passport> who = nullptr,
                           std::shared_ptr<fake_connection> socket = nullptr) {
    if (!who)
      who = passport_for(room, as);
    client c;
    c.socket = socket ? std::move(socket) : std::make_shared<fake_connection>();
    c.socket->is_stream = who->speaks == protocol::dialect::sse;
    c.actor = actors::open_subscriber(shared_, std::move(who), c.socket);
    clients_.push_back(disconnect_at_end{c.actor});
    return c;
  }

  std::shared_ptr<actors::passport> passport_for(std::string_view room,
                                                 protocol::role as) {
    return std::make_shared<actors::passport>(actors::passport{
      protocol::endpoint::admin_dialog, as, *protocol::room_id::parse(room),
      protocol::connection_id{next_connection_++}, "", "127.0.0.1",
      std::nullopt, nullptr, protocol::dialect::legacy, ""});
  }

  void disconnect(const client& c) {
    caf::anon_send(c.actor, actors::messages::disconnected{1000, "bye", true});
    settle();
  }

  void say(const client& c, std::string text) {
    caf::anon_send(c.actor, actors::messages::text_received{std::move(text)});
    settle();
  }

  /// Events that arrive in one readable turn of the source.
  void publish_unsettled(std::string_view room,
                         std::vector<std::string> events) {
    actors::messages::ingest batch;
    for (auto& json : events)
      batch.events.push_back({*protocol::room_id::parse(room),
                              std::move(json),
                              {},
                              actors::credit{shared_.inflight_events}});
    caf::anon_send(shared_.broadcaster, std::move(batch));
  }

  void publish(std::string_view room, std::vector<std::string> events) {
    publish_unsettled(room, std::move(events));
    settle();
  }

  /// What the actors of all shards say about themselves.
  std::vector<actors::actor_info> actors_of_kind(std::string_view kind) {
    std::vector<actors::actor_info> result;
    for (auto& home : shards_)
      home->actors().for_each([&](actors::describable& who) {
        actors::actor_info info;
        // Twice: describing an actor must not disturb it.
        who.describe(info);
        who.describe(info);
        if (info.kind == kind)
          result.push_back(std::move(info));
      });
    return result;
  }

  /// The first dialog whose home is this shard ("dialog:3").
  std::string room_on(std::size_t shard) {
    for (auto n = 1;; ++n) {
      const auto room = "dialog:" + std::to_string(n);
      if (shared_.shard_of(*protocol::room_id::parse(room)).index() == shard)
        return room;
    }
  }

  /// The living actor of `room`, or null.
  actors::dialog_actor dialog_of(std::string_view room) {
    const auto id = *protocol::room_id::parse(room);
    actors::dialog_actor found;
    shared_.shard_of(id).actors().for_each([&](actors::describable& who) {
      if (auto* d = dynamic_cast<actors::dialog_state*>(&who))
        if (d->room == id)
          found = actors::dialog_actor{d->self};
    });
    return found;
  }

  actors::hub& shared() { return shared_; }
  caf::actor_system& system() { return *system_; }
  actors::shard& shard(std::size_t i) { return *shards_[i]; }
  manual_loop& loop(std::size_t i) { return *loops_[i]; }

  static constexpr std::size_t shard_count = 2;

private:
  /// A subscriber ends only with its socket.
  struct disconnect_at_end {
    actors::subscriber_actor actor;
    explicit disconnect_at_end(actors::subscriber_actor a)
        : actor(std::move(a)) {}
    disconnect_at_end(disconnect_at_end&&) = default;
    disconnect_at_end& operator=(disconnect_at_end&&) = default;
    ~disconnect_at_end() {
      if (actor)
        caf::anon_send(actor, actors::messages::disconnected{});
    }
  };

  caf::actor_system_config caf_config_;
  std::vector<std::unique_ptr<manual_loop>> loops_;
  std::vector<std::unique_ptr<actors::shard>> shards_;
  std::unique_ptr<caf::actor_system> system_;
  actors::hub shared_;
  std::vector<disconnect_at_end> clients_;
  std::uint64_t next_connection_ = 1;
};

/// A message:new event as the backend publishes it.
inline std::string message_new(int id, std::string_view text = "hi") {
  return R"({"type": "message:new", "message": {"id": )" + std::to_string(id)
         + R"(, "sender": "user", "text": ")" + std::string{text}
         + R"("}, "dialog_id": 10, "source": "backend"})";
}

/// The bare text that A, W and S get for it.
inline std::string bare_message(int id, std::string_view text = "hi") {
  return R"({"id":)" + std::to_string(id) + R"(,"sender":"user","text":")"
         + std::string{text} + R"("})";
}

} // namespace wsgw::tests
