#include "actors/subscriber.hpp"

#include "actors/journal.hpp"
#include "actors/log.hpp"

#include <utility>

namespace wsgw::actors {

namespace {

std::chrono::milliseconds to_ms(std::chrono::nanoseconds duration) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(duration);
}

} // namespace

subscriber_state::subscriber_state(subscriber_actor::pointer self_ptr)
    : self(self_ptr) {}

subscriber_state::~subscriber_state() {
  if (home == nullptr)
    return;
  count_out();
  // Left only when the actor failed: nobody would ever look after the socket.
  close(protocol::status_of(protocol::close_reason::internal_error));
}

void subscriber_state::start(
  hub& hub_ref, shard& home_ref, std::shared_ptr<const passport> holder,
  std::shared_ptr<transport::connection> connection) {
  shared = &hub_ref;
  home = &home_ref;
  who = std::move(holder);
  socket = std::move(connection);
  expires_at = who->expires_at;
  connected_at = std::chrono::system_clock::now();
  opened_at = last_seen = home->loop().now();
  listed.emplace(home->actors(), *this);
  count_in();
  const auto greeting = manners().greeting;
  if (greeting != nullptr && speaks(protocol::dialect::legacy))
    queue(greeting(who->room, connected_at));
  if (speaks(protocol::dialect::v1))
    commands = std::make_shared<client_commands>(*this);
  if (const auto silence = patience_for_silence())
    arm_liveness(*silence);
  arm_heartbeat();
  arm_expiry();
  // A handshake that was decided before the drain began.
  if (shared->draining)
    request_drain(std::chrono::milliseconds{0});
}

void subscriber_state::count_in() {
  auto& counters = home->counters();
  const auto as = static_cast<std::size_t>(who->as);
  counters.connections[as].add();
  counters.opened[as].add();
  counters.by_dialect[static_cast<std::size_t>(who->speaks)].add();
  if (speaks(protocol::dialect::sse))
    counters.streams[as].add();
}

void subscriber_state::count_out() {
  auto& counters = home->counters();
  const auto as = static_cast<std::size_t>(who->as);
  counters.connections[as].sub();
  counters.by_dialect[static_cast<std::size_t>(who->speaks)].sub();
  if (speaks(protocol::dialect::sse))
    counters.streams[as].sub();
  if (is_lagging)
    counters.lagging.sub();
  counters.lifetimes.add(to_ms(home->loop().now() - opened_at));
}

void subscriber_state::queue(const protocol::frame& frame) {
  switch (socket->send(frame)) {
  case transport::send_result::queued:
    home->counters().frames_queued.add();
    return;
  case transport::send_result::full:
    home->counters().frames_dropped.add();
    // A v1 client may lag; its dialog sees to that.
    if (!speaks(protocol::dialect::v1))
      slow();
    return;
  case transport::send_result::closed:
    home->counters().frames_dropped.add();
    return;
  }
}

void subscriber_state::slow() {
  if (!socket || is_slow)
    return;
  is_slow = is_closing = true;
  home->counters().slow_closed.add();
  socket->close(protocol::status_of(protocol::close_reason::slow_consumer),
                transport::unsent::drop);
}

void subscriber_state::joined(const messages::joined& answer) {
  has_joined = true;
  const auto conn = protocol::to_string(who->id);
  log::connected({who->as, &who->room, conn, who->address},
                 who->place ? who->place->taken() : 1);
  if (speaks(protocol::dialect::legacy) || !socket)
    return;
  dialog = answer.dialog;
  if (is_draining)
    announce_drain();
  if (commands)
    commands->joined();
  arm_expiry();
}

void subscriber_state::lagging(bool news) {
  if (!socket || news == is_lagging)
    return;
  is_lagging = news;
  if (!news) {
    patience.reset();
    home->counters().lagging.sub();
    return;
  }
  home->counters().lagging.add();
  home->counters().lagging_entered.add();
  patience =
    home->loop().after(shared->config().slow_timeout, [this] { slow(); });
}

void subscriber_state::cannot_serve() {
  close(protocol::status_of(protocol::close_reason::log_unavailable));
}

