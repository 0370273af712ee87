#pragma once

#include "protocol/result.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// Bodies of `/admin/v1/…` (docs/operations.md).
namespace wsgw::protocol {

/// Whose connections `POST /admin/v1/revoke` closes.
struct revocation {
  enum class by : std::uint8_t { user, room, connection };

  by what = by::user;
  std::string name; ///< the user's id, `dialog:10`, or `conn` of the hello
};

/// Reads `{"user_id":…}`, `{"room":…}` or `{"conn":…}`: exactly one of them.
/// Errors: bad_request, event_bad_room.
result<revocation> parse_revocation(std::string_view body);

/// `{"closed":2}`.
std::string encode_revoked(std::size_t closed);

/// `{"draining":true,"connections":n,"spread_ms":…}`.
std::string encode_drain(std::size_t connections,
                         std::chrono::milliseconds spread);

} // namespace wsgw::protocol
