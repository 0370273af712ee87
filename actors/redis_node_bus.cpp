#include "actors/redis_node_bus.hpp"

#include "actors/redis_node_link.hpp"

#include <algorithm>
#include <future>
#include <utility>

namespace wsgw::actors {

redis_node_bus::redis_node_bus(hub& shared, transport::shard_loop& loop,
                               const transport::redis_endpoint& server)
    : loop_(loop), link_(std::make_shared<redis_node_link>(
                     shared.node_id, counts, loop, server)) {}

redis_node_bus::~redis_node_bus() = default;

void redis_node_bus::start() {
  loop_.post([where = link_] { where->start(); });
}

void redis_node_bus::stop() {
  std::promise<void> stopped;
  loop_.post([where = link_, &stopped] {
    where->stop();
    stopped.set_value();
  });
  stopped.get_future().wait();
}

void redis_node_bus::ask(std::string_view topic, std::string json,
                         std::chrono::milliseconds patience, done then) {
  patience = std::clamp(patience, least_patience, most_patience);
  // Weak: what the loop never gets to do must not keep the links.
  loop_.post([where = std::weak_ptr{link_}, topic = std::string{topic},
              json = std::move(json), patience,
              then = std::move(then)]() mutable {
    if (const auto self = where.lock())
      self->ask(topic, json, patience, std::move(then));
  });
}

void redis_node_bus::respond(std::string topic, responder who) {
  link_->respond(std::move(topic), std::move(who));
}

} // namespace wsgw::actors
