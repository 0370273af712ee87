#include "actors/subscriber.hpp"
#include "protocol/v1_message.hpp"

#include <algorithm>

// What a subscriber does as time passes: heartbeat, expiry, drain.
namespace wsgw::actors {

namespace {

/// Expiries further away are looked at again by then: the wheel is for limits,
/// not for calendars.
constexpr std::chrono::hours longest_expiry_timer{6};

/// `expiring` is sent so long before the end.
constexpr std::chrono::seconds expiry_notice{60};

std::chrono::milliseconds to_ms(std::chrono::nanoseconds duration) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(duration);
}

} // namespace

void subscriber_state::arm_heartbeat() {
  // Timers run on the shard's thread between two messages.
  heartbeat =
    home->loop().after(shared->config().ping_interval, [this] { beat(); });
}

void subscriber_state::beat() {
  if (!socket)
    return;
  if (!has_joined && home->loop().now() - opened_at >= join_patience)
    return close(protocol::status_of(protocol::close_reason::internal_error));
  arm_heartbeat();
  if (speaks(protocol::dialect::legacy) && manners().ping == nullptr)
    return;
  home->counters().pings_sent.add();
  switch (who->speaks) {
  case protocol::dialect::legacy:
    return ping_legacy();
  case protocol::dialect::v1:
    // The dialog writes it: it carries the head of the log.
    if (has_joined)
      caf::anon_send(dialog, messages::ping_due{self->id()});
    return;
  case protocol::dialect::sse:
    return socket->ping();
  }
}

void subscriber_state::ping_legacy() {
  queue(manners().ping(std::chrono::system_clock::now()));
  if (manners().pings_twice)
    socket->ping();
  if (home->loop().now() - last_seen > shared->config().pong_timeout)
    close_silent();
}

std::optional<std::chrono::milliseconds>
subscriber_state::patience_for_silence() const {
  if (speaks(protocol::dialect::v1))
    return shared->config().pong_timeout;
  const auto patience = manners().patience;
  if (patience == nullptr || !speaks(protocol::dialect::legacy))
    return std::nullopt;
  // Closed only after more than that.
  return patience(shared->config()) + std::chrono::milliseconds{1};
}

void subscriber_state::arm_liveness(std::chrono::nanoseconds in) {
  liveness = home->loop().after(in, [this] { check_liveness(); });
}

void subscriber_state::check_liveness() {
  const auto left = *patience_for_silence() - (home->loop().now() - last_seen);
  if (left > std::chrono::nanoseconds{0})
    arm_liveness(left);
  else
    close_silent();
}

void subscriber_state::close_silent() {
  if (!is_closing)
    home->counters().silent.add();
  const auto last_word = manners().silent;
  if (last_word == nullptr || !speaks(protocol::dialect::legacy))
    return close(
      protocol::status_of(protocol::close_reason::heartbeat_timeout));
  queue(last_word());
  close(protocol::status_of(protocol::close_reason::normal));
}

void subscriber_state::renew(
  std::optional<std::chrono::system_clock::time_point> until) {
  expires_at = until;
  was_warned = false;
  expiry.reset();
  arm_expiry();
}

void subscriber_state::arm_expiry() {
  if (!expires_at || !socket)
    return;
  auto left = *expires_at - std::chrono::system_clock::now();
  if (left <= std::chrono::seconds{0}) {
    close(protocol::status_of(protocol::close_reason::token_expired));
    return;
  }
  if (!speaks(protocol::dialect::legacy) && !was_warned) {
    if (left > expiry_notice)
      left -= expiry_notice;
    else if (has_joined)
      warn_of_expiry();
  }
  expiry = home->loop().after(
    std::min<std::chrono::system_clock::duration>(left, longest_expiry_timer),
    [this] { arm_expiry(); });
}

void subscriber_state::warn_of_expiry() {
  was_warned = true;
  queue(protocol::v1::expiring_frame(
    who->speaks, to_ms(*expires_at - std::chrono::system_clock::now())));
}

bool subscriber_state::request_drain(std::chrono::milliseconds wait) {
  if (!socket || is_draining)
    return false;
  is_draining = true;
  home->counters().drain_slots.add();
  if (!speaks(protocol::dialect::legacy))
    wait = std::max(wait, least_notice);
  drains_at = home->loop().now() + wait;
  slot = home->loop().after(wait, [this] {
    close(protocol::status_of(protocol::close_reason::service_restarting));
  });
  if (has_joined)
    announce_drain();
  return true;
}

void subscriber_state::announce_drain() {
  if (speaks(protocol::dialect::legacy))
    return;
  const auto left = to_ms(drains_at - home->loop().now());
  caf::anon_send(dialog, messages::drain_slot{self->id(), left});
}

} // namespace wsgw::actors
