#pragma once

#include "protocol/close_code.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace wsgw::protocol {

// What a legacy client of a duel hears (contract/duels.md section 5), compact
// and in this order of members. `duel` is the id as decimal text.

/// `{"type":"connected","duel_id":7,"server_ts":1771234567}`
std::string duel_connected(std::string_view duel,
                           std::chrono::system_clock::time_point now);
/// `{"type":"pong","ts":1771234567}`
std::string duel_pong(std::chrono::system_clock::time_point now);
/// `{"type":"duel_update","payload":{…}}`; `payload` is a JSON object.
std::string duel_update_text(std::string_view payload);
/// `{"type":"duel_closed","duel_id":7}`
std::string duel_closed(std::string_view duel);
/// `{"type":"error","message":"invalid_ticket"}`; `word` needs no escapes.
std::string duel_error(std::string_view word);

/// True when the client asks for a pong: a JSON object whose `type` is `ping`.
/// All else that it says is ignored, `{"type":"pong"}` included.
bool is_duel_ping(std::string_view text);

inline constexpr std::string_view duel_message_too_large = "message_too_large";
inline constexpr std::string_view duel_connection_timeout =
  "connection_timeout";

/// Why a socket is not let into a duel.
enum class duel_refusal : std::uint8_t {
  invalid_ticket,
  ticket_expired,
  ticket_already_used,
  duel_access_denied, ///< no player of it, or there is no such duel
  duel_closed,        ///< finished or cancelled
};

struct duel_refusal_row {
  duel_refusal why;
  std::string_view legacy; ///< `message` of the legacy error
  std::string_view v1;     ///< `code` of the v1 error
  std::string_view sentence;
  close_reason close; ///< of a v1 socket; a legacy one is closed 1000
};

/// The one table of refusals.
const duel_refusal_row& row_of(duel_refusal why);

} // namespace wsgw::protocol
