#pragma once

#include "protocol/cursor.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

/// What a v1 client may say (protocol-v1 section 3).
namespace wsgw::protocol::v1 {

struct pong {
  std::optional<std::uint64_t> seq;
};
struct ack {
  std::uint64_t seq = 0;
};
struct ping {};
/// `after` counts in the current epoch unless the client named one.
struct pull {
  std::uint64_t after = 0;
  std::optional<std::string> epoch; ///< from `"cursor"`
  std::size_t limit = 100;          ///< clamped to 1-500
};
struct typing {
  bool start = true;
};
struct read {
  std::uint64_t seq = 0;
};
struct refresh {
  std::string token;
};
/// An unknown `type`: ignored, but it shows that the client lives.
struct unknown {};
/// Not a JSON object, no string `type`, or a field of the wrong kind.
struct malformed {
  std::string why;
};

using command_body = std::variant<pong, ack, ping, pull, typing, read, refresh,
                                  unknown, malformed>;

/// One command with the JSON text of its `ref` (string or number, at most 64
/// bytes; else empty), which an `error` repeats.
struct command {
  command_body body;
  std::string ref;
};

/// Never fails: what is not understood is `unknown` or `malformed`.
command parse_command(std::string_view text);

} // namespace wsgw::protocol::v1
