#pragma once

#include "transport/backoff.hpp"
#include "transport/event_loop.hpp"
#include "transport/hiredis_asio.hpp"
#include "transport/redis_link.hpp"
#include "transport/redis_url.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace wsgw::transport {

/// What a link is for.
struct redis_duties {
  std::function<void(const redis_status&)> on_state;
  /// Not empty: a subscribe link with these patterns, else a command link.
  std::vector<std::string> patterns;
  std::function<void(std::vector<redis_message>)> on_messages;
  std::function<bool()> may_read;
};

/// The care that both kinds of link need: resolves (without blocking, at every
/// attempt), tries each address, authenticates, selects, subscribes, pings,
/// and comes back with jittered backoff for ever. Loop thread only.
class redis_connection final
    : public hiredis_events,
      public std::enable_shared_from_this<redis_connection> {
public:
  redis_connection(shard_loop& loop, redis_endpoint server, redis_duties duties,
                   redis_timing timing);
  ~redis_connection() override;

  void start();
  /// Waiting commands get their answer or `link down` before it returns; then
  /// no callback runs any more.
  void stop();
  /// Like `stop`, but drops the callbacks.
  void abandon();

  bool is_ready() const { return state_ == redis_state::ready; }
  void command(const std::vector<std::string>& words,
               hiredis_asio::callback done);
  /// Replies of unexpected shape since the beginning.
  std::uint64_t ignored() const;

private:
  using words = std::vector<std::string>;

  void on_connected() override;
  void on_subscribed() override;
  void on_messages(std::vector<redis_message> messages) override;
  bool may_read() override;
  void on_lost(const std::string& reason) override;

  /// Begins an attempt; `try_next_address` goes on with each address found.
  void connect();
  void resolve();
  void on_resolved(const boost::system::error_code& error,
                   const boost::asio::ip::tcp::resolver::results_type& found);
  void try_next_address();
  void await_link();
  /// Sends the next command that must succeed before the link is ready.
  void greet();
  void on_greeted(const std::string& step, const redis_reply& reply);
  void become_ready();
  /// Liveness: sends a PING now and looks for any sign of life an interval
  /// later.
  void watch();
  void on_watch();
  /// Goes down with `reason` and plans the next attempt.
  void lose(const std::string& reason);
  void drop_link();
  void answer_rest();
  void enter(redis_state state, const std::string& reason = {});
  std::string without_secrets(std::string text) const;

  shard_loop& loop_;
  redis_endpoint server_;
  redis_duties duties_;
  redis_timing timing_;

  redis_state state_ = redis_state::down;
  bool is_running_ = false;
  backoff backoff_;
  std::mt19937_64 random_{std::random_device{}()};

  boost::asio::ip::tcp::resolver resolver_;
  std::uint64_t attempt_ = 0; ///< so that an old resolution is told apart
  std::deque<std::string> addresses_; ///< numeric, not tried yet
  std::shared_ptr<hiredis_asio> link_;
  bool is_greeting_ = false; ///< TCP is up; what follows is Redis
  std::deque<words> greeting_;
  std::size_t unconfirmed_ = 0;           ///< patterns
  std::deque<hiredis_asio::answer> rest_; ///< commands of a lost link
  std::uint64_t ignored_before_ = 0;      ///< by links that are gone

  timer deadline_; ///< of the resolution, or of one address up to ready
  timer watch_;
  timer retry_;
};

} // namespace wsgw::transport
