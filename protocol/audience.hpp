#pragma once

#include "protocol/event.hpp"
#include "protocol/role.hpp"

#include <array>
#include <optional>
#include <string_view>

namespace wsgw::protocol {

/// What the hub knows about one type of event.
struct event_row {
  std::string_view type;
  durability kind;
  role_set audience; ///< when the event has no `_to`
};

inline constexpr std::string_view message_new_type = "message:new";

/// The one table of event types (protocol-v1 section 6, "Event names"). A type
/// that is not in it is durable and for everyone: see `row_of`.
inline constexpr std::array event_table{
  event_row{message_new_type, durability::durable, role_set::all()},
  event_row{"handoff_requested", durability::durable, role_set::all()},
  event_row{"handoff_started", durability::durable, role_set::all()},
  event_row{"handoff_released", durability::durable, role_set::all()},
  event_row{"handoff_cancelled", durability::durable, role_set::all()},
  event_row{"operator_handling", durability::durable, role_set::all()},
  event_row{"typing_start", durability::ephemeral,
            role_set{role::widget, role::site, role::user}},
  event_row{"typing_stop", durability::ephemeral,
            role_set{role::widget, role::site, role::user}},
  event_row{"message_received", durability::ephemeral, role_set::all()},
};

/// A type that becomes a client's own event by a non-empty object `_client`
/// (protocol-v1 section 3, `typing` and `read`): ephemeral, whatever the type
/// is otherwise, and flat nothing but its type.
struct client_event_row {
  std::string_view type;
  bool v1_only; ///< legacy clients do not know it
};

inline constexpr std::array client_event_table{
  client_event_row{"typing_start", false},
  client_event_row{"typing_stop", false},
  client_event_row{"read", true},
};

/// The row of `type`; null when `_client` means nothing for it.
const client_event_row* client_row_of(std::string_view type);

/// The row of `type`; for an unknown type a row without a name.
const event_row& row_of(std::string_view type);

/// Reads one word of an event's `_to`: any role but `user`. Empty for any
/// other word; `user` is none, because an inbox hears all that is addressed to
/// it, whatever `_to` says.
std::optional<role> receiver_of(std::string_view word);

} // namespace wsgw::protocol
