#include "actors/inspection.hpp"

#include "actors/inspection_facts.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace wsgw::actors::inspection {

namespace {

using protocol::room_facts;
using protocol::socket_facts;

/// Names with numbers in their natural order: `dialog:9` before `dialog:10`.
int natural(std::string_view a, std::string_view b) {
  if (a.size() != b.size())
    return a.size() < b.size() ? -1 : 1;
  return a.compare(b);
}

template <class T>
int falling(const T& a, const T& b) {
  return a == b ? 0 : a > b ? -1 : 1;
}

/// What rooms and sockets have in common; 0: by name.
template <class Row>
int compare_load(search::order by, const Row& a, const Row& b) {
  using order = search::order;
  switch (by) {
  case order::outbox:
    return falling(a.outbox_bytes, b.outbox_bytes);
  case order::behind:
    return falling(a.behind, b.behind);
  case order::mailbox:
    return falling(a.mailbox, b.mailbox);
  case order::slow:
    return falling(std::pair{a.is_slow, a.behind},
                   std::pair{b.is_slow, b.behind});
  default:
    return 0;
  }
}

int compare(search::order by, const room_facts& a, const room_facts& b) {
  using order = search::order;
  switch (by) {
  case order::sockets:
    return falling(a.sockets, b.sockets);
  default:
    return compare_load(by, a, b);
  }
}

int compare(search::order by, const socket_facts& a, const socket_facts& b) {
  using order = search::order;
  switch (by) {
  case order::user:
    return natural(a.user_id, b.user_id);
  case order::address:
    return a.address.compare(b.address);
  case order::age:
    return -falling(a.connected_at, b.connected_at);
  default:
    return compare_load(by, a, b);
  }
}

std::string_view name_of(const room_facts&) { return {}; }
std::string_view name_of(const socket_facts& row) { return row.conn; }

/// The best rows by far, in a bounded space.
template <class Row>
class best_rows {
public:
  explicit best_rows(const search& wanted) : wanted_(wanted) {}

  void add(Row row) {
    ++list_.total;
    if (worst_ && !is_before(row, *worst_))
      return;
    list_.rows.push_back(std::move(row));
    if (list_.rows.size() >= 2 * wanted_.limit + 64)
      cut();
  }

  protocol::part_of<Row> take() {
    cut();
    list_.truncated = list_.rows.size() < list_.total;
    return std::move(list_);
  }

private:
  bool is_exact(std::string_view room) const {
    return room == wanted_.text
           || room.substr(room.find(':') + 1) == wanted_.text;
  }

  bool is_before(const Row& a, const Row& b) const {
    // Who searches for 1 wants dialog:1 in front of dialog:10.
    const auto exact = falling(is_exact(a.room), is_exact(b.room));
    if (exact != 0)
      return exact < 0;
    auto by = compare(wanted_.sorted, a, b);
    if (by == 0)
      by = natural(a.room, b.room);
    if (by == 0)
      by = natural(name_of(a), name_of(b));
    return wanted_.is_reversed ? by > 0 : by < 0;
  }

  void cut() {
    const auto most = std::min(wanted_.limit, list_.rows.size());
    const auto end = list_.rows.begin() + static_cast<std::ptrdiff_t>(most);
    std::partial_sort(
      list_.rows.begin(), end, list_.rows.end(),
      [this](const Row& a, const Row& b) { return is_before(a, b); });
    list_.rows.erase(end, list_.rows.end());
    if (most == wanted_.limit && most != 0)
      worst_ = list_.rows.back();
  }

  const search& wanted_;
  protocol::part_of<Row> list_;
  std::optional<Row> worst_; ///< of those that are kept, once there are enough
};

template <class Row>
protocol::part_of<Row> merge(std::vector<protocol::part_of<Row>> parts,
                             const search& wanted, bool complete) {
  best_rows<Row> best{wanted};
  std::size_t total = 0;
  for (auto& part : parts) {
    total += part.total;
    for (auto& row : part.rows)
      best.add(std::move(row));
  }
  auto list = best.take();
  list.total = total;
  list.truncated = !complete || list.rows.size() < total;
  return list;
}

void copy_counters(const shard_counters& from, protocol::shard_facts& to) {
  to.dialogs = from.dialogs.get();
  to.events_in = from.events_in.get();
  to.events_duplicate = from.events_duplicate.get();
  to.events_refused = from.events_refused.get();
  to.frames_queued = from.frames_queued.get();
  to.frames_dropped = from.frames_dropped.get();
  to.slow_closed = from.slow_closed.get();
  to.messages_received = from.messages_received.get();
  to.turns = from.turns.get();
  to.exceptions = from.exceptions.get();
}

} // namespace

