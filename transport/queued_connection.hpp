#pragma once

#include "transport/connection.hpp"
#include "transport/event_loop.hpp"
#include "transport/net.hpp"
#include "transport/outbox.hpp"
#include "transport/shard_loop.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace wsgw::transport {

/// How long a connection's last bytes may take to leave once it is closing.
inline constexpr std::chrono::seconds close_write_time{2};
/// And then the peer, to answer our close frame or our end of the stream.
inline constexpr std::chrono::seconds close_answer_time{3};

/// The outgoing half of every live connection: frames are queued in the outbox
/// and leave at the end of the turn. What is written and when the connection
/// ends is the business of the session that derives from it. Loop thread only;
/// it lives as long as it waits for its turn's end or for the socket.
class queued_connection
    : public connection,
      public turn_end_task,
      public std::enable_shared_from_this<queued_connection> {
public:
  send_result send(const protocol::frame& f, std::uint64_t mark) final;
  bool send_anyway(const protocol::frame& f, std::uint64_t mark) final;
  bool deepen() final;
  std::size_t room() const final { return outbox_.room(); }
  std::uint64_t last_mark() const final { return outbox_.last_mark(); }
  std::uint64_t written_mark() const final { return outbox_.written_mark(); }
  std::uint64_t acked_mark() const final { return outbox_.acked_mark(); }
  void acknowledge(std::uint64_t mark) final { outbox_.acknowledge(mark); }
  void restart_marks(std::uint64_t mark) final { outbox_.restart_marks(mark); }
  std::size_t outbox_bytes() const final { return outbox_.bytes(); }

  void on_turn_end() final;

  queued_connection(const queued_connection&) = delete;
  queued_connection& operator=(const queued_connection&) = delete;

protected:
  queued_connection(shard_loop& loop, std::size_t outbox_bytes)
      : loop_(loop), outbox_(outbox_bytes) {}
  ~queued_connection() override { loop_.sub_unsent(unsent_); }

  virtual tcp_socket& socket() = 0;
  /// The outbox has become empty: all of it is in the kernel.
  virtual void on_written() = 0;
  /// The socket takes nothing more, ever.
  virtual void on_write_failed() = 0;

  /// Asks for the turn's end, if there is nothing else to wait for.
  void mark_dirty();
  /// From now on the outbox may leave: the handler has seen the connection.
  void open();
  /// True while the kernel's buffer is full.
  bool is_waiting() const { return is_waiting_; }

  shard_loop& loop_;
  outbox outbox_;
  bool is_closing_ = false;    ///< the last frame was queued; no data any more
  bool is_read_ended_ = false; ///< the peer is gone

private:
  void wait_writable();
  /// Keeps the loop's sum of what waits for sockets up to date.
  void count_unsent();

  std::size_t unsent_ = 0; ///< as counted last
  bool is_deep_ = false;   ///< the kernel's own limit holds
  bool is_open_ = false;
  bool is_dirty_ = false;   ///< asked for the turn's end
  bool is_waiting_ = false; ///< for the socket to take more
};

} // namespace wsgw::transport
