#pragma once

#include "actors/hub.hpp"
#include "actors/log_store.hpp"
#include "actors/redis_library.hpp"
#include "transport/redis_link.hpp"
#include "transport/shard_loop.hpp"

#include <atomic>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace wsgw::actors {

/// The logs on one Redis server, over a command link of its own on one shard's
/// loop. Usable while the link is up and holds the library `wsgw`, which is
/// brought there at every (re)connect and when Redis has lost it. Answers come
/// on the loop's thread; what is refused for want of room, on the caller's.
class redis_log final : public log_store {
public:
  /// Commands that may wait for Redis' answers at once, and their bytes; less
  /// than the link itself takes.
  static constexpr std::size_t max_commands = 9'000;
  static constexpr std::size_t max_bytes = 48U << 20;

  /// `on_state` runs on the loop's thread; `ready` means that the log can be
  /// used, `down` has the reason.
  redis_log(transport::shard_loop& loop,
            const transport::redis_endpoint& server, const settings& config,
            log_counters& counts,
            std::function<void(const transport::redis_status&)> on_state,
            transport::redis_timing timing = {});

  /// Loop thread only. What waits at the end fails with `link down`.
  void start();
  void stop();

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
  enum class stage : std::uint8_t { down, preparing, ready, unusable };

  struct job {
    std::vector<std::string> words;
    std::function<void(transport::redis_reply)> done;
    std::size_t bytes = 0;
    bool was_sent = false;
  };

  /// Any thread.
  void submit(std::vector<std::string> words,
              std::function<void(transport::redis_reply)> done);

  // -- loop thread ------------------------------------------------------------

  void send(job work);
  void on_reply(job& work, transport::redis_reply reply);
  void answer(job& work, transport::redis_reply reply);
  void on_link(const transport::redis_status& status);
  void prepare();
  void on_prepared(const std::string& problem);
  /// Answers all that waits for the library; sends it when there is one.
  void release_waiting();
  void enter(stage next, transport::redis_state shown, std::string reason);

  transport::shard_loop& loop_;
  const log_limits limits_;
  const std::size_t max_event_bytes_;
  log_counters& counts_;
  std::function<void(const transport::redis_status&)> on_state_;

  std::atomic<std::size_t> commands_{0}; ///< submitted, not yet answered
  std::atomic<std::size_t> bytes_{0};

  stage stage_ = stage::down;
  std::string reason_;
  std::vector<job> waiting_; ///< for the library
  transport::timer retry_;
  transport::redis_client link_;
  redis_library library_;
};

} // namespace wsgw::actors
