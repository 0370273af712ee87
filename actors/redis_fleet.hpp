#pragma once

#include "actors/hub.hpp"
#include "actors/redis_log.hpp"
#include "actors/redis_source.hpp"
#include "transport/redis_url.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace wsgw::actors {

/// All Redis servers of REDIS_URL (design D11): each room belongs to one of
/// them, chosen by rendezvous hashing. The links of server i live on shard
/// i % shards. As a log it passes everything on to the room's server.
class redis_fleet final : public log_store {
public:
  struct place {
    shard* home = nullptr;
    transport::shard_loop* loop = nullptr;
  };

  /// `servers` and `places` must not be empty. Wires nothing, starts nothing.
  redis_fleet(hub& shared, std::vector<transport::redis_endpoint> servers,
              const std::vector<place>& places);

  /// Makes the hub publish, append and read here. Before anything runs.
  void install();
  /// Begins to connect. Any thread.
  void start();
  /// Closes all links and waits for it; nothing arrives afterwards. Not on a
  /// loop's thread; the loops must be running.
  void stop();

  /// Any thread.
  std::size_t server_of(const protocol::room_id& room) const;

  void open(const protocol::room_id& room,
            std::function<void(store_result<protocol::cursor>)> done) override;
  void
  read(const protocol::room_id& room, std::uint64_t after, std::size_t count,
       std::function<void(store_result<protocol::log_page>)> done) override;
  void renew(const protocol::room_id& room, std::string epoch,
             std::function<void(store_result<protocol::cursor>)> done) override;
  void publish(const protocol::room_id& room, std::string json,
               std::string idempotency_key,
               std::function<void(store_result<appended>)> done) override;

private:
  struct member {
    std::string label;
    std::string masked;
    transport::shard_loop* loop = nullptr;
    std::unique_ptr<redis_source> source;
    std::unique_ptr<redis_log> log; ///< null without WS_LOG
    source_status events;           ///< of the source; guarded
    transport::redis_status log_state;
  };

  void add(const transport::redis_endpoint& server, const place& where);
  member& of(const protocol::room_id& room);
  bool has_log() const;
  void on_events(std::size_t index, const source_status& status);
  void on_log(std::size_t index, const transport::redis_status& status);
  /// Tells the hub how all servers together are. `mutex_` is held.
  void report();

  hub& shared_;
  std::vector<std::string> labels_;
  std::vector<member> members_;
  std::mutex mutex_; ///< of the states
  source_status shown_;
};

} // namespace wsgw::actors
