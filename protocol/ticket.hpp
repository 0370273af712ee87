#pragma once

#include "protocol/role.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace wsgw::protocol {

/// The signed envelope `base64url(JSON) "." hex(HMAC-SHA256)` shared by duel
/// and widget tickets (contract/duels.md section 3, design D6).
std::string sign_ticket(std::string_view json, std::string_view secret);

/// Verifies the envelope in constant time and returns the JSON bytes that were
/// signed; empty when it is malformed or forged.
std::optional<std::string> open_ticket(std::string_view ticket,
                                       std::string_view secret);

enum class ticket_error : std::uint8_t { malformed, forged, expired, future };
/// The word used in logs and metrics.
std::string_view to_string(ticket_error why);

/// As `open_ticket`, with what is wrong.
std::variant<std::string, ticket_error> open_envelope(std::string_view ticket,
                                                      std::string_view secret);

/// How far the issuer's clock may be ahead of ours.
inline constexpr std::chrono::seconds ticket_clock_skew{5};

/// `future` or `expired`, or empty while a ticket is good. Its last second
/// counts whole.
std::optional<ticket_error>
check_times(std::chrono::system_clock::time_point issued_at,
            std::chrono::system_clock::time_point expires_at,
            std::chrono::system_clock::time_point now);

/// A widget ticket: `{"dialog_id","assistant_id"|"user_id","role","iat","exp",
/// "jti"}`, reusable until `exp`.
struct dialog_ticket {
  std::string dialog_id;
  std::optional<std::int64_t> assistant_id;
  std::string user_id;
  role as = role::widget;
  std::chrono::system_clock::time_point issued_at;
  std::chrono::system_clock::time_point expires_at;
  std::string jti;
  std::string json; ///< the signed payload, compact; not read when minting
};

std::variant<dialog_ticket, ticket_error>
verify_dialog_ticket(std::string_view ticket, std::string_view secret,
                     std::chrono::system_clock::time_point now);

/// Mints a ticket; `jti` must be unique, 16 lower-case hex digits, and the
/// secret not empty (an empty one opens nothing).
std::string mint_dialog_ticket(const dialog_ticket& order,
                               std::string_view secret);

} // namespace wsgw::protocol
