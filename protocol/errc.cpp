#include "protocol/errc.hpp"

#include <array>
#include <string>

namespace wsgw::protocol {

namespace {

struct errc_row {
  errc code;
  std::string_view word;
  std::string_view sentence;
  unsigned http_status;
};

/// In enumeration order. Events are refused where they are published, so their
/// status is that of `POST /api/publish`.
constexpr std::array table{
  errc_row{errc::not_found, "not_found", "There is nothing at this path.", 404},
  errc_row{errc::bad_dialog_id, "bad_dialog_id",
           "A dialog id is a decimal number from 1 to 2^63-1.", 400},
  errc_row{errc::bad_parameter, "bad_parameter",
           "A query parameter is malformed.", 400},
  errc_row{errc::missing_parameter, "missing_parameter",
           "A required query parameter is absent.", 400},
  errc_row{errc::unauthorized, "unauthorized",
           "Credentials are missing or not valid.", 401},
  errc_row{errc::forbidden, "forbidden", "This is not allowed here.", 403},
  errc_row{errc::method_not_allowed, "method_not_allowed",
           "This path does not support the method.", 405},
  errc_row{errc::upgrade_required, "upgrade_required",
           "This is a WebSocket endpoint.", 426},
  errc_row{errc::bad_upgrade, "bad_upgrade",
           "The WebSocket upgrade request is malformed.", 400},
  errc_row{errc::body_too_large, "body_too_large",
           "The request body is too large.", 413},
  errc_row{errc::head_too_large, "head_too_large",
           "The request head is too large.", 431},
  errc_row{errc::bad_request, "bad_request", "The request is malformed.", 400},
  errc_row{errc::http_version, "http_version", "A WebSocket needs HTTP/1.1.",
           505},
  errc_row{errc::too_many_connections, "too_many_connections",
           "Too many connection attempts from this address.", 429},
  errc_row{errc::server_overloaded, "server_overloaded",
           "The server has no room for another connection.", 503},
  errc_row{errc::dialog_full, "dialog_full",
           "This dialog has no room for another connection.", 503},
  errc_row{errc::draining, "draining", "The server is shutting down.", 503},
  errc_row{errc::unavailable, "unavailable",
           "A service behind this one cannot be reached.", 503},
  errc_row{errc::event_not_json, "event_not_json", "The event is not JSON.",
           400},
  errc_row{errc::event_not_object, "event_not_object",
           "The event is not a JSON object.", 400},
  errc_row{errc::event_not_utf8, "event_not_utf8",
           "The event is not valid UTF-8.", 400},
  errc_row{errc::event_without_type, "event_without_type",
           "The event has no type.", 400},
  errc_row{errc::event_without_message, "event_without_message",
           "The event has no message object.", 400},
  errc_row{errc::event_without_payload, "event_without_payload",
           "The duel update has no payload object.", 400},
  errc_row{errc::event_too_large, "event_too_large", "The event is too large.",
           413},
  errc_row{errc::event_bad_room, "event_bad_room",
           "The room of the event is malformed.", 400},
  errc_row{errc::internal_error, "internal_error",
           "Something went wrong on our side.", 500},
};

constexpr bool is_in_enumeration_order() {
  for (std::size_t i = 0; i < table.size(); ++i)
    if (static_cast<std::size_t>(table[i].code) != i + 1)
      return false;
  return table.back().code == errc::internal_error;
}
static_assert(is_in_enumeration_order());

/// A number that is no errc (a foreign value cast to it) reads as a bug.
const errc_row& row_of(int value) noexcept {
  const auto is_known = value >= 1 && value <= static_cast<int>(table.size());
  return is_known ? table[static_cast<std::size_t>(value - 1)] : table.back();
}

class protocol_category_type final : public std::error_category {
public:
  const char* name() const noexcept override { return "wsgw.protocol"; }

  std::string message(int value) const override {
    return std::string{row_of(value).word};
  }
};

} // namespace

const std::error_category& protocol_category() noexcept {
  static const protocol_category_type category;
  return category;
}

std::string_view word_of(errc e) noexcept {
  return row_of(static_cast<int>(e)).word;
}

std::string_view sentence_of(errc e) noexcept {
  return row_of(static_cast<int>(e)).sentence;
}

unsigned http_status_of(errc e) noexcept {
  return row_of(static_cast<int>(e)).http_status;
}

} // namespace wsgw::protocol
