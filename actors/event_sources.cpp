#include "actors/event_sources.hpp"

#include "transport/redis_url.hpp"

#include <utility>
#include <variant>

namespace wsgw::actors {

namespace {

/// Without Redis what is published goes straight to this gateway's rooms.
void embed(hub& shared) {
  shared.set_source({source_status::kind::embedded,
                     source_status::state::ready,
                     {},
                     0,
                     std::chrono::system_clock::now()});
  shared.publish = [&shared](const protocol::room_id& room, std::string json,
                             hub::published done) {
    messages::ingest batch;
    batch.events.push_back(
      {room, std::move(json), {}, credit{shared.inflight_events}});
    caf::anon_send(shared.broadcaster, std::move(batch));
    done({});
  };
  shared.append = [&shared](const protocol::room_id& room, std::string json,
                            std::string key, hub::append_done done) {
    if (shared.inflight_events.load(std::memory_order_relaxed)
        >= shared.config().max_inflight_events)
      return done(store_error{false, "too many events are in flight"});
    caf::anon_send(shared.broadcaster,
                   messages::append{room, std::move(json), std::move(key),
                                    std::move(done),
                                    credit{shared.inflight_events}});
  };
}

} // namespace

event_sources::event_sources(hub& shared,
                             const std::vector<redis_fleet::place>& places)
    : shared_(shared) {
  if (shared.config().redis_url.empty()) {
    embed(shared);
    return;
  }
  // The configuration has refused a malformed list already.
  const auto servers = std::get<std::vector<transport::redis_endpoint>>(
    transport::parse_redis_urls(shared.config().redis_url));
  redis_ = std::make_unique<redis_fleet>(shared, servers, places);
  redis_->install();
  presence_ = std::make_unique<redis_presence>(shared, servers, places);
  shared.presence = presence_.get();
  nodes_ = std::make_unique<redis_node_bus>(shared, *places.front().loop,
                                            servers.front());
  shared.nodes = nodes_.get();
}

event_sources::~event_sources() {
  shared_.nodes = nullptr;
  shared_.presence = nullptr;
}

void event_sources::start() {
  if (!redis_)
    return;
  redis_->start();
  presence_->start();
  nodes_->start();
}

void event_sources::stop() {
  if (!redis_)
    return;
  nodes_->stop();
  presence_->stop();
  redis_->stop();
}

} // namespace wsgw::actors
