#pragma once

#include "actors/hub.hpp"
#include "actors/interfaces.hpp"
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
/// slowness, and ends with the socket. It does not monitor its dialog: CAF
/// would keep every observer's memory until the dialog ends, and busy rooms
/// never do. A dialog that fails tells its members.
struct subscriber_state : describable {
  explicit subscriber_state(subscriber_actor::pointer self_ptr);
  ~subscriber_state() override;

  static inline const char* name = "wsgw.subscriber";

  // -- operations -----------------------------------------------------------

  void start(hub& shared, shard& home, std::shared_ptr<const passport> holder,
             std::shared_ptr<transport::connection> socket);
  void slow();
  void joined(const messages::joined& answer);
  void lagging(bool is_lagging);
  void cannot_serve();
  void text_received(const messages::text_received& message);
  void pong_received();
  void disconnected(const messages::disconnected& end);
  void close(const protocol::close_status& status);

  void describe(actor_info& out) const override;
  void request_close(const protocol::close_status& status) override;

  // -- state ----------------------------------------------------------------

  subscriber_actor::pointer self;
  hub* shared = nullptr;
  shard* home = nullptr;
  std::shared_ptr<const passport> who;
  std::shared_ptr<transport::connection> socket;
  std::optional<directory::entry> listed;
  std::chrono::system_clock::time_point connected_at;
  transport::event_loop::clock::time_point opened_at;
  transport::event_loop::clock::time_point last_seen; ///< last sign of life
  bool has_joined = false; ///< its dialog has answered
  bool is_slow = false;    ///< was closed 4010
  transport::timer heartbeat;
  transport::timer expiry;

private:
  bool is_inbox() const { return who->as == protocol::role::user; }
  void arm_heartbeat();
  void beat();
  void arm_expiry();
  /// Queues a frame of its own (heartbeat, greeting).
  void queue(const protocol::frame& frame);
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
