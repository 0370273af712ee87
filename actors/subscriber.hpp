#pragma once

#include "actors/client_commands.hpp"
#include "actors/hub.hpp"
#include "actors/interfaces.hpp"
#include "actors/room_manners.hpp"
#include "actors/token_refresh.hpp"
#include "protocol/route.hpp"
#include "transport/connection.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace wsgw::actors {

/// A reserved place in a room; given back when the last owner drops it. Lives
/// and dies on the room's shard.
class reservation {
public:
  virtual ~reservation() = default;
  /// Places taken in this room by this role, this one included.
  virtual std::size_t taken() const = 0;
};
using seat = std::shared_ptr<const reservation>;

/// Everything admission found out about a connection.
struct passport {
  protocol::endpoint where = protocol::endpoint::admin_dialog;
  protocol::role as = protocol::role::admin;
  protocol::room_id room;
  protocol::connection_id id{};
  std::string user_id;
  std::string address;
  std::optional<std::chrono::system_clock::time_point> expires_at;
  seat place;
  protocol::dialect speaks = protocol::dialect::legacy;
  std::string cursor; ///< as the client gave it; empty: none
  /// What a v1 client's `refresh` is judged by; null for the other dialects.
  std::shared_ptr<const refresh_context> admission = nullptr;
};

/// SUBSCRIBER: one socket. Lends its connection to the dialog of its room,
/// which appends frames to the outbox; keeps the heartbeat, enforces expiry and
/// slowness, carries out a v1 client's commands, and ends with the socket. It
/// does not monitor its dialog: CAF would keep every observer's memory until
/// the dialog ends, and busy rooms never do. A dialog that fails tells its
/// members.
struct subscriber_state : describable {
  explicit subscriber_state(subscriber_actor::pointer self_ptr);
  ~subscriber_state() override;

  static inline const char* name = "wsgw.subscriber";

  /// A join that nobody has answered by then was lost with its dialog.
  static constexpr std::chrono::seconds join_patience{10};
  /// A v1 client gets its drain frame at least this long before its slot.
  static constexpr std::chrono::milliseconds least_notice{50};

  // -- operations -----------------------------------------------------------

  void start(hub& shared, shard& home, std::shared_ptr<const passport> holder,
             std::shared_ptr<transport::connection> socket);
  void slow();
  void joined(const messages::joined& answer);
  void lagging(bool news);
  void cannot_serve();
  void text_received(const messages::text_received& message);
  void pong_received();
  void disconnected(const messages::disconnected& end);
  void close(const protocol::close_status& status);

  /// Queues a frame of its own (heartbeat, greeting, answers).
  void queue(const protocol::frame& frame);
  /// The client has brought a token that is good until then; empty: for ever.
  void renew(std::optional<std::chrono::system_clock::time_point> until);

  void describe(actor_info& out) const override;
  bool trace(connection_trace& out) const override;
  void request_close(const protocol::close_status& status) override;
  bool request_drain(std::chrono::milliseconds slot) override;

  // -- state ----------------------------------------------------------------

  using time_point = transport::event_loop::clock::time_point;

  subscriber_actor::pointer self;
  hub* shared = nullptr;
  shard* home = nullptr;
  std::shared_ptr<const passport> who;
  std::shared_ptr<transport::connection> socket;
  dialog_actor dialog;                       ///< v1 and sse, once joined
  std::shared_ptr<client_commands> commands; ///< v1
  std::optional<directory::entry> listed;
  std::chrono::system_clock::time_point connected_at;
  std::optional<std::chrono::system_clock::time_point> expires_at;
  time_point opened_at;
  time_point last_seen;     ///< last sign of life
  time_point drains_at;     ///< its slot, while it drains
  bool has_joined = false;  ///< its dialog has answered
  bool is_slow = false;     ///< was closed 4010
  bool is_lagging = false;  ///< pulls what it missed
  bool is_closing = false;  ///< by us
  bool is_draining = false; ///< was given a slot
  bool was_warned = false;  ///< of its token's end
  transport::timer heartbeat;
  transport::timer liveness; ///< v1
  transport::timer expiry;
  transport::timer patience; ///< while it lags
  transport::timer slot;     ///< while it drains

private:
  /// How its kind of room is spoken to.
  const room_manners& manners() const { return manners_of(who->room.kind()); }
  bool speaks(protocol::dialect d) const { return who->speaks == d; }
  void count_in();
  void count_out();
  void arm_heartbeat();
  void beat();
  void ping_legacy();
  void arm_liveness(std::chrono::nanoseconds in);
  /// How long it may be silent, where that is watched all the time.
  std::optional<std::chrono::milliseconds> patience_for_silence() const;
  void check_liveness();
  void close_silent();
  void arm_expiry();
  void warn_of_expiry();
  void announce_drain();
};

subscriber_actor::behavior_type
subscriber(subscriber_actor::stateful_pointer<subscriber_state> self,
           hub* shared, shard* home, std::shared_ptr<const passport> who,
           std::shared_ptr<transport::connection> socket);

/// Spawns the subscriber of an opened socket on its room's shard, whose thread
/// this is, and asks for its membership at once: what is published after the
/// client has seen the 101 finds it on the way into the room.
subscriber_actor open_subscriber(hub& shared,
                                 std::shared_ptr<const passport> who,
                                 std::shared_ptr<transport::connection> socket);

} // namespace wsgw::actors
