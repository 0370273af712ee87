#include "actors/duel_gateway.hpp"

#include "actors/duel_attempt.hpp"
#include "actors/http_api.hpp"
#include "actors/log.hpp"
#include "actors/room_manners.hpp"
#include "actors/socket_bridge.hpp"
#include "protocol/duel_ticket.hpp"
#include "protocol/route.hpp"
#include "protocol/v1_message.hpp"

#include <algorithm>
#include <utility>

namespace wsgw::actors {

namespace {

using protocol::duel_refusal;

constexpr std::chrono::minutes bad_ticket_window{1};

protocol::attempt_window::limits window_of(std::size_t limit) {
  protocol::attempt_window::limits wanted;
  wanted.per_address = limit;
  wanted.window = bad_ticket_window;
  return wanted;
}

} // namespace

duel_gateway::duel_gateway(hub& shared)
    : shared_(shared), seats_(shared),
      bad_tickets_(window_of(shared.config().bad_ticket_limit)),
      bad_ticket_limit_(shared.config().bad_ticket_limit) {}

// -- the way in ---------------------------------------------------------------

void duel_gateway::arrive(std::unique_ptr<transport::upgrade> handshake) {
  auto a = std::make_shared<attempt>();
  a->handshake = std::move(handshake);
  a->address = protocol::client_address(
    shared_.live.now().trusted_proxies, a->handshake->request().peer,
    a->handshake->request().joined("x-forwarded-for"));
  a->read();
  if (shared_.draining)
    return refuse(*a, protocol::errc::draining, std::chrono::seconds{1});
  if (!shared_.try_attempt(a->address))
    return refuse(*a, protocol::errc::too_many_connections,
                  shared_.attempt_retry_after(a->address));
  if (const auto wait = patience_with(a->address))
    return refuse(*a, protocol::errc::too_many_connections, *wait);
  judge(std::move(a));
}

void duel_gateway::judge(shared_attempt a) {
  using protocol::ticket_error;
  if (a->text.empty())
    return turn_away(*a, duel_refusal::invalid_ticket, "missing");
  auto verdict = protocol::verify_duel_ticket(
    a->text, shared_.config().duel_secret, std::chrono::system_clock::now());
  if (const auto* why = std::get_if<ticket_error>(&verdict))
    return turn_away(*a,
                     *why == ticket_error::expired
                       ? duel_refusal::ticket_expired
                       : duel_refusal::invalid_ticket,
                     protocol::to_string(*why));
  a->ticket = std::get<protocol::duel_ticket>(std::move(verdict));
  a->room = protocol::room_id::make(protocol::room_kind::duel,
                                    std::to_string(a->ticket.duel_id));
  const auto duel = a->ticket.duel_id;
  auto asked = std::make_shared<slip>(*this, std::move(a));
  shared_.duels->state(duel, [this, asked](duel_desk::state_answer answer) {
    asked->go([this, answer = std::move(answer)](const shared_attempt& of) {
      know_state(of, answer);
    });
  });
}

void duel_gateway::know_state(const shared_attempt& a,
                              const duel_desk::state_answer& answer) {
  using result = duel_desk::state_answer::result;
  if (answer.what == result::unreachable || answer.what == result::malformed)
    return give_up(*a, answer.what == result::malformed ? "state_malformed"
                                                        : "state_unreachable");
  if (answer.what == result::unknown)
    return deny(a, duel_refusal::duel_access_denied, "unknown_duel");
  const auto& state = answer.state;
  const auto user = a->ticket.user_id;
  if (user == state.initiator_user_id)
    a->as = protocol::role::initiator;
  else if (user == state.opponent_user_id)
    a->as = protocol::role::opponent;
  else
    return deny(a, duel_refusal::duel_access_denied, "no_player");
  if (state.is_over())
    return deny(a, duel_refusal::duel_closed, "duel_over");
  a->handshake->move_to(shared_.shard_of(*a->room).loop(),
                        [this, a](std::unique_ptr<transport::upgrade> moved) {
                          a->handshake = std::move(moved);
                          take_place(a);
                        });
}

void duel_gateway::take_place(const shared_attempt& a) {
  if (shared_.draining)
    return refuse(*a, protocol::errc::draining, std::chrono::seconds{1});
  auto reserved = seats_.reserve(*a->room, a->as);
  if (const auto* why = std::get_if<protocol::errc>(&reserved))
    return refuse(*a, *why, std::chrono::seconds{5});
  a->place = std::get<seat>(std::move(reserved));
  use_ticket(a);
}

void duel_gateway::use_ticket(const shared_attempt& a) {
  // The last good second counts.
  const auto left = a->ticket.expires_at + std::chrono::seconds{1}
                    - std::chrono::system_clock::now();
  const auto ttl =
    std::max(std::chrono::duration_cast<std::chrono::milliseconds>(left),
             std::chrono::milliseconds{1000});
  auto asked = std::make_shared<slip>(*this, a);
  shared_.duels->use_ticket(
    a->ticket.jti, ttl, [this, asked](duel_desk::use use) {
      asked->go([this, use](const shared_attempt& of) { know_use(of, use); });
    });
}

void duel_gateway::know_use(const shared_attempt& a, duel_desk::use use) {
  switch (use) {
  case duel_desk::use::fresh:
    return open(a);
  case duel_desk::use::used_before:
    return turn_away(*a, duel_refusal::ticket_already_used, "used");
  case duel_desk::use::unreachable:
    return give_up(*a, "ticket_unreachable");
  }
}

void duel_gateway::open(const shared_attempt& a) {
  auto who = std::make_shared<passport>(passport{
    protocol::endpoint::duel, a->as, *a->room,
    protocol::connection_id{shared_.next_connection.fetch_add(1)},
    std::to_string(a->ticket.user_id), std::move(a->address), std::nullopt,
    std::move(a->place), a->speaks, std::move(a->cursor), nullptr});
  shared_.shard_of(*a->room).counters().handshakes.add(
    std::chrono::steady_clock::now() - a->began);
  a->handshake->accept(
    limits_of(*a), std::make_shared<socket_bridge>(shared_, std::move(who)));
}

transport::connection_limits duel_gateway::limits_of(const attempt& a) const {
  const auto& config = shared_.config();
  const auto& manners = manners_of(protocol::room_kind::duel);
  transport::connection_limits result;
  result.outbox_bytes = config.outbox_bytes;
  result.max_message_bytes = config.max_message_bytes;
  if (a.speaks == protocol::dialect::legacy) {
    result.max_message_bytes = manners.most_bytes(config);
    result.tells_oversize = manners.too_large != nullptr;
  }
  if (a.selects_v1)
    result.subprotocol = protocol::v1_subprotocol;
  return result;
}

// -- no -----------------------------------------------------------------------

void duel_gateway::refuse(attempt& a, protocol::errc why,
                          std::chrono::milliseconds retry) {
  shared_.refused.add(protocol::word_of(why));
  log_refused(a, protocol::word_of(why));
  auto response = http_api::error_response(why, a.handshake->request().id);
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(retry).count();
  response.headers.emplace_back(
    "Retry-After", std::to_string(std::max<decltype(seconds)>(seconds, 1)));
  a.handshake->refuse(std::move(response));
}

void duel_gateway::deny(const shared_attempt& a, duel_refusal why,
                        std::string_view reason) {
  auto asked = std::make_shared<slip>(*this, a);
  shared_.duels->look_up(
    a->ticket.jti, [this, asked, why, reason](duel_desk::use use) {
      asked->go([this, use, why, reason](const shared_attempt& of) {
        if (use == duel_desk::use::used_before)
          turn_away(*of, duel_refusal::ticket_already_used, "used");
        else
          turn_away(*of, why, reason);
      });
    });
}

void duel_gateway::turn_away(attempt& a, duel_refusal why,
                             std::string_view reason) {
  const auto& row = protocol::row_of(why);
  shared_.bad_tickets.add(reason);
  shared_.refused.add(row.legacy);
  log_refused(a, reason);
  // Who only comes too late is no nuisance.
  if (why != duel_refusal::duel_closed)
    note_bad_ticket(a.address);
  const auto is_legacy = a.speaks == protocol::dialect::legacy;
  a.handshake->accept(
    limits_of(a),
    std::make_shared<closing_bridge>(
      shared_,
      protocol::status_of(is_legacy ? protocol::close_reason::normal
                                    : row.close),
      is_legacy ? protocol::text_frame(protocol::duel_error(row.legacy))
                : protocol::v1::error_frame(row.v1, row.sentence, {})));
}

void duel_gateway::give_up(attempt& a, std::string_view what) {
  const auto status =
    protocol::status_of(protocol::close_reason::duel_unavailable);
  shared_.bad_tickets.add(what);
  shared_.refused.add(status.reason);
  log_refused(a, what);
  a.handshake->accept(limits_of(a),
                      std::make_shared<closing_bridge>(shared_, status));
}

void duel_gateway::log_refused(const attempt& a,
                               std::string_view reason) const {
  log::repeated_warning(reason, "duel", "duel refused",
                        {{"reason", reason},
                         {"duel_id", a.ticket.duel_id},
                         {"user_id", a.ticket.user_id},
                         {"address", a.address},
                         {"request_id", a.handshake->request().id}});
}

std::optional<std::chrono::milliseconds>
duel_gateway::patience_with(const std::string& address) {
  const std::lock_guard lock{mutex_};
  const auto limit = shared_.config().bad_ticket_limit;
  if (limit != std::exchange(bad_ticket_limit_, limit))
    bad_tickets_.limit(window_of(limit));
  if (limit == 0)
    return std::nullopt;
  const auto wait =
    bad_tickets_.retry_after(address, std::chrono::steady_clock::now());
  return wait > std::chrono::milliseconds{0} ? std::optional{wait}
                                             : std::nullopt;
}

void duel_gateway::note_bad_ticket(const std::string& address) {
  const std::lock_guard lock{mutex_};
  bad_tickets_.try_acquire(address, std::chrono::steady_clock::now());
}

} // namespace wsgw::actors
