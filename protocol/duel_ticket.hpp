#pragma once

#include "protocol/ticket.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace wsgw::protocol {

/// What lets one player into one duel, once (contract/duels.md section 3):
/// `{"duel_id","user_id","iat","exp","jti"}` in the envelope of `sign_ticket`.
struct duel_ticket {
  std::int64_t duel_id = 0; ///< positive
  std::int64_t user_id = 0; ///< positive
  std::chrono::system_clock::time_point issued_at;
  std::chrono::system_clock::time_point expires_at; ///< the last good second
  std::string jti; ///< never empty; names the ticket until it has expired
};

/// The ticket inside, or the first thing wrong with it. Numbers may be written
/// as decimal strings, as the original accepts them; `jti` must be a string.
/// Whether it was used before is the caller's business.
std::variant<duel_ticket, ticket_error>
verify_duel_ticket(std::string_view ticket, std::string_view secret,
                   std::chrono::system_clock::time_point now);

/// Mints a ticket, byte for byte as the original's issuer does; `jti` must be
/// unique, 16 lower-case hex digits, and the secret not empty.
std::string mint_duel_ticket(const duel_ticket& order, std::string_view secret);

} // namespace wsgw::protocol
