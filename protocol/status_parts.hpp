#pragma once

#include "protocol/json_writer.hpp"
#include "protocol/role.hpp"
#include "protocol/status_body.hpp"

#include <array>
#include <cstddef>

/// Pieces that several bodies share.
namespace wsgw::protocol {

/// `{"admin":1,"widget":0,"site":0,"user":0}`.
inline void write_roles(json_writer& json,
                        const std::array<std::size_t, role_count>& counts) {
  json.begin_object();
  for (const auto r : all_roles)
    json.key(to_string(r)).number(counts[static_cast<std::size_t>(r)]);
  json.end_object();
}

/// The object of `/api/websocket/stats`.
void write_stats(json_writer& json, const stats_facts& facts);

} // namespace wsgw::protocol
