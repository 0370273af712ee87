#include "protocol/duel_text.hpp"

#include "protocol/command.hpp"

#include <array>

namespace wsgw::protocol {

namespace {

/// In enumeration order.
constexpr std::array refusals{
  duel_refusal_row{duel_refusal::invalid_ticket, "invalid_ticket",
                   "invalid_ticket", "The ticket is not valid.",
                   close_reason::invalid_ticket},
  duel_refusal_row{duel_refusal::ticket_expired, "invalid_ticket",
                   "ticket_expired", "The ticket has expired; fetch another.",
                   close_reason::token_expired},
  duel_refusal_row{duel_refusal::ticket_already_used, "ticket_already_used",
                   "ticket_already_used",
                   "A ticket lets in once; fetch another.",
                   close_reason::ticket_already_used},
  duel_refusal_row{duel_refusal::duel_access_denied, "duel_access_denied",
                   "duel_access_denied",
                   "There is no such duel, or you do not play in it.",
                   close_reason::duel_access_denied},
  duel_refusal_row{duel_refusal::duel_closed, "duel_closed", "duel_closed",
                   "The duel is over.", close_reason::normal},
};

std::string unix_text(std::chrono::system_clock::time_point t) {
  using std::chrono::seconds;
  return std::to_string(
    std::chrono::floor<seconds>(t).time_since_epoch().count());
}

} // namespace

std::string duel_connected(std::string_view duel,
                           std::chrono::system_clock::time_point now) {
  std::string text = R"({"type":"connected","duel_id":)";
  text.append(duel).append(R"(,"server_ts":)").append(unix_text(now));
  return text += '}';
}

std::string duel_pong(std::chrono::system_clock::time_point now) {
  return R"({"type":"pong","ts":)" + unix_text(now) + '}';
}

std::string duel_update_text(std::string_view payload) {
  std::string text = R"({"type":"duel_update","payload":)";
  text += payload;
  return text += '}';
}

std::string duel_closed(std::string_view duel) {
  std::string text = R"({"type":"duel_closed","duel_id":)";
  text += duel;
  return text += '}';
}

std::string duel_error(std::string_view word) {
  std::string text = R"({"type":"error","message":")";
  text += word;
  return text += "\"}";
}

bool is_duel_ping(std::string_view text) { return has_type(text, "ping"); }

const duel_refusal_row& row_of(duel_refusal why) {
  return refusals[static_cast<std::size_t>(why)];
}

} // namespace wsgw::protocol
