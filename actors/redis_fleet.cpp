#include "actors/redis_fleet.hpp"

#include "actors/log.hpp"
#include "protocol/rendezvous.hpp"

#include <future>
#include <utility>

namespace wsgw::actors {

namespace {

using transport::redis_state;
using state = source_status::state;

/// One server as its two parts are: the worse of them counts.
state worse(state events, redis_state log) {
  if (events == state::down || log == redis_state::down)
    return state::down;
  if (events == state::connecting || log == redis_state::connecting)
    return state::connecting;
  return state::ready;
}

} // namespace

redis_fleet::redis_fleet(hub& shared,
                         std::vector<transport::redis_endpoint> servers,
                         const std::vector<place>& places)
    : shared_(shared) {
  members_.reserve(servers.size());
  for (const auto& each : servers)
    add(each, places[members_.size() % places.size()]);
  shown_.source = source_status::kind::redis;
  shown_.since = std::chrono::system_clock::now();
  shared_.set_source(shown_);
}

void redis_fleet::add(const transport::redis_endpoint& server,
                      const place& where) {
  const auto index = members_.size();
  labels_.push_back(server.label());
  auto& fresh = members_.emplace_back();
  fresh.label = server.label();
  fresh.masked = server.masked();
  fresh.loop = where.loop;
  fresh.source = std::make_unique<redis_source>(
    shared_, *where.home, *where.loop, server, index,
    [this, index](const auto& status) { on_events(index, status); });
  fresh.log_state.state =
    has_log() ? redis_state::connecting : redis_state::ready;
  if (has_log())
    fresh.log = std::make_unique<redis_log>(
      *where.loop, server, shared_.config(), shared_.log_counts,
      [this, index](const auto& status) { on_log(index, status); });
}

bool redis_fleet::has_log() const {
  return shared_.config().log != log_mode::off;
}

void redis_fleet::install() {
  if (members_.size() > 1)
    shared_.server_of = [this](const protocol::room_id& room) {
      return server_of(room);
    };
  shared_.publish = [this](const protocol::room_id& room, std::string json,
                           hub::published done) {
    auto& where = of(room);
    where.loop->post(
      [&where, room, json = std::move(json), done = std::move(done)]() mutable {
        where.source->publish(room, std::move(json), std::move(done));
      });
  };
  if (has_log())
    shared_.log = this;
  shared_.append = [this](const protocol::room_id& room, std::string json,
                          std::string key, hub::append_done done) {
    if (has_log())
      return publish(room, std::move(json), std::move(key), std::move(done));
    auto& where = of(room);
    where.loop->post([&where, room, json = std::move(json),
                      key = std::move(key), done = std::move(done)]() mutable {
      where.source->publish_once(room, std::move(json), key, std::move(done));
    });
  };
}

void redis_fleet::start() {
  for (auto& each : members_)
    each.loop->post([&each] {
      each.source->start();
      if (each.log)
        each.log->start();
    });
}

void redis_fleet::stop() {
  for (auto& each : members_) {
    std::promise<void> stopped;
    each.loop->post([&each, &stopped] {
      each.source->stop();
      if (each.log)
        each.log->stop();
      stopped.set_value();
    });
    stopped.get_future().wait();
  }
}

// -- rooms --------------------------------------------------------------------

std::size_t redis_fleet::server_of(const protocol::room_id& room) const {
  return labels_.size() == 1 ? 0
                             : protocol::choose_server(room.text(), labels_);
}

redis_fleet::member& redis_fleet::of(const protocol::room_id& room) {
  return members_[server_of(room)];
}

void redis_fleet::open(
  const protocol::room_id& room,
  std::function<void(store_result<protocol::cursor>)> done) {
  of(room).log->open(room, std::move(done));
}

void redis_fleet::read(
  const protocol::room_id& room, std::uint64_t after, std::size_t count,
  std::function<void(store_result<protocol::log_page>)> done) {
  of(room).log->read(room, after, count, std::move(done));
}

void redis_fleet::renew(
  const protocol::room_id& room, std::string epoch,
  std::function<void(store_result<protocol::cursor>)> done) {
  of(room).log->renew(room, std::move(epoch), std::move(done));
}

void redis_fleet::publish(const protocol::room_id& room, std::string json,
                          std::string idempotency_key,
                          std::function<void(store_result<appended>)> done) {
  of(room).log->publish(room, std::move(json), std::move(idempotency_key),
                        std::move(done));
}

// -- states -------------------------------------------------------------------

void redis_fleet::on_events(std::size_t index, const source_status& status) {
  std::lock_guard lock{mutex_};
  members_[index].events = status;
  report();
}

void redis_fleet::on_log(std::size_t index,
                         const transport::redis_status& status) {
  std::lock_guard lock{mutex_};
  auto& one = members_[index];
  if (status.state == redis_state::ready) {
    log::info("redis", "log ready", {{"server", one.masked}});
    caf::anon_send(
      shared_.broadcaster,
      messages::link_state{index, messages::link_state::news::commands_ready});
  } else if (status.state == redis_state::down) {
    log::repeated_warning("redis log " + one.masked + status.reason, "redis",
                          "log unavailable",
                          {{"server", one.masked}, {"reason", status.reason}});
  }
  one.log_state = status;
  report();
}

void redis_fleet::report() {
  auto next = shown_;
  next.now = state::ready;
  next.reconnects = 0;
  for (const auto& each : members_) {
    next.reconnects += each.events.reconnects;
    const auto now = worse(each.events.now, each.log_state.state);
    if (now == state::ready || next.now == state::down)
      continue;
    next.now = now;
    if (now != state::down)
      continue;
    const auto& why = each.events.now == state::down ? each.events.reason
                                                     : each.log_state.reason;
    next.reason = members_.size() == 1 ? why : each.label + ": " + why;
  }
  if (next.now != shown_.now)
    next.since = std::chrono::system_clock::now();
  shown_ = next;
  shared_.set_source(shown_);
}

} // namespace wsgw::actors
