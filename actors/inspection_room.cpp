#include "actors/inspection_facts.hpp"
#include "actors/journal.hpp"
#include "actors/room_detail.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace wsgw::actors::inspection {

namespace {

using protocol::room_moment;
using protocol::room_view;

room_moment moment_of(const event_note& note) {
  room_moment moment;
  moment.at = note.at;
  moment.what = "event";
  moment.fate = to_string(note.fate);
  moment.seq = note.seq;
  moment.audience = note.audience;
  moment.trace_id = note.trace_id;
  return moment;
}

room_moment opening_of(const connection_trace& who) {
  room_moment moment;
  moment.at = who.joined_at;
  moment.what = "opened";
  moment.conn = protocol::to_string(who.conn);
  moment.as = who.as;
  moment.speaks = who.speaks;
  moment.user_id = who.user_id;
  return moment;
}

room_moment end_of(const connection_trace& who) {
  auto moment = opening_of(who);
  moment.at = who.closed_at.value_or(who.joined_at);
  moment.what = "closed";
  moment.code = who.close_code;
  moment.sent_seq = who.queued_seq;
  moment.acked_seq = who.acked_seq;
  return moment;
}

/// What the journal knows of a room, besides the openings of those present.
std::vector<room_moment> remembered(shard& where, const protocol::room_id& room,
                                    std::chrono::system_clock::time_point now) {
  std::vector<room_moment> moments;
  for (const auto& note : where.past().events_of(room))
    moments.push_back(moment_of(note));
  for (const auto& who : where.past().ended_of(room, now)) {
    moments.push_back(opening_of(who));
    moments.push_back(end_of(who));
  }
  return moments;
}

void set_timeline(room_view& view, std::vector<room_moment> moments) {
  std::stable_sort(moments.begin(), moments.end(),
                   [](const auto& a, const auto& b) { return a.at < b.at; });
  view.timeline.total = moments.size();
  if (moments.size() > most_moments) {
    view.timeline.truncated = true;
    moments.erase(moments.begin(),
                  moments.end() - static_cast<std::ptrdiff_t>(most_moments));
  }
  view.timeline.rows = std::move(moments);
}

void fill_detail(room_view& view, const describable& who) {
  room_detail detail;
  if (!who.detail(detail))
    return;
  view.order = std::move(detail.order);
  view.history_from = detail.history_from;
  view.history_to = detail.history_to;
  view.history_bytes = detail.history_bytes;
  view.tail = std::move(detail.tail);
}

} // namespace

room_view view_of(shard& where, const protocol::room_id& room,
                  const protocol::slow_marks& marks,
                  std::chrono::system_clock::time_point now) {
  room_view view;
  view.room.room = room.text();
  view.room.shard = where.index();
  view.kind = protocol::row_of(room.kind()).name;
  auto moments = remembered(where, room, now);
  for_each_actor(where, [&](const describable& who, actor_info&& info) {
    if (info.room != room.text())
      return;
    if (info.kind == "dialog") {
      view.is_open = true;
      fill_dialog(view.room, std::move(info), marks);
      fill_detail(view, who);
    } else if (info.kind == "subscriber") {
      if (connection_trace trace = trace_in(room); who.trace(trace))
        moments.push_back(opening_of(trace));
      ++view.members.total;
      auto socket = socket_facts_of(who, std::move(info), marks);
      count_socket(view.room, socket);
      if (view.members.rows.size() < most_rows)
        view.members.rows.push_back(std::move(socket));
    }
  });
  // The first socket of a room is older than its dialog, which knows the head.
  for (auto& socket : view.members.rows)
    if (socket.is_lagging) {
      socket.behind = behind_of(socket, seq_of(view.room.head));
      view.room.behind = std::max(view.room.behind, socket.behind);
    }
  view.members.truncated = view.members.rows.size() < view.members.total;
  view.forgotten_before = where.past().forgotten_before();
  set_timeline(view, std::move(moments));
  return view;
}

} // namespace wsgw::actors::inspection
