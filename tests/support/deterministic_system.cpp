#include "tests/support/deterministic_system.hpp"

#include "actors/router.hpp"

#include <caf/actor_registry.hpp>
#include <caf/send.hpp>

namespace wsgw::tests {

deterministic_system::deterministic_system(actors::settings config)
    : shared_(std::move(config)) {
  caf_config_.set("scheduler.max-threads", 1);
  system_ = std::make_unique<caf::actor_system>(caf_config_);
  for (std::size_t i = 0; i < shard_count; ++i) {
    loops_.push_back(std::make_unique<manual_loop>());
    shards_.push_back(std::make_unique<actors::shard>(*system_, *loops_[i], i));
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

deterministic_system::~deterministic_system() {
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

void deterministic_system::settle() {
  for (auto busy = true; busy;) {
    busy = false;
    for (auto& loop : loops_)
      busy = loop->run() > 0 || busy;
  }
}

void deterministic_system::advance(
  transport::event_loop::clock::duration delay) {
  for (auto& loop : loops_)
    loop->advance(delay);
  settle();
}

deterministic_system::client
deterministic_system::connect(std::string_view room, protocol::role as,
                              std::shared_ptr<actors::passport> who) {
  auto c = connect_unsettled(room, as, std::move(who));
  settle();
  return c;
}

deterministic_system::client
deterministic_system::connect_v1(std::string_view room, protocol::role as,
                                 std::string cursor, protocol::dialect speaks) {
  auto who = passport_for(room, as);
  who->speaks = speaks;
  who->cursor = std::move(cursor);
  return connect(room, as, std::move(who));
}

deterministic_system::client deterministic_system::connect_unsettled(
  std::string_view room, protocol::role as,
  std::shared_ptr<actors::passport> who,
  std::shared_ptr<fake_connection> socket) {
  if (!who)
    who = passport_for(room, as);
  client c;
  c.socket = socket ? std::move(socket) : std::make_shared<fake_connection>();
  c.socket->is_stream = who->speaks == protocol::dialect::sse;
  c.actor = actors::open_subscriber(shared_, std::move(who), c.socket);
  clients_.push_back(disconnect_at_end{c.actor});
  return c;
}

std::shared_ptr<actors::passport>
deterministic_system::passport_for(std::string_view room, protocol::role as) {
  return std::make_shared<actors::passport>(actors::passport{
    protocol::endpoint::admin_dialog, as, *protocol::room_id::parse(room),
    protocol::connection_id{next_connection_++}, "", "127.0.0.1", std::nullopt,
    nullptr, protocol::dialect::legacy, ""});
}

void deterministic_system::disconnect(const client& c) {
  caf::anon_send(c.actor, actors::messages::disconnected{1000, "bye", true});
  settle();
}

void deterministic_system::say(const client& c, std::string text) {
  caf::anon_send(c.actor, actors::messages::text_received{std::move(text)});
  settle();
}

void deterministic_system::publish_unsettled(std::string_view room,
                                             std::vector<std::string> events) {
  actors::messages::ingest batch;
  for (auto& json : events)
    batch.events.push_back({*protocol::room_id::parse(room),
                            std::move(json),
                            {},
                            actors::credit{shared_.inflight_events}});
  caf::anon_send(shared_.broadcaster, std::move(batch));
}

void deterministic_system::publish(std::string_view room,
                                   std::vector<std::string> events) {
  publish_unsettled(room, std::move(events));
  settle();
}

std::vector<actors::actor_info>
deterministic_system::actors_of_kind(std::string_view kind) {
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

std::string deterministic_system::room_on(std::size_t shard) {
  for (auto n = 1;; ++n) {
    const auto room = "dialog:" + std::to_string(n);
    if (shared_.shard_of(*protocol::room_id::parse(room)).index() == shard)
      return room;
  }
}

actors::dialog_actor deterministic_system::dialog_of(std::string_view room) {
  const auto id = *protocol::room_id::parse(room);
  actors::dialog_actor found;
  shared_.shard_of(id).actors().for_each([&](actors::describable& who) {
    if (auto* d = dynamic_cast<actors::dialog_state*>(&who))
      if (d->room == id)
        found = actors::dialog_actor{d->self};
  });
  return found;
}

deterministic_system::disconnect_at_end::~disconnect_at_end() {
  if (actor)
    caf::anon_send(actor, actors::messages::disconnected{});
}

std::string message_new(int id, std::string_view text) {
  return R"({"type": "message:new", "message": {"id": )" + std::to_string(id)
         + R"(, "sender": "user", "text": ")" + std::string{text}
         + R"("}, "dialog_id": 10, "source": "backend"})";
}

std::string bare_message(int id, std::string_view text) {
  return R"({"id":)" + std::to_string(id) + R"(,"sender":"user","text":")"
         + std::string{text} + R"("})";
}

} // namespace wsgw::tests
