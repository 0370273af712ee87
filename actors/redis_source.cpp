#include "actors/redis_source.hpp"

#include "actors/log.hpp"

#include <utility>

namespace wsgw::actors {

namespace {

std::vector<std::string> patterns() {
  std::vector<std::string> result;
  for (const auto& kind : protocol::room_kinds())
    result.push_back(std::string{kind.channel_prefix} + '*');
  return result;
}

source_status::state state_of(transport::redis_state state) {
  switch (state) {
  case transport::redis_state::connecting:
    return source_status::state::connecting;
  case transport::redis_state::ready:
    return source_status::state::ready;
  case transport::redis_state::down:
    break;
  }
  return source_status::state::down;
}

} // namespace

redis_source::redis_source(hub& shared, shard& home,
                           transport::shard_loop& loop,
                           const transport::redis_endpoint& server)
    : shared_(shared), home_(home), server_(server.masked()),
      subscriber_(loop, server, patterns(),
                  {[this](auto messages) { on_messages(std::move(messages)); },
                   [this](const auto& status) { on_state(status); },
                   [this] {
                     return shared_.inflight_events.load(
                              std::memory_order_relaxed)
                            < shared_.config.max_inflight_events;
                   }}),
      // Its state needs no watch: what it cannot do, it says to who asked.
      commands_(loop, server, [](const auto&) {}) {
  status_.source = source_status::kind::redis;
  status_.since = std::chrono::system_clock::now();
  shared_.set_source(status_);
}

void redis_source::start() {
  subscriber_.start();
  commands_.start();
}

void redis_source::stop() {
  subscriber_.stop();
  commands_.stop();
}

void redis_source::publish(const protocol::room_id& room, std::string json,
                           hub::published done) {
  commands_.command({"PUBLISH", room.channel(), std::move(json)},
                    [done = std::move(done)](transport::redis_reply reply) {
                      const auto* error = reply.error();
                      done(error == nullptr ? std::string{} : error->text);
                    });
}

void redis_source::accept(transport::redis_message& message,
                          messages::ingest& batch) {
  auto room = protocol::room_id::from_channel(message.channel);
  const auto too_large =
    message.payload.size() > shared_.config.max_event_bytes;
  if (room && !too_large) {
    batch.events.push_back({std::move(*room),
                            std::move(message.payload),
                            {},
                            credit{shared_.inflight_events}});
    return;
  }
  const auto why =
    room ? protocol::errc::event_too_large : protocol::errc::event_bad_room;
  home_.counters().events_refused.add();
  shared_.bad_events.add(protocol::word_of(why));
  log::repeated_warning(protocol::word_of(why), "redis", "event refused",
                        {{"channel", message.channel},
                         {"error", protocol::word_of(why)},
                         {"bytes", message.payload.size()}});
}

void redis_source::on_messages(std::vector<transport::redis_message> messages) {
  messages::ingest batch;
  batch.events.reserve(messages.size());
  for (auto& message : messages)
    accept(message, batch);
  if (batch.events.empty())
    return;
  caf::anon_send(shared_.broadcaster, std::move(batch));
}

void redis_source::on_state(const transport::redis_status& status) {
  const auto next = state_of(status.state);
  if (next == source_status::state::ready
      && status_.now != source_status::state::ready)
    log::info("redis", "subscribed", {{"server", server_}});
  if (next == source_status::state::down) {
    ++status_.reconnects;
    status_.reason = status.reason;
    log::repeated_warning("redis " + status.reason, "redis", "link down",
                          {{"server", server_}, {"reason", status.reason}});
  }
  status_.now = next;
  status_.since = std::chrono::system_clock::now();
  shared_.set_source(status_);
}

} // namespace wsgw::actors
