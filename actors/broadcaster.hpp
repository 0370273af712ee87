#pragma once

#include "actors/hub.hpp"
#include "actors/interfaces.hpp"

#include <cstdint>
#include <unordered_map>

namespace wsgw::actors {

/// BROADCASTER: receives backend events from the source (Redis or embedded) and
/// sends each to the actor of its room. It alone creates and forgets dialogs,
/// so every join and every event of a room takes the same, ordered way.
struct broadcaster_state : describable {
  broadcaster_state(broadcaster_actor::pointer self_ptr);

  static inline const char* name = "wsgw.broadcaster";

  /// An open room.
  struct entry {
    dialog_actor dialog;
    std::uint64_t forwarded = 0; ///< joins, events and appends sent to it
  };

  // -- operations -----------------------------------------------------------

  void start(hub& shared, shard& home);
  void ingest(messages::ingest& batch);
  void append(messages::append& request);
  void link_changed(const messages::link_state& news);
  void presence_changed(const messages::room_presence& news);
  void join(messages::join& request);
  void retire(const messages::retire& request);
  void on_down(const caf::down_msg& down);
  void on_exit(const caf::exit_msg& exit);

  void describe(actor_info& out) const override;

  // -- state ----------------------------------------------------------------

  broadcaster_actor::pointer self;
  hub* shared = nullptr;
  shard* home = nullptr;
  std::unordered_map<protocol::room_id, entry> dialogs;
  std::optional<directory::entry> listed;

private:
  /// The open room, opened when it is not.
  entry& open(const protocol::room_id& room);
  void forward(messages::room_event& event);
  /// An event of a room nobody has open here.
  void route_elsewhere(messages::room_event& event);
};

broadcaster_actor::behavior_type
broadcaster(broadcaster_actor::stateful_pointer<broadcaster_state> self,
            hub* shared, shard* home);

} // namespace wsgw::actors
