#pragma once

#include "protocol/close_code.hpp"
#include "protocol/result.hpp"
#include "protocol/room.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

/// Bodies of what an operator does to one connection or one room
/// (docs/operations.md).
namespace wsgw::protocol {

/// Which connection `POST /admin/v1/close` closes, and how.
struct close_order {
  std::string conn; ///< as in the hello, lower-case hexadecimal
  close_status status;
};

/// Reads `{"conn":"7f3a","code":4000,"reason":"…"}`: 1012 or 4000-4999; the
/// reason may be left out, else at most 123 bytes. Error: bad_request.
result<close_order> parse_close_order(std::string_view body);

/// `{"closed":1}`.
std::string encode_closed(std::size_t connections);

/// Which room `POST /admin/v1/drain_room` empties.
struct room_drain {
  room_id room;
  std::optional<std::chrono::milliseconds> spread; ///< empty: by its size
};

/// The longest `spread` of a room's drain.
inline constexpr std::chrono::minutes longest_room_drain{10};

/// Reads `{"dialog_id":10}` or `{"room":"duel:7"}`, with `"spread"` as text
/// (`"500ms"`, `"5s"`, `"1m"`) or in seconds. Errors: bad_request,
/// bad_dialog_id, event_bad_room.
result<room_drain> parse_room_drain(std::string_view body);

/// `{"draining":true,"room":"dialog:10","connections":n,"spread_ms":…}`.
std::string encode_room_drain(const room_drain& what, std::size_t connections);

} // namespace wsgw::protocol
