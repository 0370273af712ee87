#pragma once

#include "protocol/dialect.hpp"
#include "protocol/event_log.hpp"
#include "protocol/role.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace wsgw::actors {

/// Who reads a replay, and how much of it.
struct replay_reader {
  protocol::role as = protocol::role::admin;
  protocol::dialect speaks = protocol::dialect::v1;
  std::size_t bytes = 0;  ///< that its outbox takes
  std::size_t events = 0; ///< skips not counted
  /// The first frame goes out whatever its size.
  bool takes_one = false;
};

/// The frames that tell one reader what happened behind a number.
struct replay_plan {
  struct item {
    protocol::frame what;
    std::uint64_t seq; ///< everything up to it has been told then
    bool is_event;     ///< else a skip
  };
  std::vector<item> items;
  std::size_t events = 0; ///< among the items; the others are skips
  std::uint64_t to = 0;   ///< everything up to it is told
};

/// Plans the events of `source` behind `after`, which it covers: those for
/// other roles as merged skips, ended by what the reader takes. Pure but for
/// the replay frames that `source` keeps.
replay_plan plan_replay(protocol::event_log& source, std::uint64_t after,
                        const replay_reader& reader);

} // namespace wsgw::actors
