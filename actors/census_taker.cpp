#include "actors/census_taker.hpp"

#include "actors/gather.hpp"

#include <mutex>
#include <utility>
#include <vector>

namespace wsgw::actors {

namespace {

constexpr std::chrono::seconds good_for{1};

/// One shard's share. Runs on its thread.
protocol::census count_shard(shard& where) {
  protocol::census part;
  for (const auto role : protocol::all_roles) {
    const auto i = static_cast<std::size_t>(role);
    part.connections[i] = where.counters().connections[i].get();
  }
  where.actors().for_each([&](const describable& who) {
    actor_info info;
    who.describe(info);
    if (info.kind != "dialog")
      return;
    const auto of = [&](protocol::role r) {
      return info.members[static_cast<std::size_t>(r)];
    };
    ++part.dialogs;
    part.admin_dialogs += of(protocol::role::admin) != 0 ? 1 : 0;
    part.site_dialogs +=
      of(protocol::role::site) + of(protocol::role::widget) != 0 ? 1 : 0;
  });
  return part;
}

protocol::census sum_of(const std::vector<protocol::census>& parts,
                        bool complete) {
  protocol::census sum;
  for (const auto& part : parts) {
    for (std::size_t i = 0; i < protocol::role_count; ++i)
      sum.connections[i] += part.connections[i];
    sum.dialogs += part.dialogs;
    sum.admin_dialogs += part.admin_dialogs;
    sum.site_dialogs += part.site_dialogs;
  }
  sum.truncated = !complete;
  return sum;
}

} // namespace

struct census_taker::state {
  std::mutex mutex;
  std::optional<protocol::census> last;
  clock::time_point taken;
  std::vector<answer> waiting; ///< not empty: a census is under way
};

census_taker::census_taker(hub& shared)
    : shared_(shared), state_(std::make_shared<state>()) {}

void census_taker::take(clock::time_point now, answer done) {
  std::unique_lock lock{state_->mutex};
  if (state_->last && now - state_->taken < good_for) {
    const auto recent = *state_->last;
    lock.unlock();
    done(recent);
    return;
  }
  state_->waiting.push_back(std::move(done));
  if (state_->waiting.size() > 1)
    return;
  lock.unlock();
  gathering<protocol::census>::start(
    shared_.shards, count_shard,
    [s = state_, now](const std::vector<protocol::census>& parts,
                      bool complete) {
      const auto result = sum_of(parts, complete);
      std::unique_lock guard{s->mutex};
      s->last = result;
      s->taken = now;
      const auto waiting = std::exchange(s->waiting, {});
      guard.unlock();
      for (const auto& tell : waiting)
        tell(result);
    });
}

} // namespace wsgw::actors
