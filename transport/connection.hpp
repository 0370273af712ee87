#pragma once

#include "protocol/close_code.hpp"
#include "protocol/frame.hpp"

#include <cstddef>
#include <cstdint>

namespace wsgw::transport {

/// What became of a frame handed to `connection::send`.
enum class send_result : std::uint8_t {
  queued,
  full,   ///< the outbox is over its limit; the frame was not queued
  closed, ///< a close frame was already queued; the frame was dropped
};

/// What happens to whole frames that were not written before a close.
enum class unsent : std::uint8_t { flush, drop };

/// SEAM out: a live WebSocket or event stream as the actor layer sees it. All
/// members are called on the thread of the loop that owns the socket.
class connection {
public:
  virtual ~connection() = default;

  /// Appends `f` to the outbox; it is written at the end of the turn, together
  /// with all else that is queued. An empty outbox takes any frame. `mark` is
  /// the caller's number for it; 0 for none.
  virtual send_result send(const protocol::frame& f,
                           std::uint64_t mark = 0) = 0;

  /// Appends `f` whatever the limit: for the few frames that tell a slow
  /// client that it is slow. False after a close frame.
  virtual bool send_anyway(const protocol::frame& f,
                           std::uint64_t mark = 0) = 0;

  /// Lets the kernel hold as much unsent for this connection as it will
  /// (128 KiB otherwise): for a burst to a client that cannot catch up any
  /// other way. False when that was done before.
  virtual bool deepen() = 0;

  /// Bytes that `send` would still take now.
  virtual std::size_t room() const = 0;

  /// The latest mark of a frame that was queued.
  virtual std::uint64_t last_mark() const = 0;

  /// The latest mark of a frame that the kernel has taken whole.
  virtual std::uint64_t written_mark() const = 0;

  /// The peer says that it has processed everything up to `mark`. Never goes
  /// back, and is ignored beyond `last_mark`.
  virtual void acknowledge(std::uint64_t mark) = 0;
  virtual std::uint64_t acked_mark() const = 0;

  /// Numbers begin anew behind `mark`: those of frames that are queued mean
  /// nothing any more.
  virtual void restart_marks(std::uint64_t mark) = 0;

  /// Queues an RFC 6455 ping without payload; an event stream: a comment.
  virtual void ping() = 0;

  /// Starts the close handshake. The first call wins. The peer has 5 s to
  /// answer (and 2 s for the close frame to be written at all), then TCP is
  /// cut. `on_closed` follows in any case. An event stream simply ends.
  virtual void close(const protocol::close_status& status,
                     unsent what = unsent::flush) = 0;

  /// Bytes queued and not yet taken by the kernel.
  virtual std::size_t outbox_bytes() const = 0;
};

} // namespace wsgw::transport
