#pragma once

#include "actors/hub.hpp"
#include "actors/node_bus.hpp"
#include "transport/redis_url.hpp"
#include "transport/shard_loop.hpp"

#include <memory>

namespace wsgw::actors {

class redis_node_link;

/// The node bus over PUBLISH (`protocol/node_message.hpp` has the words), with
/// a command link and a subscription of its own on one shard's loop. Who lives
/// is what presence says in `ws:nodes`; a question and the list of who has to
/// answer it are one step for Redis. Whoever may publish there may also ask.
class redis_node_bus final : public node_bus {
public:
  static constexpr std::chrono::milliseconds least_patience{10};
  static constexpr std::chrono::milliseconds most_patience{30'000};

  /// The hub's `node_id` must be set.
  redis_node_bus(hub& shared, transport::shard_loop& loop,
                 const transport::redis_endpoint& server);
  ~redis_node_bus() override;

  /// Begins to connect. Any thread.
  void start();
  /// Whoever waits is told so, the links close; waits for it. Not on the
  /// loop's thread; the loop must run. Later questions are refused.
  void stop();

  void ask(std::string_view topic, std::string json,
           std::chrono::milliseconds patience, done then) override;
  void respond(std::string topic, responder who) override;

private:
  transport::shard_loop& loop_;
  std::shared_ptr<redis_node_link> link_;
};

} // namespace wsgw::actors
