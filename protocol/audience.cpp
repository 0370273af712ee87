#include "protocol/audience.hpp"

#include <algorithm>

namespace wsgw::protocol {

const event_row& row_of(std::string_view type) {
  static constexpr event_row any_other{"", durability::durable,
                                       role_set::all()};
  const auto* const row =
    std::find_if(event_table.begin(), event_table.end(),
                 [type](const event_row& r) { return r.type == type; });
  return row == event_table.end() ? any_other : *row;
}

const client_event_row* client_row_of(std::string_view type) {
  const auto* const row =
    std::find_if(client_event_table.begin(), client_event_table.end(),
                 [type](const client_event_row& r) { return r.type == type; });
  return row == client_event_table.end() ? nullptr : row;
}

std::optional<role> receiver_of(std::string_view word) {
  for (const auto r :
       {role::admin, role::widget, role::site, role::initiator, role::opponent})
    if (to_string(r) == word)
      return r;
  return std::nullopt;
}

} // namespace wsgw::protocol
