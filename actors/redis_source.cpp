#include "actors/redis_source.hpp"

#include "actors/log.hpp"
#include "actors/redis_log_reply.hpp"
#include "protocol/numbered_event.hpp"

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
                           const transport::redis_endpoint& server,
                           std::size_t index, status_hook on_status)
    : shared_(shared), home_(home), server_(server.masked()), index_(index),
      on_status_(std::move(on_status)),
      subscriber_(loop, server, patterns(),
                  {[this](auto messages) { on_messages(std::move(messages)); },
                   [this](const auto& status) { on_state(status); },
                   [this] {
                     return shared_.inflight_events.load(
                              std::memory_order_relaxed)
                            < shared_.config().max_inflight_events;
                   }}),
      // Its state needs no watch: what it cannot do, it says to who asked.
      commands_(loop, server, [](const auto&) {}) {
  status_.source = source_status::kind::redis;
  status_.since = std::chrono::system_clock::now();
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
  send({"PUBLISH", room.channel(), std::move(json)},
       [done = std::move(done)](const transport::redis_reply& reply) {
         const auto* error = reply.error();
         done(error == nullptr ? std::string{} : error->text);
       });
}

void redis_source::publish_once(const protocol::room_id& room, std::string json,
                                const std::string& idempotency_key,
                                hub::append_done done) {
  if (idempotency_key.empty())
    return publish(room, std::move(json),
                   [done = std::move(done)](std::string error) {
                     if (error.empty())
                       return done(appended{});
                     done(store_error_of({std::move(error)}));
                   });
  // One script: a link lost between two commands would lose the event and
  // remember its key.
  send({"EVAL",
        "if redis.call('SET', KEYS[1], '1', 'NX', 'PX', 300000) then "
        "redis.call('PUBLISH', ARGV[1], ARGV[2]) return 0 end return 1",
        "1", "ws:idem:{" + room.text() + "}:" + idempotency_key, room.channel(),
        std::move(json)},
       [done = std::move(done)](const transport::redis_reply& reply) {
         if (const auto* error = reply.error())
           return done(store_error_of(*error));
         const auto* seen = std::get_if<std::int64_t>(&reply.value);
         done(appended{{}, seen != nullptr && *seen != 0});
       });
}

void redis_source::send(const std::vector<std::string>& words,
                        transport::redis_client::callback done) {
  commands_.command(words,
                    timed(shared_.log_counts.commands, words, std::move(done)));
}

void redis_source::accept(transport::redis_message& message,
                          messages::ingest& batch) {
  auto room = protocol::room_id::from_channel(message.channel);
  if (!room)
    return refuse(message, protocol::errc::event_bad_room);
  if (message.payload.size() > shared_.config().max_event_bytes) {
    refuse(message, protocol::errc::event_too_large);
    const auto number = protocol::number_of(message.payload);
    if (!number || shared_.log == nullptr)
      return;
    // Its number still counts: without it the log would have a hole. What is
    // left is no event, and what reading the log gives for it.
    message.payload = "{\"_epoch\":\"" + number->epoch
                      + "\",\"_seq\":" + std::to_string(number->seq) + ',';
  }
  home_.counters().events_heard.add();
  batch.events.push_back({std::move(*room),
                          std::move(message.payload),
                          {},
                          credit{shared_.inflight_events}});
}

void redis_source::refuse(const transport::redis_message& message,
                          protocol::errc why) {
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

void redis_source::tell(messages::link_state::news what) {
  caf::anon_send(shared_.broadcaster, messages::link_state{index_, what});
}

void redis_source::on_state(const transport::redis_status& status) {
  using news = messages::link_state::news;
  const auto next = state_of(status.state);
  const auto was_ready = status_.now == source_status::state::ready;
  if (next == source_status::state::ready && !was_ready) {
    log::info("redis", "subscribed", {{"server", server_}});
    tell(news::restored);
  }
  if (next != source_status::state::ready && was_ready)
    tell(news::lost);
  if (next == source_status::state::down) {
    ++status_.reconnects;
    status_.reason = status.reason;
    log::repeated_warning("redis " + server_ + status.reason, "redis",
                          "link down",
                          {{"server", server_}, {"reason", status.reason}});
  }
  status_.now = next;
  status_.since = std::chrono::system_clock::now();
  on_status_(status_);
}

} // namespace wsgw::actors
