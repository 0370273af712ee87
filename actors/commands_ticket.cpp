#include "actors/commands.hpp"
#include "actors/random_text.hpp"
#include "protocol/duel_ticket.hpp"
#include "protocol/timestamp.hpp"

#include <array>
#include <ostream>
#include <variant>

// `ws-gateway ticket`: mints and checks tickets of dialogs and duels.

namespace wsgw::actors {

namespace {

using std::chrono::system_clock;

constexpr std::chrono::seconds dialog_ticket_ttl{300};

std::string mint_for_dialog(const startup& order,
                            system_clock::time_point now) {
  const auto& what = order.what;
  protocol::dialog_ticket ticket;
  ticket.dialog_id = what.dialog_id;
  ticket.assistant_id = what.assistant_id;
  if (what.user_id)
    ticket.user_id = std::to_string(*what.user_id);
  ticket.as = what.as;
  ticket.issued_at = now;
  ticket.expires_at = now + what.ttl.value_or(dialog_ticket_ttl);
  ticket.jti = random_hex(8);
  return protocol::mint_dialog_ticket(ticket, order.config.ticket_secret);
}

std::string mint_for_duel(const startup& order, system_clock::time_point now) {
  const auto& what = order.what;
  const auto usual = std::chrono::duration_cast<std::chrono::seconds>(
    order.config.duel_ticket_ttl);
  protocol::duel_ticket ticket;
  ticket.duel_id = what.duel_id.value_or(0);
  ticket.user_id = what.user_id.value_or(0);
  ticket.issued_at = now;
  ticket.expires_at = now + what.ttl.value_or(usual);
  ticket.jti = random_hex(8);
  return protocol::mint_duel_ticket(ticket, order.config.duel_secret);
}

/// One of the secrets that may have signed a ticket, and its opinion.
struct opinion {
  std::string_view kind; ///< `duel`, `dialog`
  const std::string& secret;
  std::optional<protocol::ticket_error> wrong;
  system_clock::time_point expires_at; ///< when nothing is wrong
};

template <class Ticket>
opinion
opinion_of(std::string_view kind, const std::string& secret,
           const std::variant<Ticket, protocol::ticket_error>& verified) {
  if (const auto* wrong = std::get_if<protocol::ticket_error>(&verified))
    return {kind, secret, *wrong, {}};
  return {kind, secret, {}, std::get<Ticket>(verified).expires_at};
}

/// How much an opinion tells: who did not sign the ticket knows least of it.
int weight(const opinion& of) {
  if (of.secret.empty())
    return 0;
  if (!of.wrong)
    return 4;
  switch (*of.wrong) {
  case protocol::ticket_error::forged:
    return 1;
  case protocol::ticket_error::malformed:
    return 2;
  default:
    return 3;
  }
}

} // namespace

std::string mint_ticket(const startup& order, system_clock::time_point now) {
  const auto is_duel = order.what.what == action::mint_duel_ticket;
  const auto& secret =
    is_duel ? order.config.duel_secret : order.config.ticket_secret;
  if (secret.empty())
    return {};
  return is_duel ? mint_for_duel(order, now) : mint_for_dialog(order, now);
}

int check_ticket(const startup& order, system_clock::time_point now,
                 std::ostream& out, std::ostream& err) {
  const auto& config = order.config;
  const auto& text = order.what.ticket;
  const std::array opinions{
    opinion_of("duel", config.duel_secret,
               protocol::verify_duel_ticket(text, config.duel_secret, now)),
    opinion_of("dialog", config.ticket_secret,
               protocol::verify_dialog_ticket(text, config.ticket_secret, now)),
  };
  const auto& best =
    weight(opinions[1]) > weight(opinions[0]) ? opinions[1] : opinions[0];
  if (best.secret.empty()) {
    err << "ws-gateway: neither WEBSOCKET_TICKET_SECRET nor WS_TICKET_SECRET "
           "is set\n";
    return exit_config;
  }
  // Signed, hence ours: what it says may be shown.
  const auto payload = protocol::open_ticket(text, best.secret);
  if (best.wrong) {
    err << "refused: " << protocol::to_string(*best.wrong) << '\n';
    if (payload)
      err << *payload << '\n';
    return 1;
  }
  out << "valid: " << best.kind << " ticket until "
      << protocol::rfc3339(best.expires_at) << '\n'
      << payload.value_or("") << '\n';
  return 0;
}

} // namespace wsgw::actors
