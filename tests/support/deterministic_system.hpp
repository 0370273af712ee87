#pragma once

#include "actors/broadcaster.hpp"
#include "actors/dialog.hpp"
#include "actors/hub.hpp"
#include "actors/router.hpp"
#include "actors/subscriber.hpp"
#include "tests/support/fake_connection.hpp"
#include "tests/support/manual_loop.hpp"

#include <caf/actor_registry.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wsgw::tests {

/// A whole hub without threads or sockets: two shards on manual loops that the
/// test steps, a broadcaster and routers. Everything runs in `settle`.
class deterministic_system {
public:
  explicit deterministic_system(actors::settings config = {});

  deterministic_system(const deterministic_system&) = delete;
  deterministic_system& operator=(const deterministic_system&) = delete;

  ~deterministic_system();

  /// A client: its actor and the connection that it writes to.
  struct client {
    actors::subscriber_actor actor;
    std::shared_ptr<fake_connection> socket;

    const std::vector<std::string>& texts() const { return socket->texts; }
    /// What came since the last time.
    std::vector<std::string> fresh() const {
      return std::exchange(socket->texts, {});
    }
  };

  /// Runs every loop until nothing is left to do.
  void settle();

  void advance(transport::event_loop::clock::duration delay);

  /// Connects a client to `room` ("dialog:10") as `as` and settles.
  client connect(std::string_view room, protocol::role as,
                 std::shared_ptr<actors::passport> who = nullptr);

  /// A client that came back with `cursor`, or for the first time.
  client connect_v1(std::string_view room, protocol::role as,
                    std::string cursor = {},
                    protocol::dialect speaks = protocol::dialect::v1);

  client connect_unsettled(std::string_view room, protocol::role as,
                           std::shared_ptr<actors::passport> who = nullptr,
                           std::shared_ptr<fake_connection> socket = nullptr);

  std::shared_ptr<actors::passport> passport_for(std::string_view room,
                                                 protocol::role as);

  void disconnect(const client& c);

  void say(const client& c, std::string text);

  /// Events that arrive in one readable turn of the source.
  void publish_unsettled(std::string_view room,
                         std::vector<std::string> events);

  void publish(std::string_view room, std::vector<std::string> events);

  /// What the actors of all shards say about themselves.
  std::vector<actors::actor_info> actors_of_kind(std::string_view kind);

  /// The first dialog whose home is this shard ("dialog:3").
  std::string room_on(std::size_t shard);

  /// The living actor of `room`, or null.
  actors::dialog_actor dialog_of(std::string_view room);

  actors::hub& shared() { return shared_; }
  caf::actor_system& system() { return *system_; }
  actors::shard& shard(std::size_t i) { return *shards_[i]; }
  manual_loop& loop(std::size_t i) { return *loops_[i]; }

  static constexpr std::size_t shard_count = 2;

private:
  /// A subscriber ends only with its socket.
  struct disconnect_at_end {
    actors::subscriber_actor actor;
    explicit disconnect_at_end(actors::subscriber_actor a)
        : actor(std::move(a)) {}
    disconnect_at_end(disconnect_at_end&&) = default;
    disconnect_at_end& operator=(disconnect_at_end&&) = default;
    ~disconnect_at_end();
  };

  caf::actor_system_config caf_config_;
  std::vector<std::unique_ptr<manual_loop>> loops_;
  std::vector<std::unique_ptr<actors::shard>> shards_;
  std::unique_ptr<caf::actor_system> system_;
  actors::hub shared_;
  std::vector<disconnect_at_end> clients_;
  std::uint64_t next_connection_ = 1;
};

/// A message:new event as the backend publishes it.
std::string message_new(int id, std::string_view text = "hi");

/// The bare text that A, W and S get for it.
std::string bare_message(int id, std::string_view text = "hi");

} // namespace wsgw::tests
