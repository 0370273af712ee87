#pragma once

#include "protocol/frame.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <sys/uio.h>
#include <vector>

namespace wsgw::transport {

/// The bounded queue of shared frames in front of one socket. Sans-I/O: the
/// owner takes buffers from `gather`, writes them, and reports to `consume`.
/// Frames are never copied; a partly written frame keeps its place.
class outbox {
public:
  /// What one `sendmsg` takes at most.
  static constexpr std::size_t max_buffers = 64;

  /// `limit` is soft for one frame: an empty outbox takes any frame.
  explicit outbox(std::size_t limit) : limit_(limit) {}

  /// Appends `f`, or returns false when that would exceed the limit. `mark` is
  /// the caller's number for it; 0 for none.
  bool push(const protocol::frame& f, std::uint64_t mark = 0);

  /// Appends `f` whatever the limit: for handshake and close frames.
  void push_always(const protocol::frame& f, std::uint64_t mark = 0);

  /// Fills `into` with the unwritten bytes in order; returns how many entries
  /// it used. They stay valid until the next call of another member.
  std::size_t gather(std::span<iovec> into) const;

  /// Removes the first `written` bytes.
  void consume(std::size_t written);

  /// Removes every frame that was not begun. A half-written one stays, since
  /// the peer could not parse what follows without its rest.
  void drop_unsent();

  bool is_empty() const { return bytes_ == 0; }
  /// The latest mark that was pushed.
  std::uint64_t last_mark() const { return mark_; }
  /// The latest mark of a frame that `consume` has seen whole.
  std::uint64_t written_mark() const { return written_mark_; }
  /// As the peer says; never beyond the latest one.
  std::uint64_t acked_mark() const {
    return stale_mark_ == 0 ? acked_mark_ : 0;
  }
  void acknowledge(std::uint64_t mark);
  /// Numbers begin anew behind `mark`; queued frames lose theirs.
  void restart_marks(std::uint64_t mark);
  /// Bytes that `push` would take now.
  std::size_t room() const { return limit_ > bytes_ ? limit_ - bytes_ : 0; }
  /// Unwritten bytes.
  std::size_t bytes() const { return bytes_; }
  std::size_t frames() const { return frames_.size() - first_; }

private:
  struct entry {
    protocol::frame text;
    std::uint64_t mark; ///< 0: none
  };

  void tidy();

  std::vector<entry> frames_;
  std::size_t first_ = 0;   ///< index of the oldest frame
  std::size_t written_ = 0; ///< bytes of the oldest frame already written
  std::size_t bytes_ = 0;
  std::size_t limit_;
  std::uint64_t mark_ = 0;
  std::uint64_t written_mark_ = 0;
  std::uint64_t acked_mark_ = 0;
  /// After a restart: what the peer still acknowledges of the old numbers is
  /// between acked_mark_ and this. 0: it has come to the new ones.
  std::uint64_t stale_mark_ = 0;
};

} // namespace wsgw::transport
