#pragma once

#include "actors/hub.hpp"
#include "transport/redis_link.hpp"
#include "transport/shard_loop.hpp"

#include <memory>

namespace wsgw::actors {

/// Events from Redis: subscribes to the channels of every kind of room and
/// hands what comes to the broadcaster, in order. Lives on one shard's loop.
class redis_source {
public:
  redis_source(hub& shared, shard& home, transport::shard_loop& loop,
               const transport::redis_endpoint& server);

  /// Begins to connect. Call on the loop's thread.
  void start();
  /// Closes both links; nothing arrives afterwards. Same thread.
  void stop();
  /// PUBLISH; `done` runs on the loop's thread. Same thread.
  void publish(const protocol::room_id& room, std::string json,
               hub::published done);

private:
  void on_messages(std::vector<transport::redis_message> messages);
  void on_state(const transport::redis_status& status);
  void accept(transport::redis_message& message, messages::ingest& batch);

  hub& shared_;
  shard& home_;
  std::string server_; ///< for logs, without credentials
  source_status status_;
  transport::redis_subscriber subscriber_;
  transport::redis_client commands_;
};

} // namespace wsgw::actors
