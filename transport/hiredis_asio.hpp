#pragma once

#include "transport/event_loop.hpp"
#include "transport/hiredis_reply.hpp"
#include "transport/redis_link.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace wsgw::transport {

/// What happens on a `hiredis_asio`. Called on the loop's thread, never from
/// inside hiredis, so that every member of the link may be used.
class hiredis_events {
public:
  virtual ~hiredis_events() = default;

  virtual void on_connected() = 0;
  /// One pattern was confirmed.
  virtual void on_subscribed() = 0;
  /// All messages of one readable turn.
  virtual void on_messages(std::vector<redis_message> messages) = 0;
  /// Asked before each read; false pauses reading for a moment.
  virtual bool may_read() = 0;
  /// The context is gone. Last call.
  virtual void on_lost(const std::string& reason) = 0;
};

/// One hiredis context on an io_context: one connection attempt and its life.
/// It is dead after the first error (hiredis 0.14.1 cannot revive a context).
/// Loop thread only.
class hiredis_asio : public std::enable_shared_from_this<hiredis_asio> {
public:
  using callback = std::function<void(redis_reply)>;
  /// A command whose callback has not run yet, and what to tell it.
  using answer = std::pair<callback, redis_reply>;

  /// `owner` is not used after `close()`.
  hiredis_asio(shard_loop& loop, hiredis_events& owner);
  ~hiredis_asio();

  // -- opening and closing --------------------------------------------------

  /// Begins to connect to a numeric address (hiredis would resolve a name
  /// blocking). Returns why it could not, or nothing.
  std::string open_tcp(const std::string& address, std::uint16_t port);
  std::string open_unix(const std::string& path);

  /// Frees the context; the owner hears nothing more. Returns the commands that
  /// still wait: with their reply, or with `link down`.
  std::vector<answer> close();

  // -- operations -----------------------------------------------------------

  /// Fails by callback at the end of this call when too much is queued already.
  void command(const std::vector<std::string>& words, callback done);
  void subscribe(const std::vector<std::string>& patterns);
  /// A PING whose answer only counts as heard: in subscribe mode hiredis keeps
  /// a callback for ever and never calls it.
  void ping_subscribed();

  /// True if the server was heard of since the last call, or if it could not
  /// be, because reading was paused or has not come to its bytes yet.
  bool take_heard();

  /// Replies passed over because nobody expects their shape.
  std::uint64_t ignored() const { return ignored_; }

private:
  struct hooks;

  std::string adopt(redisAsyncContext* context);
  bool send(const std::vector<std::string>& words, bool is_subscription);
  void arm();
  void on_readable();
  void on_writable();
  void drain();
  void pause();
  void settle();
  int waiting_bytes() const;

  shard_loop& loop_;
  hiredis_events* owner_;
  redisAsyncContext* context_ = nullptr; ///< hiredis frees it; null: gone
  boost::asio::posix::stream_descriptor descriptor_;
  reply_guard guard_;
  std::string reason_; ///< why the context went away

  bool is_inside_ = false; ///< a hiredis handler is on the stack
  bool wants_read_ = false;
  bool wants_write_ = false;
  bool is_read_armed_ = false;
  bool is_write_armed_ = false;
  bool was_heard_ = true;
  timer resume_; ///< set while reading is paused

  bool is_connect_news_ = false;
  unsigned confirmed_ = 0;
  std::vector<redis_message> messages_;
  std::deque<callback> pending_;
  std::deque<answer> answers_;
  std::uint64_t ignored_ = 0;
};

} // namespace wsgw::transport
