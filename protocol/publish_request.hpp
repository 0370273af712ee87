#pragma once

#include "protocol/errc.hpp"
#include "protocol/event.hpp"
#include "protocol/room.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// Bodies of `POST /api/publish` (protocol-v1 6.3 and 7.15).
namespace wsgw::protocol {

/// One event to publish.
struct publish_item {
  room_id room;
  std::string_view event;      ///< a part of the body, byte by byte as it came
  std::string idempotency_key; ///< empty: none
};

/// A whole request: every item of it can be published.
struct publish_request {
  std::vector<publish_item> items;
  bool is_array = false; ///< answered by an array
};

/// Why nothing of a request is published.
struct publish_refusal {
  errc why = errc::bad_request;
  std::string_view message;         ///< empty: the code's own sentence
  std::optional<std::size_t> index; ///< of the bad item of an array
};

struct publish_limits {
  std::size_t max_event_bytes = 1U << 20;
  parse_options events; ///< as for events from Redis
};

inline constexpr std::size_t max_publish_items = 1000;
inline constexpr std::size_t max_idempotency_key = 128; ///< bytes

/// Reads and validates everything. Unknown fields are ignored; of a field that
/// occurs twice the last counts; null is as good as absent. The items refer to
/// `body`. Reentrant.
std::variant<publish_request, publish_refusal>
parse_publish(std::string_view body, const publish_limits& limits);

/// `{"error":…,"message":…,"request_id":…}`, with `"index"` if there is one.
std::string encode_refusal(const publish_refusal& refusal,
                           std::string_view request_id);

/// What became of one item.
struct publish_outcome {
  std::string epoch; ///< empty: published, nobody numbered it
  std::uint64_t seq = 0;
  bool is_duplicate = false;
  std::optional<errc> error; ///< set: nothing was published, as far as known
  std::string message;       ///< of the error
};

/// `{"epoch":…,"seq":…,"duplicate":…}` or `{"error":…,"message":…}`.
std::string encode_outcome(const publish_outcome& outcome);
/// An array of them, in the order of the items.
std::string encode_outcomes(const std::vector<publish_outcome>& outcomes);

} // namespace wsgw::protocol
