#include "actors/audit_judge.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace wsgw::actors {

namespace {

constexpr std::array<std::string_view, mismatch_count> words{
  "lost_member", "ghost_member", "orphan_dialog", "counter",
  "seat",        "stale_mark",   "log_behind",    "log_differs",
  "node_ahead",  "node_event",   "presence"};

std::string text(std::uint64_t number) { return std::to_string(number); }

} // namespace

std::string_view to_string(mismatch kind) {
  return words[static_cast<std::size_t>(kind)];
}

audit_patience patience_for(std::chrono::milliseconds interval) {
  const auto runs = [&](std::chrono::milliseconds time) {
    const auto whole = (time + interval - std::chrono::milliseconds{1});
    return std::max<std::size_t>(
      2, 1 + static_cast<std::size_t>(whole / interval));
  };
  return {runs(std::chrono::seconds{4}), runs(std::chrono::seconds{10})};
}

std::vector<audit_finding> audit_judge::judge(const audit_evidence& now) {
  const auto are_joins_late = is_broadcaster_busy(now);
  for (const auto& facts : now.shards) {
    check_members(facts, are_joins_late);
    check_seats(facts);
    check_counters(facts);
    check_marks(facts);
    for (const auto& room : facts.rooms) {
      check_log(room, facts.shard, now);
      check_nodes(room, facts.shard, now);
    }
  }
  positions_ = std::exchange(next_positions_, {});
  if (now.is_complete && !are_joins_late)
    check_listed(now);
  return conclude();
}

void audit_judge::forget() {
  before_.clear();
  positions_.clear();
}

bool audit_judge::is_broadcaster_busy(const audit_evidence& now) const {
  return std::any_of(now.shards.begin(), now.shards.end(), [](const auto& f) {
    return f.has_broadcaster && f.broadcaster_mailbox > max_mailbox;
  });
}

void audit_judge::suspect(audit_finding what, std::string sameness) {
  if (now_.size() >= max_suspicions)
    return;
  key where{what.kind, what.room, what.subject};
  now_.insert_or_assign(std::move(where),
                        suspicion{std::move(what), std::move(sameness)});
}

std::vector<audit_finding> audit_judge::conclude() {
  std::vector<audit_finding> found;
  for (auto& [where, each] : now_) {
    const auto old = before_.find(where);
    if (old == before_.end() || old->second.sameness != each.sameness)
      continue;
    each.runs = old->second.runs + 1;
    const auto needed = where.kind == mismatch::presence
                          ? patience_.presence_runs
                          : patience_.runs;
    each.what.is_new = each.runs == needed;
    if (each.runs >= needed)
      found.push_back(each.what);
  }
  before_ = std::exchange(now_, {});
  return found;
}

std::set<std::string> audit_judge::suspects() const {
  std::set<std::string> rooms;
  for (const auto& [where, each] : before_)
    if (!where.room.empty())
      rooms.insert(where.room);
  return rooms;
}

// -- one shard ----------------------------------------------------------------

void audit_judge::check_members(const shard_facts& facts, bool are_joins_late) {
  std::set<std::uint64_t> living;
  for (const auto& each : facts.sockets)
    living.insert(each.id);
  std::set<std::uint64_t> known;
  std::set<std::string> busy;
  for (const auto& room : facts.rooms) {
    if (room.mailbox > max_mailbox)
      busy.insert(room.room.text());
    for (const auto& each : room.members) {
      known.insert(each.id);
      if (!living.contains(each.id))
        suspect({mismatch::ghost_member,
                 room.room.text(),
                 each.id,
                 facts.shard,
                 "actor " + text(each.id) + " lives no more",
                 {},
                 0,
                 true},
                {});
    }
  }
  if (are_joins_late)
    return;
  for (const auto& each : facts.sockets)
    if (!each.is_closing && !known.contains(each.id)
        && !busy.contains(each.room.text()))
      suspect({mismatch::lost_member,
               each.room.text(),
               each.id,
               facts.shard,
               "actor " + text(each.id) + " is no member",
               {},
               0,
               true},
              {});
}

void audit_judge::check_seats(const shard_facts& facts) {
  std::map<std::pair<std::string, protocol::role>, std::size_t> sitting;
  for (const auto& each : facts.sockets)
    sitting[{each.room.text(), each.as}] += each.has_seat ? 1 : 0;
  for (const auto& each : facts.sockets) {
    // More may be taken: by handshakes that are not done.
    const auto least = sitting[{each.room.text(), each.as}];
    if (each.has_seat && each.taken < least)
      suspect({mismatch::seat,
               each.room.text(),
               static_cast<std::uint64_t>(each.as),
               facts.shard,
               text(each.taken) + " seats, " + text(least) + " subscribers",
               {},
               0,
               true},
              text(each.taken));
  }
}

void audit_judge::check_counters(const shard_facts& facts) {
  for (std::size_t i = 0; i < facts.living.size(); ++i) {
    // Counted in the same breath as the actor begins and ends.
    const auto off = static_cast<std::int64_t>(facts.counted[i])
                     - static_cast<std::int64_t>(facts.living[i]);
    if (off != 0)
      suspect({mismatch::counter,
               {},
               facts.shard * protocol::role_count + i,
               facts.shard,
               text(facts.counted[i]) + " counted, " + text(facts.living[i])
                 + " living",
               {},
               off,
               true},
              std::to_string(off));
  }
}

void audit_judge::check_marks(const shard_facts& facts) {
  for (const auto& room : facts.rooms)
    for (const auto& each : room.members) {
      if (each.now != standing::live)
        continue;
      next_positions_[each.id] = {each.mark, each.expected};
      const auto was = positions_.find(each.id);
      if (was == positions_.end() || was->second.mark != each.mark
          || each.mark >= each.expected)
        continue;
      // It was live at both ends, an event for it passed, it did not get it.
      const auto is_old =
        before_.contains({mismatch::stale_mark, room.room.text(), each.id});
      if (was->second.expected < each.expected || is_old)
        suspect({mismatch::stale_mark, room.room.text(), each.id, facts.shard,
                 "has " + text(each.mark) + " of " + text(each.expected),
                 protocol::cursor{room.head.epoch, each.mark}, 0, true},
                text(each.mark));
    }
}

} // namespace wsgw::actors
