#pragma once

#include "actors/duel_desk.hpp"
#include "actors/hub.hpp"
#include "actors/seating.hpp"
#include "protocol/attempt_window.hpp"
#include "protocol/duel_text.hpp"
#include "transport/handler.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace wsgw::actors {

/// Lets players into their duels (contract/duels.md section 4). What a ticket
/// is worth is decided in this order: its signature and time, that it was not
/// used before, that its user plays that duel, that the duel is not over, and
/// that there is a place. Only then it is used up, so a ticket that is refused
/// stays good. Thread-safe: called on every shard's thread.
class duel_gateway {
public:
  explicit duel_gateway(hub& shared);

  /// A WebSocket handshake, from either port. Needs `hub::duels`.
  void arrive(std::unique_ptr<transport::upgrade> handshake);

private:
  struct attempt; ///< in duel_attempt.hpp, as is slip
  using shared_attempt = std::shared_ptr<attempt>;
  class slip;

  void judge(shared_attempt a);
  void know_state(const shared_attempt& a,
                  const duel_desk::state_answer& answer);
  void take_place(const shared_attempt& a);
  void use_ticket(const shared_attempt& a);
  void know_use(const shared_attempt& a, duel_desk::use use);
  void open(const shared_attempt& a);

  void refuse(attempt& a, protocol::errc why, std::chrono::milliseconds retry);
  /// Turns away for `why`, unless the ticket was used before. `reason` is the
  /// word of the tally.
  void deny(const shared_attempt& a, protocol::duel_refusal why,
            std::string_view reason);
  void turn_away(attempt& a, protocol::duel_refusal why,
                 std::string_view reason);
  void give_up(attempt& a, std::string_view what);
  transport::connection_limits limits_of(const attempt& a) const;
  void log_refused(const attempt& a, std::string_view reason) const;

  std::optional<std::chrono::milliseconds>
  patience_with(const std::string& address);
  void note_bad_ticket(const std::string& address);

  hub& shared_;
  seating seats_;
  std::mutex mutex_; ///< for what follows
  protocol::attempt_window bad_tickets_;
  std::size_t bad_ticket_limit_; ///< that `bad_tickets_` has now
};

} // namespace wsgw::actors
