#pragma once

#include "protocol/result.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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

/// The body that `parse_revocation` reads.
std::string encode(const revocation& what);

/// `{"closed":2}`: one node's share.
std::string encode_revoked(std::size_t closed);
/// Reads it; empty when it is anything else.
std::optional<std::size_t> parse_revoked(std::string_view json);

/// What all nodes closed.
struct revoked {
  struct share {
    std::string node;
    std::size_t closed = 0;
  };
  std::vector<share> nodes;        ///< this one first
  std::vector<std::string> silent; ///< did not answer
  std::string error;               ///< empty: the others were asked
};

/// `{"closed":3,"nodes":[{"node":…,"closed":2},…],"silent":[]}`, and `error`
/// when the others could not be asked.
std::string encode(const revoked& all);

/// `{"draining":true,"connections":n,"spread_ms":…}`.
std::string encode_drain(std::size_t connections,
                         std::chrono::milliseconds spread);

} // namespace wsgw::protocol
