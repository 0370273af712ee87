#include "actors/client_events.hpp"

#include "actors/log.hpp"
#include "protocol/errc.hpp"

#include <string>
#include <utility>

namespace wsgw::actors {

using kind = protocol::client_event::kind;

client_events::client_events(hub& shared, shard& home,
                             const protocol::room_id& room, protocol::role from,
                             protocol::connection_id conn)
    : shared_(shared), home_(home), room_(room), from_(from), conn_(conn) {}

protocol::client_event client_events::event_of(kind what) const {
  protocol::client_event event;
  event.what = what;
  event.from = from_;
  event.conn = conn_;
  return event;
}

void client_events::typing(bool starts) {
  offer(typing_, event_of(starts ? kind::typing_start : kind::typing_stop));
}

void client_events::read(std::uint64_t seq) {
  auto event = event_of(kind::read);
  event.seq = seq;
  offer(read_, event);
}

void client_events::end() {
  typing_.window_end.reset();
  read_.window_end.reset();
  if (read_.waiting)
    publish(read_, *read_.waiting);
  if (seen_typing_)
    publish(typing_, event_of(kind::typing_stop));
}

void client_events::offer(lane& where, protocol::client_event event) {
  if (where.is_closed) {
    if (where.waiting)
      home_.counters().client_events_merged.add();
    where.waiting = event;
    return;
  }
  publish(where, event);
}

void client_events::window_ended(lane& where) {
  where.is_closed = false;
  if (const auto event = std::exchange(where.waiting, std::nullopt))
    publish(where, *event);
}

void client_events::publish(lane& where, const protocol::client_event& event) {
  if (event.what != kind::read)
    seen_typing_ = event.what == kind::typing_start;
  where.is_closed = true;
  where.window_end =
    home_.loop().after(window, [this, &where] { window_ended(where); });
  home_.counters().client_events.add();
  shared_.publish(
    room_, protocol::encode(event), [&hub = shared_](const std::string& error) {
      if (error.empty())
        return;
      hub.bad_events.add(protocol::word_of(protocol::errc::unavailable));
      log::repeated_warning("client_event", "subscriber",
                            "client event not published", {{"reason", error}});
    });
}

} // namespace wsgw::actors
