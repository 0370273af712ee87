#pragma once

#include "actors/members.hpp"
#include "actors/room_chronicle.hpp"
#include "actors/room_context.hpp"
#include "actors/room_history.hpp"
#include "protocol/event.hpp"

#include <array>
#include <cstdint>

namespace wsgw::actors {

struct room_manners;

/// Puts each event into the outbox of every live member that may hear it,
/// encoded once per dialect, and tells the others how far the log has got. A
/// v1 member whose outbox is full stops being live: it lags. Loop thread only.
class fan_out {
public:
  fan_out(const room_context& context, members& all, room_history& history,
          room_chronicle& past);

  /// The event `head`; null: for nobody, since it repeats another or cannot be
  /// read.
  void durable(const protocol::event* e, const protocol::cursor& head,
               const protocol::event* repeat = nullptr);
  /// An event without a number.
  void unnumbered(const protocol::event& e);

  /// Tells the readers of `as` at once what is not for them.
  void flush_skips(protocol::role as);
  /// The head is not for this one live member, which learns so.
  void pass_over(std::uint64_t who);
  /// Where the log stands, at its beginning and after a reset: the numbers of
  /// an ended epoch mean nothing any more.
  void restart(const protocol::cursor& head);

  /// The number of the latest event that is for `as`.
  std::uint64_t latest_for(protocol::role as) const {
    return latest_for_[static_cast<std::size_t>(as)];
  }

  /// Puts a v1 message behind all that a live member has; false when it is
  /// not live any more afterwards.
  bool push(std::uint64_t who, const protocol::frame& frame);
  /// Live push ends; the member knows everything up to `sent`.
  void start_lagging(std::uint64_t who, std::uint64_t sent);
  /// A member that takes no more is no longer served.
  void cut(std::uint64_t who, bool is_slow);

private:
  using list = members::list;

  // These return how many outboxes took the frame.
  std::size_t send_legacy(list& to, const protocol::frame& frame,
                          std::uint64_t seq);
  std::size_t send_v1(list& to, const protocol::frame& frame,
                      std::uint64_t seq);
  std::size_t send_ephemeral(list& to, const protocol::frame& frame,
                             protocol::connection_id sender);
  /// Counts and times an event that went into so many outboxes.
  void note_delivery(const protocol::event& e, std::size_t queued);
  /// A v1 or sse member's outbox was full, or its socket closed.
  void refused(std::uint64_t who, transport::send_result why,
               std::uint64_t sent);
  void skip(protocol::role as);
  bool has_receivers(protocol::role_set audience, protocol::dialect d) const;
  protocol::role_set audience_of(const protocol::event& e) const;
  protocol::frame legacy_frame(const protocol::event& e) const;

  const room_context& context_;
  members& members_;
  room_history& history_;
  room_chronicle& past_;
  const room_manners& manners_;
  protocol::cursor head_; ///< of the latest durable event
  std::array<std::uint64_t, protocol::role_count> latest_for_{};
  /// Nothing between these two is for a role, and it was not told.
  struct gap {
    std::uint64_t after = 0;
    std::uint64_t to = 0; ///< 0: no gap
  };
  std::array<gap, protocol::role_count> skipped_{};
  transport::timer skip_timer_;
};

} // namespace wsgw::actors