protocol::slow_marks slow_marks_of(const hub& shared) {
  protocol::slow_marks marks;
  marks.outbox_bytes =
    std::max<std::size_t>(1, shared.config().outbox_bytes / 4);
  return marks;
}

protocol::shard_facts shard_facts_of(shard& where,
                                     const protocol::slow_marks& marks) {
  protocol::shard_facts facts;
  facts.shard = where.index();
  facts.history_bytes = where.histories().bytes();
  copy_counters(where.counters(), facts);
  for_each_actor(where, [&](const describable& who, actor_info&& info) {
    if (info.kind == "dialog")
      facts.dialog_mail.add(info.mailbox);
    if (info.kind == "broadcaster")
      facts.broadcaster_mail = info.mailbox;
    if (info.kind != "subscriber")
      return;
    const auto socket = socket_facts_of(who, std::move(info), marks);
    ++facts.sockets;
    facts.slow_sockets += socket.is_slow ? 1 : 0;
    facts.socket_mail.add(socket.mailbox);
    facts.outbox_bytes += socket.outbox_bytes;
    facts.outbox_most = std::max(facts.outbox_most, socket.outbox_bytes);
  });
  return facts;
}

room_list rooms_of(shard& where, const search& wanted,
                   const protocol::slow_marks& marks) {
  struct found {
    room_facts facts;
    bool is_match = false;
    std::vector<socket_facts> lagging;
  };
  std::unordered_map<std::string, found> rooms;
  for_each_actor(where, [&](const describable& who, actor_info&& info) {
    const auto is_socket = info.kind == "subscriber";
    if (!is_socket && info.kind != "dialog")
      return;
    auto& room = rooms[info.room];
    if (!is_socket) {
      room.facts.room = info.room;
      room.is_match = room.is_match || wanted.matches_room(info.room);
      fill_dialog(room.facts, std::move(info), marks);
      return;
    }
    room.is_match = room.is_match || wanted.matches(info);
    auto socket = socket_facts_of(who, std::move(info), marks);
    count_socket(room.facts, socket);
    if (socket.is_lagging)
      room.lagging.push_back(std::move(socket));
  });
  best_rows<room_facts> best{wanted};
  for (auto& [name, room] : rooms) {
    if (!room.is_match || room.facts.room.empty())
      continue;
    // The first socket of a room is older than its dialog, which knows the
    // head.
    for (const auto& socket : room.lagging)
      room.facts.behind =
        std::max(room.facts.behind, behind_of(socket, seq_of(room.facts.head)));
    best.add(std::move(room.facts));
  }
  return best.take();
}

socket_list sockets_of(shard& where, const search& wanted,
                       const protocol::slow_marks& marks) {
  best_rows<socket_facts> best{wanted};
  std::unordered_map<std::string, std::uint64_t> heads;
  std::vector<socket_facts> lagging;
  for_each_actor(where, [&](const describable& who, actor_info&& info) {
    if (info.kind == "dialog")
      heads.insert_or_assign(std::move(info.room), seq_of(info.head));
    if (info.kind != "subscriber" || !wanted.matches(info))
      return;
    auto socket = socket_facts_of(who, std::move(info), marks);
    if (socket.is_lagging)
      lagging.push_back(std::move(socket));
    else
      best.add(std::move(socket));
  });
  for (auto& socket : lagging) {
    if (const auto head = heads.find(socket.room); head != heads.end())
      socket.behind = behind_of(socket, head->second);
    best.add(std::move(socket));
  }
  return best.take();
}

room_list merged(std::vector<room_list> parts, const search& wanted,
                 bool complete) {
  return merge(std::move(parts), wanted, complete);
}

socket_list merged(std::vector<socket_list> parts, const search& wanted,
                   bool complete) {
  return merge(std::move(parts), wanted, complete);
}

} // namespace wsgw::actors::inspection
