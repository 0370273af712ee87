#include "actors/dialog.hpp"

#include "actors/log.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace wsgw::actors {

namespace {

/// Message ids remembered even where WS_HISTORY_SIZE keeps no history.
constexpr std::size_t least_remembered = 100;

/// Microseconds since the Unix epoch in base 36: unique per dialog and node
/// for all practical purposes, and it sorts.
std::string make_epoch() {
  constexpr std::string_view digits = "0123456789abcdefghijklmnopqrstuvwxyz";
  auto rest = static_cast<std::uint64_t>(
    std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::system_clock::now().time_since_epoch())
      .count());
  std::string text;
  for (; rest != 0; rest /= 36)
    text += digits[rest % 36];
  std::reverse(text.begin(), text.end());
  return text;
}

} // namespace

dialog_state::dialog_state(dialog_actor::pointer self_ptr) : self(self_ptr) {}

dialog_state::~dialog_state() {
  if (home == nullptr)
    return;
  home->counters().dialogs.sub();
  // Members are left only when it failed: they come back and get a fresh one.
  const auto status =
    protocol::status_of(protocol::close_reason::internal_error);
  for (const auto& list : members)
    for (const auto& member : list)
      caf::anon_send(member.who, messages::close_connection{status});
}

void dialog_state::start(hub& hub_ref, shard& home_ref,
                         const protocol::room_id& which) {
  shared = &hub_ref;
  home = &home_ref;
  room = which;
  recent.emplace(std::max(shared->config.history_size, least_remembered));
  epoch = make_epoch();
  listed.emplace(home->actors(), *this);
  home->counters().dialogs.add();
  linger();
}

void dialog_state::join(const messages::join& request) {
  ++seen;
  auto& list = members[static_cast<std::size_t>(request.as)];
  if (!positions.emplace(request.who.id(), position{request.as, list.size()})
         .second)
    return;
  list.push_back({request.who, request.socket});
  lingering.reset();
  self->monitor(request.who);
  self->send(request.who, messages::joined{dialog_actor{self}});
}

void dialog_state::take(messages::event& incoming) {
  ++seen;
  auto& counters = home->counters();
  counters.events_in.add();
  const protocol::parse_options options{
    shared->config.compat, room->kind() == protocol::room_kind::user};
  auto parsed = protocol::parse_event(incoming.json, options);
  if (!parsed) {
    counters.events_refused.add();
    const auto word = protocol::word_of(parsed.error());
    shared->bad_events.add(word);
    log::repeated_warning(word, "dialog", "event skipped",
                          {{"room", room->text()}, {"error", word}});
    return;
  }
  if (is_duplicate(*parsed, incoming.origin)) {
    counters.events_duplicate.add();
    return;
  }
  number(*parsed);
  forward_to_inbox(*parsed, std::move(incoming.json));
}

bool dialog_state::is_duplicate(const protocol::event& e,
                                const std::string& origin) {
  if (e.message_id.empty())
    return false;
  return !recent->insert(origin.empty() ? e.message_id
                                        : origin + '/' + e.message_id);
}

void dialog_state::number(const protocol::event& e) {
  if (e.kind == protocol::durability::durable)
    ++seq;
  if (positions.empty())
    return;
  const auto is_inbox = room->kind() == protocol::room_kind::user;
  const auto shape = is_inbox ? protocol::role::user : protocol::role::admin;
  // All roles of one kind of room share the shape, hence the frame. An inbox
  // hears everything that is addressed to it.
  const auto audience =
    is_inbox ? protocol::row_of(room->kind()).roles : e.audience;
  const auto frame = protocol::text_frame(protocol::legacy_payload(e, shape));
  const auto mark = e.kind == protocol::durability::durable ? seq : 0;
  std::size_t receivers = 0;
  for (const auto as : protocol::all_roles) {
    auto& list = members[static_cast<std::size_t>(as)];
    if (!audience.contains(as))
      continue;
    receivers += list.size();
    for (auto& each : list)
      send_to(each, frame, mark);
  }
  log::broadcasting(*room, receivers);
}

