#pragma once

#include "transport/event_loop.hpp"
#include "transport/redis_url.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace wsgw::transport {

class redis_connection;
class shard_loop;

enum class redis_state : std::uint8_t {
  connecting, ///< being resolved, connected, authenticated or subscribed
  ready,
  down, ///< lost or refused; a reconnect is scheduled
};

std::string_view to_string(redis_state state);

/// A state change of a link, with the reason when it went down.
struct redis_status {
  redis_state state = redis_state::connecting;
  std::string reason;
};

/// One published message.
struct redis_message {
  std::string channel;
  std::string payload;
};

struct redis_timing {
  std::chrono::milliseconds connect_timeout{5000};
  std::chrono::milliseconds ping_interval{5000}; ///< also the answer's deadline
  std::chrono::milliseconds backoff_base{50};
  std::chrono::milliseconds backoff_cap{5000};
};

/// Keeps pattern subscriptions alive on one Redis server, for ever: resolves,
/// connects, authenticates, subscribes, pings, reconnects with jittered
/// backoff and resubscribes. Lives on one shard's loop; all members and
/// callbacks run there. Implemented over hiredis.
class redis_subscriber {
public:
  struct callbacks {
    /// All messages that one readable turn of the socket brought, in order.
    std::function<void(std::vector<redis_message>)> on_messages;
    std::function<void(const redis_status&)> on_state;
    /// Asked before each read; false pauses reading for a moment (D4's
    /// credit). Empty: always read.
    std::function<bool()> may_read;
  };

  redis_subscriber(shard_loop& loop, redis_endpoint server,
                   std::vector<std::string> patterns, callbacks on,
                   redis_timing timing = {});
  ~redis_subscriber();

  void start();
  /// Closes the link; no callback runs afterwards. Destruction does the same
  /// and is allowed inside a callback.
  void stop();

  /// Replies of a shape that nobody expects, passed over since the start.
  std::uint64_t ignored() const;

private:
  std::shared_ptr<redis_connection> connection_;
};

/// A Redis reply as a value.
struct redis_reply {
  struct failure {
    std::string text; ///< `ERR …` as Redis says, or `link down`
  };
  using array = std::vector<redis_reply>;
  std::variant<std::monostate, std::string, std::int64_t, array, failure> value;

  const failure* error() const { return std::get_if<failure>(&value); }
  /// The strings of an array, what else it holds left out; empty when this is
  /// none.
  std::vector<std::string> strings() const;
};

/// The command link: same connection care, for ordinary commands. A command
/// sent while the link is down fails at once with `link down`; nothing is
/// queued or retried behind the caller's back.
class redis_client {
public:
  using callback = std::function<void(redis_reply)>;

  redis_client(shard_loop& loop, redis_endpoint server,
               std::function<void(const redis_status&)> on_state,
               redis_timing timing = {});
  ~redis_client();

  void start();
  /// Closes the link. Commands that wait fail with `link down` before it
  /// returns; no callback runs afterwards. Destruction drops their callbacks.
  void stop();
  bool is_ready() const;

  /// Loop thread only; the callback runs there, exactly once, before this
  /// returns if the command cannot be sent. Commands that change the mode of
  /// the connection (SUBSCRIBE, MONITOR …) fail.
  void command(const std::vector<std::string>& words, callback done);

private:
  std::shared_ptr<redis_connection> connection_;
};

} // namespace wsgw::transport
