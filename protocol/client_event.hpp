#pragma once

#include "protocol/ids.hpp"
#include "protocol/role.hpp"

#include <cstdint>
#include <string>

namespace wsgw::protocol {

/// An ephemeral event that a client causes for the others in its dialog
/// (protocol-v1 section 3, `typing` and `read`). It takes the way of the
/// backend's events, so every node delivers it.
struct client_event {
  enum class kind : std::uint8_t { typing_start, typing_stop, read };

  kind what = kind::typing_start;
  role from = role::widget;
  connection_id conn{};  ///< the sender, which does not get it back
  std::uint64_t seq = 0; ///< of `read`
};

/// The event as it is published:
/// `{"type":"read","_to":[…],"_client":{"role":…,"conn":…,"seq":43}}`. What
/// visitors do is for admins, what an admin does is for all.
std::string encode(const client_event& event);

} // namespace wsgw::protocol
