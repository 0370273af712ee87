#pragma once

#include "actors/directory.hpp"
#include "actors/hub.hpp"
#include "actors/shard.hpp"
#include "tests/support/manual_loop.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace wsgw::tests {

/// An entry of a shard's directory without an actor behind it.
class listed_actor final : public actors::describable {
public:
  listed_actor(actors::shard& where, actors::actor_info info)
      : info_(std::move(info)), entry_(where.actors(), *this) {}

  void describe(actors::actor_info& out) const override {
    const auto shard = out.shard;
    out = info_;
    out.shard = shard;
  }

  void request_close(const protocol::close_status& status) override {
    closed = status;
  }

  bool request_drain(std::chrono::milliseconds wait) override {
    if (slot || info_.kind != "subscriber")
      return false;
    slot = wait;
    return true;
  }

  actors::actor_info& info() { return info_; }

  std::optional<protocol::close_status> closed;
  std::optional<std::chrono::milliseconds> slot;

private:
  actors::actor_info info_;
  actors::directory::entry entry_;
};

/// A hub with two shards on manual loops, ready and without Redis; what is
/// published is kept.
struct fake_hub {
  explicit fake_hub(actors::settings config = {}) : shared(std::move(config)) {
    for (auto& one : shards)
      shared.shards.push_back(&one);
    shared.connection_limit = 1000;
    set_source(actors::source_status::kind::embedded,
               actors::source_status::state::ready);
    shared.publish = [this](const protocol::room_id& room, std::string json,
                            actors::hub::published done) {
      published.emplace_back(room.text(), std::move(json));
      done(publish_error);
    };
  }

  void set_source(actors::source_status::kind kind,
                  actors::source_status::state state, std::string reason = {}) {
    actors::source_status status;
    status.source = kind;
    status.now = state;
    status.reason = std::move(reason);
    shared.set_source(status);
  }

  /// Puts a dialog with members (admin, widget, site) on a shard.
  void add_dialog(std::size_t shard, const std::string& id,
                  std::array<std::size_t, 3> members) {
    actors::actor_info info;
    info.kind = "dialog";
    info.id = 100 + actors.size();
    info.room = "dialog:" + id;
    info.members = {members[0], members[1], members[2], 0};
    info.head = "k3x:42";
    for (std::size_t role = 0; role < members.size(); ++role)
      shards[shard].counters().connections[role].add(members[role]);
    actors.push_back(std::make_unique<listed_actor>(shards[shard], info));
  }

  /// The description may be changed.
  actors::actor_info* add_subscriber(std::size_t shard, const std::string& room,
                                     protocol::role as) {
    actors::actor_info info;
    info.kind = "subscriber";
    info.id = 100 + actors.size();
    info.room = room;
    info.as = as;
    info.conn = "7f3a";
    info.address = "192.0.2.7";
    info.connected_at = std::chrono::system_clock::time_point{
      std::chrono::seconds{1'757'163'900}};
    info.last_seen = std::chrono::milliseconds{12};
    info.outbox_bytes = 7;
    actors.push_back(std::make_unique<listed_actor>(shards[shard], info));
    return &actors.back()->info();
  }

  /// Lets both loops work until nothing is left to do.
  void run() {
    while (loops[0].run() + loops[1].run() != 0) {
    }
  }

  caf::actor_system_config caf_config;
  caf::actor_system system{caf_config};
  std::array<manual_loop, 2> loops;
  std::array<actors::shard, 2> shards{actors::shard{system, loops[0], 0},
                                      actors::shard{system, loops[1], 1}};
  actors::hub shared;
  std::vector<std::unique_ptr<listed_actor>> actors;
  std::vector<std::pair<std::string, std::string>> published;
  std::string publish_error;
};

} // namespace wsgw::tests
