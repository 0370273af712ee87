#pragma once

#include <string_view>
#include <system_error>

namespace wsgw::protocol {

/// Expected failures of the protocol layer. The message of each code is the
/// stable snake_case word that clients see as `"error"` and metrics use as
/// `reason`; one table in errc.cpp holds word, sentence and HTTP status.
enum class errc {
  not_found = 1,         ///< no such path
  bad_dialog_id,         ///< dialog id is not decimal in 1 … 2^63-1
  bad_parameter,         ///< a query parameter is malformed
  missing_parameter,     ///< a required query parameter is absent
  unauthorized,          ///< no or bad credentials where HTTP says 401
  forbidden,             ///< known, but not allowed here
  method_not_allowed,    ///< the path exists, the method does not
  upgrade_required,      ///< a WebSocket endpoint was asked without upgrade
  bad_upgrade,           ///< the upgrade request is malformed (no key)
  body_too_large,        ///< request body over the limit
  head_too_large,        ///< request head over the limit
  bad_request,           ///< not HTTP, or a malformed body
  http_version,          ///< an upgrade needs HTTP/1.1
  too_many_connections,  ///< attempts per address, HTTP 429
  server_overloaded,     ///< global connection limit, HTTP 503
  dialog_full,           ///< per-dialog-and-role limit, HTTP 503
  draining,              ///< the hub is shutting down, HTTP 503
  unavailable,           ///< a backend (Redis) cannot take the request, 503
  event_not_json,        ///< event is not JSON
  event_not_object,      ///< event is JSON, but not an object
  event_not_utf8,        ///< event is not valid UTF-8
  event_without_type,    ///< event has no string `type`
  event_without_message, ///< message:new whose `message` is not an object
  event_without_payload, ///< duel_update whose `payload` is not an object
  event_too_large,       ///< event over WS_MAX_EVENT_BYTES
  event_bad_room,        ///< channel or room name is malformed
  internal_error,        ///< a bug; HTTP 500
};

const std::error_category& protocol_category() noexcept;

inline std::error_code make_error_code(errc e) noexcept {
  return {static_cast<int>(e), protocol_category()};
}

/// The stable word, for instance `bad_dialog_id`.
std::string_view word_of(errc e) noexcept;
/// A sentence for humans.
std::string_view sentence_of(errc e) noexcept;
/// The HTTP status that carries this error.
unsigned http_status_of(errc e) noexcept;

} // namespace wsgw::protocol

template <>
struct std::is_error_code_enum<wsgw::protocol::errc> : std::true_type {};
