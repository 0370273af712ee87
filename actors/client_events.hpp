#pragma once

#include "actors/hub.hpp"
#include "actors/shard.hpp"
#include "protocol/client_event.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

namespace wsgw::actors {

/// Publishes what one client tells the others: that it types, and what it has
/// read. Under pressure states are merged: at most one of a kind goes out per
/// window, the latest, and a `stop` is never lost. Shard thread only; destroy
/// it to disarm its timers.
class client_events {
public:
  static constexpr std::chrono::milliseconds window{250};

  /// All references outlive this object.
  client_events(hub& shared, shard& home, const protocol::room_id& room,
                protocol::role from, protocol::connection_id conn);

  void typing(bool starts);
  void read(std::uint64_t seq);
  /// The client is gone: nobody shall see it type for ever.
  void end();

private:
  /// The latest of one kind that waits for the end of its window.
  struct lane {
    std::optional<protocol::client_event> waiting;
    bool is_closed = false; ///< within a window
    transport::timer window_end;
  };

  void offer(lane& where, protocol::client_event event);
  void window_ended(lane& where);
  void publish(lane& where, const protocol::client_event& event);
  protocol::client_event event_of(protocol::client_event::kind what) const;

  hub& shared_;
  shard& home_;
  const protocol::room_id& room_;
  protocol::role from_;
  protocol::connection_id conn_;
  lane typing_;
  lane read_;
  bool seen_typing_ = false; ///< the last published state was a start
};

} // namespace wsgw::actors
