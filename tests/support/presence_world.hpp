#pragma once

#include "actors/presence_ledger.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace wsgw::tests::presence {

using namespace std::chrono_literals;
using actors::presence_ledger;
using protocol::role_counts;
using protocol::room_id;

using texts = std::vector<std::string>;

/// What the scripts do in Redis, with a clock that the test moves.
struct fake_redis {
  using clock = presence_ledger::clock;

  texts run(const texts& words) {
    if (words[0] == "ZREM") {
      leases.erase(words[2]);
      return {};
    }
    return words[2] == "1" ? lease(words) : write(words);
  }

  texts lease(const texts& words) {
    auto& end = leases[words[4]];
    texts live{end >= now && end != clock::time_point{} ? "kept" : "lapsed"};
    end = now + std::chrono::milliseconds{std::stoll(words[5])};
    for (const auto& [node, until] : leases)
      if (until >= now)
        live.push_back(node);
    return live;
  }

  texts write(const texts& words) {
    auto& room = rooms[words[3]];
    if (words[6] == "0,0,0")
      room.erase(words[5]);
    else
      room[words[5]] = words[6];
    published.emplace_back(words[7], words[5] + ' ' + words[6]);
    texts found;
    if (words[9] != "read")
      return found;
    std::erase_if(room, [this](const auto& field) {
      return !leases.contains(field.first) || leases[field.first] < now;
    });
    for (const auto& [node, counts] : room)
      found.insert(found.end(), {node, counts});
    return found;
  }

  clock::time_point now{1h};
  std::map<std::string, clock::time_point> leases;
  std::map<std::string, std::map<std::string, std::string>> rooms;
  std::vector<std::pair<std::string, std::string>> published;
};

inline const auto room = *room_id::parse("dialog:10");
inline const auto other_room = *room_id::parse("dialog:11");

/// Some nodes at one Redis. Each remembers what its ledger told of `room`.
struct world {
  struct node {
    explicit node(const std::string& id) : ledger(id) {}
    presence_ledger ledger;
    role_counts seen{};
    role_counts gone{};
    std::size_t news = 0;
    std::size_t falls = 0;
    bool is_dead = false;
    bool is_cut_off = false;
  };

  explicit world(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      nodes.push_back(
        std::make_unique<node>(std::string(15, '0') + std::to_string(i)));
      connect(i);
    }
  }

  presence_ledger& operator[](std::size_t i) { return nodes[i]->ledger; }

  void connect(std::size_t i) {
    nodes[i]->is_cut_off = false;
    nodes[i]->ledger.subscribed();
    nodes[i]->ledger.link_ready();
    renew(*nodes[i]);
    settle();
  }
  void cut_off(std::size_t i) {
    nodes[i]->is_cut_off = true;
    nodes[i]->ledger.link_down();
  }

  void renew(node& one) { ask(one, one.ledger.lease()); }
  void ask(node& one, const presence_ledger::order& order) {
    one.ledger.answered(order, redis.run(order.words), redis.now);
  }

  /// Carries out all orders and announcements.
  void settle() {
    for (auto& one : nodes)
      while (!one->is_dead && !one->is_cut_off) {
        const auto order = one->ledger.next();
        if (!order)
          break;
        ask(*one, *order);
      }
    for (const auto& [channel, text] : std::exchange(redis.published, {}))
      for (auto& one : nodes)
        if (!one->is_cut_off)
          one->ledger.heard(channel, text);
    for (auto& one : nodes)
      look(*one);
  }

  static void look(node& one) {
    for (const auto& news : one.ledger.take_changes()) {
      if (!(news.room == room))
        continue;
      one.falls += news.elsewhere[1] < one.seen[1] ? 1 : 0;
      one.seen = news.elsewhere;
      one.gone = news.gone;
      ++one.news;
    }
  }

  /// Everybody renews each second.
  void pass(std::chrono::seconds time) {
    for (auto left = time; left > 0s; left -= 1s) {
      redis.now += 1s;
      for (auto& one : nodes)
        if (!one->is_dead && !one->is_cut_off)
          renew(*one);
      settle();
    }
  }

  void set(std::size_t i, const role_counts& counts) {
    (*this)[i].announce(room, counts);
    settle();
  }
  const role_counts& seen(std::size_t i) const { return nodes[i]->seen; }

  fake_redis redis;
  std::vector<std::unique_ptr<node>> nodes;
};

} // namespace wsgw::tests::presence
