#include "actors/audit_judge.hpp"
#include "protocol/presence_text.hpp"

#include <utility>

namespace wsgw::actors {

namespace {

using protocol::role_counts;

std::string text(std::uint64_t number) { return std::to_string(number); }

/// What others can be told of: presence knows only dialogs, three roles.
bool is_same(const role_counts& a, const role_counts& b) {
  return protocol::encode_presence(a) == protocol::encode_presence(b);
}

} // namespace

// -- between shards, the log and other nodes ----------------------------------

void audit_judge::check_listed(const audit_evidence& now) {
  std::map<std::string, std::uint64_t> listed;
  for (const auto& facts : now.shards) {
    for (const auto& each : facts.listed)
      listed.emplace(each.room.text(), each.dialog);
  }
  for (const auto& facts : now.shards)
    for (const auto& room : facts.rooms) {
      const auto found = listed.find(room.room.text());
      if (found == listed.end() || found->second != room.dialog)
        suspect({mismatch::orphan_dialog,
                 room.room.text(),
                 room.dialog,
                 facts.shard,
                 "the broadcaster does not know it",
                 {},
                 0,
                 true},
                {});
    }
}

void audit_judge::check_log(const room_facts& room, std::size_t shard,
                            const audit_evidence& now) {
  const auto found = now.log.find(room.room.text());
  if (!room.is_open || found == now.log.end() || found->second == room.head)
    return;
  const auto& log = found->second;
  const auto is_behind =
    log.epoch == room.head.epoch && log.seq > room.head.seq;
  const auto ours = protocol::to_string(room.head);
  const auto theirs = protocol::to_string(log);
  // Behind: ours has not moved for an interval. The log was asked later, so
  // that it has less is true at once; then both have to stand still.
  suspect({is_behind ? mismatch::log_behind : mismatch::log_differs,
           room.room.text(), room.dialog, shard,
           "here " + ours + ", in Redis " + theirs, log, 0, true},
          is_behind ? ours : ours + ' ' + theirs);
}

void audit_judge::check_nodes(const room_facts& room, std::size_t shard,
                              const audit_evidence& now) {
  if (!now.nodes || room.room.kind() != protocol::room_kind::dialog
      || !now.asked_nodes.contains(room.room.text()))
    return;
  role_counts sum{};
  for (const auto& node : *now.nodes)
    for (const auto& other : node) {
      if (!(other.room == room.room))
        continue;
      for (std::size_t i = 0; i < sum.size(); ++i)
        sum[i] += other.members[i];
      check_other(room, shard, other);
    }
  // A room without members here is not told who is there.
  if (is_same(sum, room.elsewhere) || is_same(room.mine, {}))
    return;
  auto facts = "here " + protocol::encode_presence(room.elsewhere)
               + " elsewhere, there " + protocol::encode_presence(sum);
  suspect({mismatch::presence,
           room.room.text(),
           room.dialog,
           shard,
           facts,
           {},
           0,
           true},
          facts);
}

void audit_judge::check_other(const room_facts& room, std::size_t shard,
                              const protocol::audited_room& other) {
  if (!room.is_open || other.head.epoch != room.head.epoch)
    return;
  if (other.head.seq > room.head.seq)
    suspect({mismatch::node_ahead, room.room.text(), room.dialog, shard,
             "here " + text(room.head.seq) + ", on another node "
               + text(other.head.seq),
             other.head, 0, true},
            text(room.head.seq));
  for (const auto& mine : room.latest)
    for (const auto& theirs : other.latest)
      if (mine.seq == theirs.seq && mine.digest != theirs.digest)
        suspect({mismatch::node_event,
                 room.room.text(),
                 mine.seq,
                 shard,
                 "event " + text(mine.seq) + " is another one elsewhere",
                 {},
                 0,
                 true},
                {});
}

} // namespace wsgw::actors
