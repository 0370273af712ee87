#include "actors/subscriber.hpp"

#include "actors/log.hpp"
#include "protocol/command.hpp"
#include "protocol/inbox_text.hpp"

#include <algorithm>
#include <utility>

namespace wsgw::actors {

namespace {

const protocol::frame& legacy_ping() {
  static const auto frame = protocol::text_frame(protocol::legacy_ping_text);
  return frame;
}

const protocol::frame& legacy_pong() {
  static const auto frame = protocol::text_frame(protocol::legacy_pong_text);
  return frame;
}

/// Expiries further away are looked at again by then: the wheel is for limits,
/// not for calendars.
constexpr std::chrono::hours longest_expiry_timer{6};

} // namespace

subscriber_state::subscriber_state(subscriber_actor::pointer self_ptr)
    : self(self_ptr) {}

subscriber_state::~subscriber_state() {
  if (home == nullptr)
    return;
  auto& counters = home->counters();
  counters.connections[static_cast<std::size_t>(who->as)].sub();
  counters.lifetimes.add(std::chrono::duration_cast<std::chrono::milliseconds>(
    home->loop().now() - opened_at));
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
  connected_at = std::chrono::system_clock::now();
  opened_at = last_seen = home->loop().now();
  listed.emplace(home->actors(), *this);
  auto& counters = home->counters();
  counters.connections[static_cast<std::size_t>(who->as)].add();
  counters.opened[static_cast<std::size_t>(who->as)].add();
  if (is_inbox())
    queue(protocol::text_frame(protocol::inbox_greeting(who->room.name())));
  arm_heartbeat();
  arm_expiry();
}

void subscriber_state::queue(const protocol::frame& frame) {
  switch (socket->send(frame)) {
  case transport::send_result::queued:
    home->counters().frames_queued.add();
    return;
  case transport::send_result::full:
    home->counters().frames_dropped.add();
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
  is_slow = true;
  home->counters().slow_closed.add();
  socket->close(protocol::status_of(protocol::close_reason::slow_consumer),
                transport::unsent::drop);
}

void subscriber_state::joined(const messages::joined&) {
  has_joined = true;
  const auto conn = protocol::to_string(who->id);
  log::connected({who->as, &who->room, conn, who->address},
                 who->place ? who->place->taken() : 1);
}

void subscriber_state::lagging(bool) {}

void subscriber_state::cannot_serve() {
  close(protocol::status_of(protocol::close_reason::authorisation_unavailable));
}

void subscriber_state::text_received(const messages::text_received& message) {
  last_seen = home->loop().now();
  home->counters().messages_received.add();
  if (!socket || is_inbox())
    return;
  if (protocol::parse_legacy_command(message.text)
      == protocol::legacy_command::ping)
    queue(legacy_pong());
}

void subscriber_state::pong_received() {
  // A frozen tab's browser still answers pings, so only L, whose client never
  // sends anything else, counts them as life (protocol-v1 7.12).
  if (is_inbox())
    last_seen = home->loop().now();
}

void subscriber_state::arm_heartbeat() {
  // Timers run on the shard's thread between two messages.
  heartbeat =
    home->loop().after(shared->config.ping_interval, [this] { beat(); });
}

void subscriber_state::beat() {
  if (!socket)
    return;
  // The join was lost with a dialog that failed before it could answer.
  if (!has_joined)
    return close(protocol::status_of(protocol::close_reason::internal_error));
  arm_heartbeat();
  home->counters().pings_sent.add();
  if (is_inbox()) {
    queue(protocol::text_frame(
      protocol::inbox_ping(std::chrono::system_clock::now())));
    socket->ping();
  } else {
    queue(legacy_ping());
  }
  if (home->loop().now() - last_seen > shared->config.pong_timeout)
    close(protocol::status_of(protocol::close_reason::heartbeat_timeout));
}

void subscriber_state::arm_expiry() {
  if (!who->expires_at)
    return;
  const auto left = *who->expires_at - std::chrono::system_clock::now();
  if (left <= std::chrono::seconds{0}) {
    close(protocol::status_of(protocol::close_reason::token_expired));
    return;
  }
  expiry = home->loop().after(
    std::min<std::chrono::system_clock::duration>(left, longest_expiry_timer),
    [this] { arm_expiry(); });
}

void subscriber_state::close(const protocol::close_status& status) {
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
  socket.reset();
  heartbeat.reset();
  expiry.reset();
  self->quit();
}

void subscriber_state::describe(actor_info& out) const {
  out.kind = "subscriber";
  out.id = self->id();
  out.shard = home->index();
  out.mailbox = mailbox_length(*self);
  out.room = who->room.text();
  out.as = who->as;
  out.conn = protocol::to_string(who->id);
  out.address = who->address;
  out.connected_at = connected_at;
  out.last_seen = std::chrono::duration_cast<std::chrono::milliseconds>(
    home->loop().now() - last_seen);
  out.sent_seq = socket ? socket->last_mark() : 0;
  out.outbox_bytes = socket ? socket->outbox_bytes() : 0;
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
