#include "actors/revocation.hpp"

#include "actors/gather.hpp"
#include "actors/log.hpp"
#include "actors/node_bus.hpp"

#include <memory>
#include <mutex>
#include <numeric>
#include <utility>

namespace wsgw::actors {

namespace {

constexpr auto topic = "revoke";
/// Another node may need its whole time for its own shards.
constexpr auto patience = gather_deadline + std::chrono::milliseconds{500};

bool matches(const actor_info& who, const protocol::revocation& wanted) {
  using by = protocol::revocation::by;
  switch (wanted.what) {
  case by::user:
    return who.user_id == wanted.name;
  case by::room:
    return who.room == wanted.name;
  case by::connection:
    return who.conn == wanted.name;
  }
  return false;
}

/// Closes what matches on one shard. Runs on its thread.
std::size_t revoke_on(shard& where, const protocol::revocation& wanted) {
  const auto status = protocol::status_of(protocol::close_reason::revoked);
  std::size_t closed = 0;
  where.actors().for_each([&](describable& who) {
    actor_info info;
    who.describe(info);
    if (info.kind != "subscriber" || !matches(info, wanted))
      return;
    who.request_close(status);
    ++closed;
  });
  return closed;
}

/// Adds what the other nodes said to what was done here.
protocol::revoked with_others(protocol::revoked all,
                              const node_answers& others) {
  all.silent = others.silent;
  all.error = others.error;
  for (const auto& each : others.answers) {
    if (const auto closed = protocol::parse_revoked(each.json))
      all.nodes.push_back({each.node, *closed});
    else
      all.silent.push_back(each.node);
  }
  return all;
}

} // namespace

void revoke_here(hub& shared, const protocol::revocation& wanted,
                 std::function<void(std::optional<std::size_t>)> done) {
  gathering<std::size_t>::start(
    shared.shards, [wanted](shard& where) { return revoke_on(where, wanted); },
    [done = std::move(done)](const std::vector<std::size_t>& parts,
                             bool complete) {
      const auto closed =
        std::accumulate(parts.begin(), parts.end(), std::size_t{0});
      log::info("main", "connections revoked", {{"closed", closed}});
      done(complete ? std::optional{closed} : std::nullopt);
    });
}

void revoke_everywhere(
  hub& shared, const protocol::revocation& wanted,
  std::function<void(std::optional<protocol::revoked>)> done) {
  // The others are at work while this node is.
  struct gathered {
    std::optional<node_answers> others;
    std::optional<std::size_t> here;
    bool is_here_known = false;
    bool was_told = false;
    std::mutex mutex;
  };
  auto all = std::make_shared<gathered>();
  const auto tell = [all, done = std::move(done), &shared] {
    std::unique_lock lock{all->mutex};
    if (!all->is_here_known || !all->others
        || std::exchange(all->was_told, true))
      return;
    lock.unlock();
    if (!all->here)
      return done(std::nullopt);
    protocol::revoked here{{{shared.node_id, *all->here}}, {}, {}};
    done(with_others(std::move(here), *all->others));
  };
  const auto set_others = [all, tell](node_answers others) {
    std::unique_lock lock{all->mutex};
    all->others = std::move(others);
    lock.unlock();
    tell();
  };
  if (shared.nodes != nullptr)
    shared.nodes->ask(topic, protocol::encode(wanted), patience, set_others);
  else
    set_others({});
  revoke_here(shared, wanted, [all, tell](std::optional<std::size_t> closed) {
    std::unique_lock lock{all->mutex};
    all->here = closed;
    all->is_here_known = true;
    lock.unlock();
    tell();
  });
}

void answer_revocations(hub& shared) {
  if (shared.nodes == nullptr)
    return;
  shared.nodes->respond(
    topic, [&shared](const std::string& json, node_bus::reply reply) {
      const auto wanted = protocol::parse_revocation(json);
      if (!wanted)
        return;
      revoke_here(shared, *wanted,
                  [reply = std::move(reply)](std::optional<std::size_t> n) {
                    if (n)
                      reply(protocol::encode_revoked(*n));
                  });
    });
}

} // namespace wsgw::actors
