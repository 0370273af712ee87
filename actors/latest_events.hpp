#pragma once

#include "protocol/audit_text.hpp"
#include "protocol/event.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

namespace wsgw::actors {

/// Digests of a room's latest durable events, so that nodes can tell whether
/// they have seen the same ones. Costs a write an event. Loop thread only.
class latest_events {
public:
  /// The event `seq`; null: an entry that could not be parsed.
  void note(const protocol::event* e, std::uint64_t seq) {
    std::uint64_t digest = 0;
    if (e != nullptr)
      digest = std::hash<std::string_view>{}(e->type) * 31
               + std::hash<std::string_view>{}(e->message_id);
    kept_[seq % kept_.size()] = {seq, digest};
  }

  void clear() { kept_ = {}; }

  /// In order.
  std::vector<protocol::event_digest> newest() const {
    std::vector<protocol::event_digest> all;
    for (const auto& each : kept_)
      if (each.seq != 0)
        all.push_back(each);
    std::sort(all.begin(), all.end(),
              [](const auto& a, const auto& b) { return a.seq < b.seq; });
    return all;
  }

private:
  std::array<protocol::event_digest, 8> kept_{};
};

} // namespace wsgw::actors
