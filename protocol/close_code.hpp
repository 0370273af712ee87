#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace wsgw::protocol {

/// What a client should do after a close (docs/protocol.md publishes it).
enum class reconnect : std::uint8_t {
  never,        ///< the same attempt would fail again
  at_once,      ///< come back immediately, with the cursor
  new_token,    ///< fetch a new token or ticket, then come back at once
  backoff,      ///< exponential backoff with jitter
  long_backoff, ///< as `backoff`, but start at tens of seconds
};

/// A close code with its reason text, as sent in a close frame. The reason is
/// at most 123 bytes of UTF-8 (RFC 6455 section 5.5).
struct close_status {
  std::uint16_t code = 1000;
  std::string reason;

  friend bool operator==(const close_status&, const close_status&) = default;
};

/// Every reason for which the hub itself closes a connection.
enum class close_reason : std::uint8_t {
  normal,
  heartbeat_timeout,
  unsupported_data,
  internal_error,
  service_restarting,
  server_overloaded,
  dialog_full,
  authorisation_unavailable,
  log_unavailable,
  duel_unavailable,
  token_expired,
  ticket_already_used,
  invalid_token,
  invalid_ticket,
  auth_failed,
  site_token_invalid,
  domain_not_allowed_for_token,
  domain_not_allowed,
  assistant_not_found,
  duel_access_denied,
  too_many_connections,
  too_many_commands,
  replaced,
  slow_consumer,
  revoked,
};

struct close_row {
  close_reason reason;
  std::uint16_t code;
  std::string_view text;
  reconnect policy;
};

/// The one table of close codes (protocol-v1 section 4), in enumeration order.
inline constexpr std::array close_table{
  close_row{close_reason::normal, 1000, "", reconnect::never},
  close_row{close_reason::heartbeat_timeout, 1001, "Heartbeat timeout",
            reconnect::backoff},
  close_row{close_reason::unsupported_data, 1003, "Binary frames not supported",
            reconnect::never},
  close_row{close_reason::internal_error, 1011, "Internal error",
            reconnect::backoff},
  close_row{close_reason::service_restarting, 1012, "Service restarting",
            reconnect::backoff},
  close_row{close_reason::server_overloaded, 1013,
            "Server overloaded - too many connections", reconnect::backoff},
  close_row{close_reason::dialog_full, 1013,
            "Too many connections for this dialog", reconnect::backoff},
  close_row{close_reason::authorisation_unavailable, 1013,
            "Authorisation unavailable", reconnect::backoff},
  close_row{close_reason::log_unavailable, 1013, "Event log unavailable",
            reconnect::backoff},
  close_row{close_reason::duel_unavailable, 1013, "Duel state unavailable",
            reconnect::backoff},
  close_row{close_reason::token_expired, 4001, "Token expired",
            reconnect::new_token},
  close_row{close_reason::ticket_already_used, 4001, "ticket_already_used",
            reconnect::new_token},
  close_row{close_reason::invalid_token, 4002, "Invalid or expired token",
            reconnect::never},
  close_row{close_reason::invalid_ticket, 4002, "invalid_ticket",
            reconnect::never},
  close_row{close_reason::auth_failed, 4002, "Auth failed", reconnect::never},
  close_row{close_reason::site_token_invalid, 4002, "Site token invalid",
            reconnect::never},
  close_row{close_reason::domain_not_allowed_for_token, 4003,
            "Domain not allowed for this token", reconnect::never},
  close_row{close_reason::domain_not_allowed, 4003, "Domain not allowed",
            reconnect::never},
  close_row{close_reason::assistant_not_found, 4004, "Assistant not found",
            reconnect::never},
  close_row{close_reason::duel_access_denied, 4004, "duel_access_denied",
            reconnect::never},
  close_row{close_reason::too_many_connections, 4008, "Too many connections",
            reconnect::long_backoff},
  close_row{close_reason::too_many_commands, 4008, "Too many commands",
            reconnect::long_backoff},
  close_row{close_reason::replaced, 4009, "Replaced by a newer connection",
            reconnect::at_once},
  close_row{close_reason::slow_consumer, 4010, "Slow consumer",
            reconnect::at_once},
  close_row{close_reason::revoked, 4011, "Revoked", reconnect::never},
};

/// Returns the row of `reason`.
constexpr const close_row& row_of(close_reason reason) {
  return close_table[static_cast<std::size_t>(reason)];
}

/// Returns code and text of `reason`, ready to be sent.
inline close_status status_of(close_reason reason) {
  const auto& row = row_of(reason);
  return {row.code, std::string{row.text}};
}

} // namespace wsgw::protocol
