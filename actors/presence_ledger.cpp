#include "actors/presence_ledger.hpp"

#include "actors/presence_commands.hpp"
#include "actors/room_manners.hpp"
#include "protocol/presence_text.hpp"

#include <algorithm>
#include <utility>

namespace wsgw::actors {

namespace {

using protocol::role_counts;

bool is_none(const role_counts& counts) { return counts == role_counts{}; }

} // namespace

void presence_ledger::enqueue(const protocol::room_id& room, record& what) {
  // Without a link nothing waits: once it is there, all is said again.
  if (!is_ready_ || what.is_urgent)
    return;
  what.is_urgent = true;
  urgent_.push_back(room);
}

void presence_ledger::refresh_all() {
  if (!is_ready_)
    return;
  for (auto& [room, each] : rooms_) {
    each.wants_read = true;
    if (!std::exchange(each.is_idle, true))
      idle_.push_back(room);
  }
}

void presence_ledger::announce(const protocol::room_id& room,
                               const role_counts& mine) {
  if (!manners_of(room.kind()).has_presence)
    return;
  auto where = rooms_.find(room);
  if (where == rooms_.end()) {
    if (is_none(mine))
      return;
    where = rooms_.try_emplace(room).first;
    ++closing_; // until its members are set
  }
  auto& what = where->second;
  if (what.mine == mine)
    return;
  closing_ += is_none(mine) ? 1 : 0;
  closing_ -= is_none(what.mine) ? 1 : 0;
  if (is_none(what.mine)) {
    // Nothing was told while it had no members.
    what.wants_read = true;
    what.is_told = false;
  }
  what.mine = mine;
  if (is_none(mine)
      && (closing_ > max_closing || (!what.was_sent && !what.is_urgent)))
    return forget(where);
  enqueue(room, what);
}

void presence_ledger::forget(room_map::iterator where) {
  closing_ -= is_none(where->second.mine) ? 1 : 0;
  rooms_.erase(where);
}

void presence_ledger::heard(std::string_view channel,
                            std::string_view payload) {
  const auto news = protocol::parse_presence_news(channel, payload);
  if (!news || news->node == node_)
    return;
  const auto where = rooms_.find(news->room);
  if (where == rooms_.end())
    return;
  auto& what = where->second;
  auto known = what.others.find(news->node);
  if (known == what.others.end()) {
    if (what.others.size() >= max_nodes)
      return;
    known = what.others.try_emplace(std::string{news->node}).first;
  }
  known->second = {news->counts, stamp_};
  nodes_.insert_or_assign(std::string{news->node}, stamp_);
  // A read on its way must not bring back who has just left.
  if (is_none(news->counts) && what.reads == 0)
    what.others.erase(known);
  tell(where->first, what);
}

void presence_ledger::link_ready() {
  is_ready_ = true;
  refresh_all();
}

void presence_ledger::link_down() {
  is_ready_ = false;
  urgent_.clear();
  idle_.clear();
  for (auto& [room, each] : rooms_)
    each.is_urgent = each.is_idle = false;
}

void presence_ledger::subscribed() { refresh_all(); }

void presence_ledger::close() {
  for (auto& [room, each] : rooms_) {
    each.wants_read = false;
    closing_ += is_none(each.mine) ? 0 : 1;
    each.mine = {};
    enqueue(room, each);
  }
}

presence_ledger::order presence_ledger::lease() {
  return {lease_command(node_, lease_ttl), std::nullopt, ++stamp_, true};
}

presence_ledger::order presence_ledger::release() const {
  return {release_command(node_), std::nullopt, stamp_, false};
}

std::optional<presence_ledger::order> presence_ledger::next() {
  while (has_orders()) {
    const auto is_change = !urgent_.empty();
    auto& from = is_change ? urgent_ : idle_;
    auto room = std::move(from.front());
    from.pop_front();
    const auto where = rooms_.find(room);
    if (where == rooms_.end())
      continue;
    auto& what = where->second;
    if (!std::exchange(is_change ? what.is_urgent : what.is_idle, false))
      continue;
    if (is_none(what.mine) && !what.was_sent) {
      forget(where);
      continue;
    }
    const auto reads = std::exchange(what.wants_read, false);
    what.reads += reads ? 1 : 0;
    what.was_sent = true;
    auto words = room_command(room, node_, what.mine, key_ttl, reads);
    return order{std::move(words), std::move(room), ++stamp_, reads};
  }
  return std::nullopt;
}

bool presence_ledger::is_calm(clock::time_point now) const {
  return !is_settling_ && leased_ && now - *leased_ <= longest_gap;
}

void presence_ledger::answered(
  const order& what, const std::optional<std::vector<std::string>>& reply,
  clock::time_point now) {
  if (!what.room) {
    if (reply && what.is_read)
      lease_answered(what, *reply, now);
    return;
  }
  const auto where = rooms_.find(*what.room);
  if (where == rooms_.end())
    return;
  auto& room = where->second;
  room.reads -= what.is_read && room.reads != 0 ? 1 : 0;
  if (!reply) {
    // Refused, or the link is down: again later.
    has_failed_ = true;
    return;
  }
  if (is_none(room.mine)) {
    if (!room.is_urgent && !room.is_idle)
      forget(where);
    return;
  }
  if (what.is_read)
    room_answered(what, *reply, now);
}

void presence_ledger::room_answered(const order& what,
                                    const std::vector<std::string>& reply,
                                    clock::time_point now) {
  const auto where = rooms_.find(*what.room);
  merge(where->second, what, reply, is_calm(now));
  tell(where->first, where->second);
}

void presence_ledger::merge(record& into, const order& what,
                            const std::vector<std::string>& fields,
                            bool is_complete) {
  std::map<std::string, role_counts, std::less<>> found;
  for (std::size_t i = 0; i + 1 < fields.size(); i += 2)
    if (const auto counts = protocol::parse_presence(fields[i + 1]);
        counts && fields[i] != node_ && found.size() < max_nodes)
      found.emplace(fields[i], *counts);
  // What was heard since the question was asked is newer than the answer.
  for (auto it = into.others.begin(); it != into.others.end();) {
    const auto is_older = it->second.stamp < what.stamp;
    const auto is_left = is_complete && is_older && !found.contains(it->first);
    const auto is_empty = is_none(it->second.counts) && into.reads == 0;
    if (!is_older)
      found.erase(it->first);
    it = is_left || is_empty ? into.others.erase(it) : std::next(it);
  }
  for (auto& [node, counts] : found) {
    into.others.insert_or_assign(node, other{counts, what.stamp});
    nodes_.try_emplace(node, what.stamp);
  }
}

void presence_ledger::lease_answered(const order& what,
                                     const std::vector<std::string>& reply,
                                     clock::time_point now) {
  const auto has_lapsed = !reply.empty() && reply.front() != "kept";
  if (leased_ && (has_lapsed || now - *leased_ > longest_gap)) {
    is_settling_ = true;
    judge_from_ = now + settle_time;
  }
  const auto has_settled = is_settling_ && now >= judge_from_;
  const auto is_stale = now - refreshed_ >= refresh_interval;
  if (leased_ && (has_lapsed || has_settled || has_failed_ || is_stale))
    refresh_all();
  if (!leased_ || is_stale)
    refreshed_ = now;
  leased_ = now;
  has_failed_ = false;
  if (now < judge_from_)
    return;
  is_settling_ = false;
  judge(reply, what.stamp);
}

void presence_ledger::judge(const std::vector<std::string>& live,
                            std::uint64_t stamp) {
  std::vector<std::string> dead;
  for (const auto& [node, heard] : nodes_)
    if (heard < stamp
        && std::find(live.begin(), live.end(), node) == live.end())
      dead.push_back(node);
  for (const auto& node : dead)
    drop_node(node);
}

void presence_ledger::drop_node(const std::string& node) {
  nodes_.erase(node);
  for (auto& [room, each] : rooms_) {
    const auto found = each.others.find(node);
    if (found == each.others.end())
      continue;
    const auto gone = found->second.counts;
    each.others.erase(found);
    tell(room, each, gone);
    // A read also takes its field out.
    each.wants_read = true;
    if (is_ready_ && !std::exchange(each.is_idle, true))
      idle_.push_back(room);
  }
}

void presence_ledger::tell(const protocol::room_id& room, record& what,
                           const role_counts& gone) {
  role_counts sum{};
  for (const auto& [node, each] : what.others)
    for (std::size_t i = 0; i < sum.size(); ++i)
      sum[i] += each.counts[i];
  if ((sum == what.told && what.is_told) || is_none(what.mine))
    return;
  what.told = sum;
  what.is_told = true;
  changes_.push_back({room, sum, gone});
}

std::vector<presence_ledger::change> presence_ledger::take_changes() {
  return std::exchange(changes_, {});
}

} // namespace wsgw::actors
