#pragma once

#include "actors/hub.hpp"
#include "actors/interfaces.hpp"
#include "protocol/event.hpp"
#include "protocol/recent_ids.hpp"

#include <array>
#include <cstdint>
#include <unordered_map>
#include <vector>

namespace wsgw::actors {

/// DIALOG: one room of any kind. Parses each event once, drops duplicates,
/// numbers it, encodes it once and puts the frame into the outbox of every
/// member that may hear it. Ends
/// WS_HISTORY_TTL after its last member left, when the broadcaster agrees.
struct dialog_state : describable {
  explicit dialog_state(dialog_actor::pointer self_ptr);

  static inline const char* name = "wsgw.dialog";

  // -- operations -----------------------------------------------------------

  void start(hub& shared, shard& home, const protocol::room_id& room);
  void join(const messages::join& request);
  void take(messages::event& event);
  void append(messages::append& request);
  void answered(messages::store_answer& answer);
  void link_changed(const messages::link_state& news);
  void presence_changed(const messages::room_presence& news);
  void ping(const messages::ping_due& due);
  void pull(const messages::pull& request);
  void announce_drain(const messages::drain_slot& slot);
  void retired();
  void on_down(const caf::down_msg& down);

  void describe(actor_info& out) const override;

  // -- state ----------------------------------------------------------------

  /// A subscriber with the connection that it lends.
  struct member {
    subscriber_actor who;
    std::shared_ptr<transport::connection> socket;
    bool is_cut = false; ///< took no more once; gets nothing after the hole
  };

  /// Where a member stands: its role and its index in `members`.
  struct position {
    protocol::role as;
    std::size_t index;
  };

  dialog_actor::pointer self;
  hub* shared = nullptr;
  shard* home = nullptr;
  std::optional<protocol::room_id> room;
  std::optional<directory::entry> listed;
  std::array<std::vector<member>, protocol::role_count> members;
  std::unordered_map<caf::actor_id, position> positions;
  std::optional<protocol::recent_ids> recent;
  std::string epoch;          ///< names this actor's life (protocol-v1 1)
  std::uint64_t seq = 0;      ///< of the last durable event
  std::uint64_t seen = 0;     ///< joins and events the broadcaster forwarded
  transport::timer lingering; ///< armed while there is no member

  ~dialog_state() override;

private:
  bool is_duplicate(const protocol::event& e, const std::string& origin);
  void number(const protocol::event& e);
  void forward_to_inbox(const protocol::event& e, std::string json);
  void send_to(member& to, const protocol::frame& frame, std::uint64_t mark);
  void linger();
};

dialog_actor::behavior_type
dialog(dialog_actor::stateful_pointer<dialog_state> self, hub* shared,
       shard* home, const protocol::room_id& room);

} // namespace wsgw::actors
