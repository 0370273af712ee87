#include "actors/dialog.hpp"

#include "actors/room_manners.hpp"
#include "protocol/v1_message.hpp"

#include <algorithm>
#include <utility>

namespace wsgw::actors {

namespace {

using protocol::dialect;

std::unique_ptr<room_sequence> make_sequence(dialog_state& owner,
                                             const room_context& where) {
  if (where.shared.log == nullptr)
    return make_local_sequence(where.shared, where.home, where.room, owner);
  return make_log_sequence(where.shared, where.home, where.room, owner,
                           where.self);
}

std::unique_ptr<room_rules> make_rules(const room_context& where, members& all,
                                       fan_out& live) {
  const auto make = manners_of(where.room.kind()).rules;
  return make != nullptr ? make({where, all, live})
                         : std::make_unique<room_rules>();
}

} // namespace

dialog_state::parts::parts(dialog_state& owner)
    : context{*owner.shared, *owner.home, *owner.room, owner.self},
      history(owner.home->histories(), owner.shared->config().history_size),
      past(context, all), live(context, all, history, past),
      present(context, all, live), sequence(make_sequence(owner, context)),
      behind(context, {all, history, live, past, *sequence,
                       [this](std::uint64_t who, auto joined) {
                         present.greet(who);
                         if (joined)
                           rules->arrived(who, *joined);
                         else
                           rules->caught_up(who);
                       },
                       [this](const protocol::event& e, std::uint64_t seq) {
                         return rules->read_old(e, seq);
                       }}),
      rules(make_rules(context, all, live)) {}

dialog_state::dialog_state(dialog_actor::pointer self_ptr) : self(self_ptr) {}

dialog_state::~dialog_state() {
  if (!has)
    return;
  home->counters().dialogs.sub();
  // Members are left only when it failed: they come back and get a fresh one.
  const auto status =
    protocol::status_of(protocol::close_reason::internal_error);
  has->all.for_each([&](const member& each, const members::place&) {
    caf::anon_send(each.who, messages::close_connection{status});
  });
  for (std::size_t i = 0; i < protocol::role_count; ++i)
    home->counters().members[i].sub(has->all.counts()[i]);
}

void dialog_state::start(hub& hub_ref, shard& home_ref,
                         const protocol::room_id& which) {
  shared = &hub_ref;
  home = &home_ref;
  room = which;
  home->histories().limit(shared->config().history_bytes
                          / std::max<std::size_t>(1, shared->shards.size()));
  has.emplace(*this);
  listed.emplace(home->actors(), *this);
  home->counters().dialogs.add();
  if (has->sequence->is_open())
    on_open();
  linger();
}

// -- members ------------------------------------------------------------------

void dialog_state::join(const messages::join& request) {
  ++seen;
  const auto is_legacy = request.speaks == dialect::legacy;
  if (!has->all.add({request.who, request.socket, request.conn}, request.as,
                    request.speaks,
                    is_legacy ? standing::live : standing::waiting))
    return;
  home->counters().members[static_cast<std::size_t>(request.as)].add();
  lingering.reset();
  self->monitor(request.who);
  if (is_legacy) {
    has->past.joined(request.who.id(), has->sequence->head().seq,
                     protocol::explain::start::fresh);
    self->send(request.who,
               messages::joined{dialog_actor{self}, has->sequence->head()});
    has->rules->arrived(request.who.id(), protocol::resume_outcome::fresh);
  } else {
    // Nobody can come back with a cursor before somebody was given one.
    if (has->sequence->is_open())
      has->history.begin(has->sequence->head());
    has->behind.join(request.who.id(), request.cursor);
  }
  has->present.changed();
}

void dialog_state::leave(std::uint64_t who) {
  const auto* where = has->all.find(who);
  if (where == nullptr)
    return;
  home->counters().members[static_cast<std::size_t>(where->as)].sub();
  has->past.left(who);
  has->all.remove(who);
  has->behind.forget(who);
  has->rules->left(who);
  has->present.changed();
  if (has->all.is_empty())
    linger();
}

void dialog_state::ping(const messages::ping_due& due) {
  const auto* where = has->all.find(due.who);
  if (where == nullptr || where->now == standing::waiting
      || where->now == standing::cut)
    return;
  // Its own view of the log is complete before it hears of the head.
  has->live.flush_skips(where->as);
  where = has->all.find(due.who);
  const auto& socket = has->all.at(*where).socket;
  if (where->speaks == dialect::sse)
    socket->ping();
  else if (where->now == standing::live)
    has->live.push(due.who, ping_of_head());
  else
    socket->send(ping_of_head());
}

const protocol::frame& dialog_state::ping_of_head() {
  const auto seq = has->sequence->head().seq;
  if (!ping_ || pinged_ != seq) {
    ping_ = protocol::v1::ping_frame(seq);
    pinged_ = seq;
  }
  return ping_;
}

void dialog_state::pull(const messages::pull& request) {
  has->behind.pull(request);
}

void dialog_state::announce_drain(const messages::drain_slot& slot) {
  const auto* where = has->all.find(slot.who);
  if (where == nullptr || where->speaks == dialect::legacy
      || where->now == standing::waiting || where->now == standing::cut)
    return;
  has->live.flush_skips(where->as);
  where = has->all.find(slot.who);
  // Who lags is told how far it has got, not what it has not read.
  auto at = has->sequence->head();
  if (where->now == standing::lagging)
    at.seq = has->all.sent(*where);
  has->all.at(*where).socket->send_anyway(
    protocol::v1::drain_frame(where->speaks, slot.in, at));
}

// -- events -------------------------------------------------------------------

void dialog_state::take(messages::event& incoming) {
  ++seen;
  home->counters().events_in.add();
  has->sequence->take(incoming);
}

void dialog_state::append(messages::append& request) {
  ++seen;
  home->counters().events_in.add();
  has->sequence->append(request);
}

void dialog_state::on_open() {
  const auto& head = has->sequence->head();
  has->past.open(head);
  has->live.restart(head);
  if (!has->all.with(standing::waiting).empty())
    has->history.begin(head);
  has->behind.on_open();
}

void dialog_state::on_event(const protocol::event* e, std::string json) {
  const auto& head = has->sequence->head();
  latest.note(e, head.seq);
  using reception = room_rules::reception;
  const auto what = e != nullptr ? has->rules->receive(*e) : reception::refused;
  const auto* shown = what == reception::passed ? e : nullptr;
  has->live.durable(shown, head, what == reception::repeated ? e : nullptr);
  if (shown != nullptr)
    has->rules->passed(*shown, &head);
  has->behind.on_event();
  if (e != nullptr)
    forward_to_inbox(*e, std::move(json));
}

void dialog_state::on_unnumbered(const protocol::event& e, std::string json) {
  if (has->rules->receive(e) != room_rules::reception::passed)
    return;
  has->live.unnumbered(e);
  has->rules->passed(e, nullptr);
  forward_to_inbox(e, std::move(json));
}

void dialog_state::on_reset(protocol::reset_reason why) {
  const auto& head = has->sequence->head();
  latest.clear();
  has->past.restart(head, why == protocol::reset_reason::trimmed);
  has->history.restart(head);
  has->live.restart(head);
  has->behind.on_reset(why);
  has->rules->lost_track();
}

void dialog_state::on_history(const protocol::log_follower::history& older) {
  has->behind.on_history(older);
}

void dialog_state::forward_to_inbox(const protocol::event& e,
                                    std::string json) {
  if (e.user_id.empty() || !manners_of(room->kind()).tells_inboxes
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

// -- life ---------------------------------------------------------------------

void dialog_state::linger() {
  // Runs on the shard's thread between two messages; the handle dies with us.
  lingering = home->loop().after(shared->config().history_ttl, [this] {
    caf::anon_send(shared->broadcaster,
                   messages::retire{*room, seen, self->id()});
    linger(); // asks again, unless the broadcaster agrees
  });
}

void dialog_state::retired() { self->quit(); }

void dialog_state::describe(actor_info& out) const {
  out.kind = "dialog";
  out.id = self->id();
  out.shard = home->index();
  out.mailbox = mailbox_length(*self);
  out.room = room->text();
  out.members = has->all.counts();
  out.head = protocol::to_string(has->sequence->head());
}

void dialog_state::readings(std::vector<room_reading>& out) const {
  has->past.describe(out);
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
    [&state](messages::store_answer& answer) {
      state.has->sequence->answered(answer);
    },
    [&state](const messages::link_state& news) {
      state.has->sequence->link_changed(news);
    },
    [&state](const messages::room_presence& news) {
      state.has->present.elsewhere(news);
    },
    [&state](const messages::ping_due& due) { state.ping(due); },
    [&state](const messages::pull& request) { state.pull(request); },
    [&state](const messages::drain_slot& slot) { state.announce_drain(slot); },
    [&state](messages::retired) { state.retired(); },
  };
}

} // namespace wsgw::actors