void dialog_state::send_to(member& to, const protocol::frame& frame,
                           std::uint64_t mark) {
  const auto result =
    to.is_cut ? transport::send_result::closed : to.socket->send(frame, mark);
  if (result == transport::send_result::queued) {
    home->counters().frames_queued.add();
    return;
  }
  home->counters().frames_dropped.add();
  to.is_cut = true;
  if (result == transport::send_result::full)
    self->send(to.who, messages::slow{});
}

void dialog_state::forward_to_inbox(const protocol::event& e,
                                    std::string json) {
  if (e.user_id.empty() || room->kind() != protocol::room_kind::dialog
      || shared->inbox_connections.load(std::memory_order_relaxed) == 0)
    return;
  const auto inbox =
    protocol::room_id::make(protocol::room_kind::user, e.user_id);
  if (!inbox)
    return;
  messages::ingest batch;
  batch.events.push_back(
    {*inbox, std::move(json), room->text(), credit{shared->inflight_events}});
  self->send(shared->broadcaster, std::move(batch));
}

void dialog_state::on_down(const caf::down_msg& down) {
  const auto found = positions.find(down.source.id());
  if (found == positions.end())
    return;
  auto& list = members[static_cast<std::size_t>(found->second.as)];
  const auto index = found->second.index;
  positions.erase(found);
  if (index + 1 != list.size()) {
    list[index] = std::move(list.back());
    positions.at(list[index].who.id()).index = index;
  }
  list.pop_back();
  if (positions.empty())
    linger();
}

void dialog_state::linger() {
  // Runs on the shard's thread between two messages; the handle dies with us.
  lingering = home->loop().after(shared->config.history_ttl, [this] {
    caf::anon_send(shared->broadcaster,
                   messages::retire{*room, seen, self->id()});
    linger(); // asks again, unless the broadcaster agrees
  });
}

void dialog_state::retired() { self->quit(); }

void dialog_state::append(messages::append&) { ++seen; }
void dialog_state::answered(messages::store_answer&) {}
void dialog_state::link_changed(const messages::link_state&) {}
void dialog_state::presence_changed(const messages::room_presence&) {}
void dialog_state::ping(const messages::ping_due&) {}
void dialog_state::pull(const messages::pull&) {}
void dialog_state::announce_drain(const messages::drain_slot&) {}

void dialog_state::describe(actor_info& out) const {
  out.kind = "dialog";
  out.id = self->id();
  out.shard = home->index();
  out.mailbox = mailbox_length(*self);
  out.room = room->text();
  for (const auto as : protocol::all_roles)
    out.members[static_cast<std::size_t>(as)] =
      members[static_cast<std::size_t>(as)].size();
  out.head = epoch + ':' + std::to_string(seq);
}

dialog_actor::behavior_type
dialog(dialog_actor::stateful_pointer<dialog_state> self, hub* shared,
       shard* home, const protocol::room_id& room) {
  auto& state = self->state;
  state.start(*shared, *home, room);
  self->set_down_handler(
    [&state](const caf::down_msg& down) { state.on_down(down); });
  return {
    [&state](const messages::join& request) { state.join(request); },
    [&state](messages::event& event) { state.take(event); },
    [&state](messages::append& request) { state.append(request); },
    [&state](messages::store_answer& answer) { state.answered(answer); },
    [&state](const messages::link_state& news) { state.link_changed(news); },
    [&state](const messages::room_presence& news) {
      state.presence_changed(news);
    },
    [&state](const messages::ping_due& due) { state.ping(due); },
    [&state](const messages::pull& request) { state.pull(request); },
    [&state](const messages::drain_slot& slot) { state.announce_drain(slot); },
    [&state](messages::retired) { state.retired(); },
  };
}

} // namespace wsgw::actors
