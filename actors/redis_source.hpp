#pragma once

#include "actors/hub.hpp"
#include "transport/redis_link.hpp"
#include "transport/shard_loop.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace wsgw::actors {

/// Events from one Redis server: subscribes to the channels of every kind of
/// room and hands what comes to the broadcaster, in order, with the news of the
/// subscription between them: `restored` comes before the first event of a new
/// subscription. Also publishes there. Lives on one shard's loop.
class redis_source {
public:
  using status_hook = std::function<void(const source_status&)>;

  /// `index` is the server's place in REDIS_URL; `on_status` runs on the loop's
  /// thread.
  redis_source(hub& shared, shard& home, transport::shard_loop& loop,
               const transport::redis_endpoint& server, std::size_t index,
               status_hook on_status);

  /// Begins to connect. Call on the loop's thread.
  void start();
  /// Closes both links; nothing arrives afterwards. Same thread.
  void stop();
  /// PUBLISH; `done` runs on the loop's thread. Same thread.
  void publish(const protocol::room_id& room, std::string json,
               hub::published done);
  /// The same, once per `idempotency_key` and room within five minutes, which
  /// Redis remembers; an empty key is none. Same thread.
  void publish_once(const protocol::room_id& room, std::string json,
                    const std::string& idempotency_key, hub::append_done done);

private:
  void on_messages(std::vector<transport::redis_message> messages);
  void on_state(const transport::redis_status& status);
  void accept(transport::redis_message& message, messages::ingest& batch);
  void refuse(const transport::redis_message& message, protocol::errc why);
  void tell(messages::link_state::news what);
  /// Sends a command and takes its time.
  void send(const std::vector<std::string>& words,
            transport::redis_client::callback done);

  hub& shared_;
  shard& home_;
  std::string server_; ///< for logs, without credentials
  const std::size_t index_;
  status_hook on_status_;
  source_status status_;
  transport::redis_subscriber subscriber_;
  transport::redis_client commands_;
};

} // namespace wsgw::actors
