#include "actors/duel_board.hpp"

#include <charconv>

namespace wsgw::actors {

void duel_counts::answered(std::size_t what, std::chrono::nanoseconds took) {
  answers.at(what).fetch_add(1, std::memory_order_relaxed);
  std::lock_guard lock{mutex_};
  durations.add(took);
}

std::int64_t duel_board::id_of(const protocol::room_id& room) {
  std::int64_t id = 0;
  const auto name = room.name();
  if (room.kind() == protocol::room_kind::duel)
    std::from_chars(name.data(), name.data() + name.size(), id);
  return id;
}

void duel_board::attended(std::int64_t duel_id,
                          const protocol::role_counts& players) {
  const auto is_empty = players == protocol::role_counts{};
  std::lock_guard lock{mutex_};
  if (is_empty) {
    rows_.erase(duel_id);
    return;
  }
  auto& row = rows_[duel_id];
  row.duel_id = duel_id;
  row.players = players;
}

void duel_board::told(std::int64_t duel_id, const protocol::duel_update& update,
                      time_point now) {
  std::lock_guard lock{mutex_};
  const auto found = rows_.find(duel_id);
  if (found == rows_.end())
    return;
  auto& row = found->second;
  ++row.updates;
  row.status = update.status;
  row.fingerprint = update.fingerprint;
  row.updated_at = now;
}

void duel_board::seen(const protocol::duel_state& state) {
  std::lock_guard lock{mutex_};
  const auto found = rows_.find(state.duel_id);
  if (found == rows_.end() || !found->second.fingerprint.empty())
    return;
  found->second.status = state.status;
  found->second.fingerprint = protocol::fingerprint_of(state.payload);
}

std::optional<duel_board::row> duel_board::find(std::int64_t duel_id) const {
  std::lock_guard lock{mutex_};
  const auto found = rows_.find(duel_id);
  if (found == rows_.end())
    return std::nullopt;
  return found->second;
}

std::vector<duel_board::row> duel_board::rows(std::int64_t after,
                                              std::size_t most) const {
  std::lock_guard lock{mutex_};
  std::vector<row> result;
  for (auto next = rows_.upper_bound(after);
       next != rows_.end() && result.size() < most; ++next)
    result.push_back(next->second);
  return result;
}

std::size_t duel_board::size() const {
  std::lock_guard lock{mutex_};
  return rows_.size();
}

protocol::role_counts duel_board::players() const {
  std::lock_guard lock{mutex_};
  protocol::role_counts sum{};
  for (const auto& [id, row] : rows_)
    for (std::size_t i = 0; i < sum.size(); ++i)
      sum[i] += row.players[i];
  return sum;
}

} // namespace wsgw::actors
