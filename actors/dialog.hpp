#pragma once

#include "actors/attendance.hpp"
#include "actors/catch_up.hpp"
#include "actors/hub.hpp"
#include "actors/interfaces.hpp"
#include "actors/latest_events.hpp"
#include "actors/members.hpp"
#include "actors/room_chronicle.hpp"
#include "actors/room_history.hpp"
#include "actors/room_rules.hpp"
#include "actors/room_sequence.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace wsgw::actors {

/// DIALOG: one room of any kind. Its sequence puts events into their order,
/// its fan-out encodes each once per dialect and puts the frame into the
/// outbox of every member that may hear it, its history and the log in Redis
/// serve whoever comes back with a cursor. Ends WS_HISTORY_TTL after its last
/// member left, when the broadcaster agrees.
struct dialog_state : describable, sequence_listener {
  explicit dialog_state(dialog_actor::pointer self_ptr);
  ~dialog_state() override;

  static inline const char* name = "wsgw.dialog";

  // -- operations -----------------------------------------------------------

  void start(hub& shared, shard& home, const protocol::room_id& room);
  void join(const messages::join& request);
  void take(messages::event& event);
  void append(messages::append& request);
  void ping(const messages::ping_due& due);
  void pull(const messages::pull& request);
  void announce_drain(const messages::drain_slot& slot);
  void retired();
  void on_down(const caf::down_msg& down) { leave(down.source.id()); }
  /// The subscriber `who` lives no more.
  void leave(std::uint64_t who);

  void describe(actor_info& out) const override;
  void readings(std::vector<room_reading>& out) const override;
  bool detail(room_detail& out) const override;

  // -- news of the sequence -------------------------------------------------

  void on_open() override;
  void on_event(const protocol::event* e, std::string json) override;
  void on_unnumbered(const protocol::event& e, std::string json) override;
  void on_reset(protocol::reset_reason why) override;
  void on_history(const protocol::log_follower::history& older) override;

  // -- state ----------------------------------------------------------------

  /// Everything that needs the room: made by `start`, in this order.
  struct parts {
    explicit parts(dialog_state& owner);

    room_context context;
    members all;
    room_history history;
    room_chronicle past;
    fan_out live;
    attendance present;
    std::unique_ptr<room_sequence> sequence;
    catch_up behind;
    std::unique_ptr<room_rules> rules; ///< of this kind of room
  };

  dialog_actor::pointer self;
  hub* shared = nullptr;
  shard* home = nullptr;
  std::optional<protocol::room_id> room;
  std::optional<parts> has;
  std::optional<directory::entry> listed;
  latest_events latest;       ///< for the audit
  std::uint64_t seen = 0;     ///< what the broadcaster forwarded and counted
  transport::timer lingering; ///< armed while there is no member

private:
  void forward_to_inbox(const protocol::event& e, std::string json);
  const protocol::frame& ping_of_head();
  void linger();

  protocol::frame ping_; ///< says `pinged_`
  std::uint64_t pinged_ = 0;
};

dialog_actor::behavior_type
dialog(dialog_actor::stateful_pointer<dialog_state> self, hub* shared,
       shard* home, const protocol::room_id& room);

} // namespace wsgw::actors