void subscriber_state::text_received(const messages::text_received& message) {
  last_seen = home->loop().now();
  home->counters().messages_received.add();
  if (!socket)
    return;
  if (commands) {
    if (!is_closing)
      commands->take(message.text);
    return;
  }
  if (const auto answer = manners().answer)
    if (const auto frame =
          answer(message.text, std::chrono::system_clock::now()))
      queue(frame);
}

void subscriber_state::pong_received() {
  // A frozen tab's browser still answers pings, so only L, whose client never
  // sends anything else, counts them as life (protocol-v1 7.12).
  if (manners().pings_twice)
    last_seen = home->loop().now();
}

void subscriber_state::close(const protocol::close_status& status) {
  is_closing = true;
  if (socket)
    socket->close(status);
}

void subscriber_state::request_close(const protocol::close_status& status) {
  close(status);
}

void subscriber_state::disconnected(const messages::disconnected& end) {
  const auto conn = protocol::to_string(who->id);
  log::disconnected({who->as, &who->room, conn, who->address}, end.code,
                    end.reason, who->place ? who->place->taken() - 1 : 0);
  connection_trace past(who->room);
  trace(past);
  const auto now = std::chrono::system_clock::now();
  past.closed_at = now;
  past.close_code = end.code;
  home->past().ended(std::move(past), now);
  if (commands)
    commands->ended();
  commands.reset();
  socket.reset();
  for (auto* each : {&heartbeat, &liveness, &expiry, &patience, &slot})
    each->reset();
  self->quit();
}

void subscriber_state::describe(actor_info& out) const {
  out.kind = "subscriber";
  out.id = self->id();
  out.shard = home->index();
  out.mailbox = mailbox_length(*self);
  out.room = who->room.text();
  out.as = who->as;
  out.user_id = who->user_id;
  out.conn = protocol::to_string(who->id);
  out.address = who->address;
  out.connected_at = connected_at;
  out.last_seen = to_ms(home->loop().now() - last_seen);
  out.speaks = who->speaks;
  out.sent_seq = socket ? socket->last_mark() : 0;
  out.acked_seq = socket ? socket->acked_mark() : 0;
  out.outbox_bytes = socket ? socket->outbox_bytes() : 0;
  out.is_lagging = is_lagging;
}

bool subscriber_state::trace(connection_trace& out) const {
  out.room = who->room;
  out.conn = who->id;
  out.as = who->as;
  out.speaks = who->speaks;
  out.user_id = who->user_id;
  out.joined_at = connected_at;
  out.queued_seq = socket ? socket->last_mark() : 0;
  out.written_seq = socket ? socket->written_mark() : 0;
  out.acked_seq = socket ? socket->acked_mark() : 0;
  out.is_lagging = is_lagging;
  return true;
}

subscriber_actor::behavior_type
subscriber(subscriber_actor::stateful_pointer<subscriber_state> self,
           hub* shared, shard* home, std::shared_ptr<const passport> who,
           std::shared_ptr<transport::connection> socket) {
  auto& state = self->state;
  state.start(*shared, *home, std::move(who), std::move(socket));
  return {
    [&state](messages::slow) { state.slow(); },
    [&state](const messages::joined& answer) { state.joined(answer); },
    [&state](messages::lagging news) { state.lagging(news.is_lagging); },
    [&state](messages::cannot_serve) { state.cannot_serve(); },
    [&state](const messages::text_received& text) {
      state.text_received(text);
    },
    [&state](messages::pong_received) { state.pong_received(); },
    [&state](const messages::disconnected& end) { state.disconnected(end); },
    [&state](const messages::close_connection& order) {
      state.close(order.status);
    },
  };
}

subscriber_actor
open_subscriber(hub& shared, std::shared_ptr<const passport> who,
                std::shared_ptr<transport::connection> socket) {
  auto& home = shared.shard_of(who->room);
  auto fresh = spawn_pinned(home, subscriber, &shared, &home, who, socket);
  caf::anon_send(shared.broadcaster,
                 messages::join{who->room, who->as, fresh, socket, who->id,
                                who->speaks, who->cursor});
  return fresh;
}

} // namespace wsgw::actors
