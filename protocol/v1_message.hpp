#pragma once

#include "protocol/cursor.hpp"
#include "protocol/dialect.hpp"
#include "protocol/event.hpp"
#include "protocol/frame.hpp"
#include "protocol/ids.hpp"
#include "protocol/role.hpp"
#include "protocol/room.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wsgw::protocol {

/// Why a cursor cannot be continued (protocol-v1 section 2, `hello`).
enum class reset_reason : std::uint8_t {
  epoch,
  trimmed,
  ahead,
  malformed,
  broker_lost_tail,
};
inline constexpr std::size_t reset_reason_count = 5;
std::string_view to_string(reset_reason why);

/// What became of the cursor a client came with.
enum class resume_outcome : std::uint8_t { fresh, replayed, reset };

/// Everything in a `hello`.
struct hello {
  connection_id conn{};
  const room_id* room = nullptr;
  role as = role::admin;
  cursor head; ///< where a replay ends, or live begins
  resume_outcome resume = resume_outcome::fresh;
  std::optional<reset_reason> why; ///< with `reset`
  std::size_t replay = 0;          ///< events that follow, skips not counted
  bool more = false;               ///< they do not all fit: pull the rest
  std::chrono::milliseconds ping{0};
  std::chrono::milliseconds pong{0};
  std::chrono::system_clock::time_point now;
  /// With `replayed`: the cursor the client gave. The SSE id of the hello, so
  /// that a stream that breaks in its replay goes on where it broke.
  std::optional<cursor> from;
};

/// Members connected to a room by role, on all nodes.
using role_counts = std::array<std::size_t, role_count>;

/// Each function writes one message of protocol-v1 section 2 as a complete
/// frame: a WebSocket text frame, or with dialect::sse
/// `id: <cursor>\nevent: <type>\ndata: <json>\n\n` (no id where there is no
/// cursor). `legacy` is no dialect of these. Pure; any thread.
namespace v1 {

frame hello_frame(dialect d, const hello& h);

/// A durable event at `at`, or an ephemeral (or unnumbered) one when `at` is
/// null. `data` is v1_data(e); `ts` is e.ts, else `now`; `trace_id` only when
/// the publisher sent one.
frame event_frame(dialect d, const event& e, const cursor* at,
                  std::chrono::system_clock::time_point now);
/// The same event with `"replay":true`, made from its live frame.
frame replay_frame(dialect d, const frame& live);
/// A live frame of dialect v1, as dialect sse.
frame as_sse(const frame& live, const cursor& at);

/// Nothing behind `after`, up to and including `to`, is for the receiver.
/// `"after"` tells one that missed an earlier event from one that did not.
frame skip_frame(dialect d, std::uint64_t after, const cursor& to);
frame ping_frame(std::uint64_t head);
frame pong_frame();
frame page_frame(std::uint64_t after, std::uint64_t to, bool more);
frame lagging_frame(std::uint64_t sent, std::uint64_t head);
frame live_frame(const cursor& head);
frame presence_frame(dialect d, const role_counts& counts);
frame expiring_frame(dialect d, std::chrono::milliseconds in);
/// Empty: the new credential has no end, `"expires_at":null`.
frame refreshed_frame(
  std::optional<std::chrono::system_clock::time_point> expires_at);
frame drain_frame(dialect d, std::chrono::milliseconds retry_after,
                  const cursor& head);
frame reset_frame(dialect d, reset_reason why, const cursor& head);
/// `code` is a stable word; `ref` is the client's JSON text, empty if none.
frame error_frame(std::string_view code, std::string_view message,
                  std::string_view ref);
/// The SSE comment that keeps proxies open: ":\n\n".
frame sse_comment();

} // namespace v1

/// The JSON object that v1 clients get as `data`: the inner message of a
/// message:new, the `_client` object of a client's own event, else flat.
std::string_view v1_data(const event& e);

} // namespace wsgw::protocol
