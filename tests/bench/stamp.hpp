#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wsgw::bench {

/// What every published event carries inside its message text, so that each
/// receiver can tell lost, doubled, reordered and misrouted deliveries.
struct stamp {
  std::uint32_t run = 0;    ///< tells the events of two runs apart
  std::uint32_t dialog = 0; ///< index of the dialog, not its id
  std::uint32_t sequence = 0;
  std::int64_t sent_at = 0; ///< CLOCK_MONOTONIC, nanoseconds
};

/// The sequence of events that only ask "are you subscribed yet?".
inline constexpr std::uint32_t probe_sequence = 0xFFFFFFFF;

/// Reads the monotonic clock in nanoseconds.
std::int64_t now_ns();

/// The stamp as text: "wsl1" and 40 hex digits.
std::string to_text(const stamp& s);

/// Finds a stamp in a received frame. `offset_hint` is where the previous frame
/// had it: frames of a run look alike, so a search is rarely needed.
std::optional<stamp> find_stamp(std::string_view frame,
                                std::size_t& offset_hint);

/// Writes events of a fixed size. What a legacy client receives (the inner
/// message object) is exactly `payload_bytes` long, unless that is too short
/// for a stamp.
class event_writer {
public:
  explicit event_writer(std::size_t payload_bytes);

  /// Message text for the demo's POST endpoints, which add the other fields.
  std::string text(const stamp& s) const;
  /// The bare message object with a unique id.
  std::string message(const stamp& s);
  /// A whole `message:new` event as the backend publishes it.
  std::string event(const stamp& s, std::uint64_t dialog_id);

private:
  std::size_t text_bytes_;
  /// Unique over runs, since the hub drops a `message.id` it has seen.
  std::uint64_t next_id_;
};

} // namespace wsgw::bench
