#include "actors/drain.hpp"

#include <algorithm>
#include <random>
#include <vector>

namespace wsgw::actors {

namespace {

using std::chrono::milliseconds;

/// Actors without sockets have nothing to wait for: this, or half of
/// WS_SHUTDOWN_TIMEOUT if that is less.
constexpr milliseconds actors_end_within{2'000};
constexpr milliseconds least_time_for_actors{100};

constexpr milliseconds spread_per_client{2};
constexpr milliseconds longest_own_spread{25'000};

/// A client that does not answer its close frame is cut after 5 s.
constexpr milliseconds last_close{6'000};

/// Where `part` of `whole` lies in the spread.
milliseconds at(milliseconds spread, std::size_t part, std::size_t whole) {
  return spread * static_cast<std::int64_t>(part)
         / static_cast<std::int64_t>(whole);
}

/// Gives each client of one shard its slot. Runs on its thread.
void drain_shard(shard& where, milliseconds spread, std::size_t shards) {
  std::size_t clients = 0;
  for (const auto& of_role : where.counters().connections)
    clients += of_role.get();
  std::vector<milliseconds> slots;
  // The shards take turns: slots of one lie between those of the others.
  for (std::size_t i = 0; i < clients; ++i)
    slots.push_back(at(spread, i * shards + where.index(), clients * shards));
  std::shuffle(slots.begin(), slots.end(),
               std::mt19937{std::random_device{}()});
  std::size_t next = 0;
  where.actors().for_each([&](describable& who) {
    if (who.request_drain(next < slots.size() ? slots[next] : spread))
      ++next;
  });
}

std::size_t connections_of(const hub& shared) {
  return shared.connections + shared.inbox_connections;
}

} // namespace

milliseconds time_for_actors(const settings& config) {
  return std::clamp(config.shutdown_timeout / 2, least_time_for_actors,
                    actors_end_within);
}

milliseconds time_for_sockets(const settings& config) {
  return config.shutdown_timeout - time_for_actors(config);
}

milliseconds drain_spread(const settings& config, std::size_t clients) {
  const auto there_is = time_for_sockets(config);
  const auto most = there_is - std::min(last_close, there_is / 2);
  const milliseconds scaled = std::min(
    longest_own_spread, spread_per_client * static_cast<std::int64_t>(clients));
  const auto wanted =
    config.drain_spread == milliseconds{0} ? scaled : config.drain_spread;
  return std::clamp(wanted, milliseconds{0}, std::max(most, milliseconds{0}));
}

drain_news drain_room(const hub& shared, shard& where,
                      const protocol::room_id& room,
                      std::optional<milliseconds> spread) {
  std::vector<describable*> clients;
  where.actors().for_each([&](describable& who) {
    actor_info info;
    who.describe(info);
    if (info.kind == "subscriber" && info.room == room.text())
      clients.push_back(&who);
  });
  std::shuffle(clients.begin(), clients.end(),
               std::mt19937{std::random_device{}()});
  drain_news news;
  news.spread = spread.value_or(drain_spread(shared.config(), clients.size()));
  for (std::size_t i = 0; i < clients.size(); ++i)
    if (clients[i]->request_drain(at(news.spread, i, clients.size())))
      ++news.connections;
  return news;
}

drain_news begin_drain(hub& shared) {
  const auto connections = connections_of(shared);
  // Nothing works any more without the actor that has died.
  const auto spread = shared.failed
                        ? milliseconds{0}
                        : drain_spread(shared.config(), connections);
  std::int64_t none = -1;
  if (!shared.drain_spread_ms.compare_exchange_strong(none, spread.count()))
    return {connections, milliseconds{none}};
  shared.draining = true;
  // Whoever opens on a shard after this has been posted sees `draining`.
  for (auto* home : shared.shards)
    home->loop().post([home, spread, shards = shared.shards.size()] {
      drain_shard(*home, spread, shards);
    });
  if (shared.on_drain)
    shared.on_drain();
  return {connections, spread};
}

} // namespace wsgw::actors
