#pragma once

#include "protocol/v1_message.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>

namespace wsgw::actors {

/// Turns the true numbers of a room's members into those that are shown.
/// More members show at once; fewer only when they have been fewer for the
/// whole grace (WS_PRESENCE_GRACE), so that somebody who leaves one node and
/// joins another in time never flickers: what is shown is the largest true
/// number of the last grace. No clock of its own; times must not go back.
class presence_view {
public:
  using time_point = std::chrono::steady_clock::time_point;

  explicit presence_view(std::chrono::steady_clock::duration grace)
      : grace_(grace) {}

  /// From `now` on these are the true numbers, here and elsewhere. `gone` are
  /// members of a node whose lease ran out: they have been away for long, so
  /// they get no grace. True when what is shown has changed.
  bool set(const protocol::role_counts& truth, time_point now,
           const protocol::role_counts& gone = {});

  /// Lets time pass. True when what is shown has changed.
  bool advance(time_point now);

  const protocol::role_counts& shown() const { return shown_; }

  /// When `advance` has something to do, if nothing happens before.
  std::optional<time_point> next_change() const;

private:
  /// A number that was true until some time, and counts a grace longer.
  struct past {
    std::size_t count = 0;
    time_point until;
  };

  /// One role. `higher` holds only what can still be shown: counts fall
  /// towards the back, all are above `truth`.
  struct track {
    std::size_t truth = 0;
    std::deque<past> higher;
  };

  static void forget(track& one, std::size_t gone);
  static void enter(track& one, std::size_t truth, time_point now);
  bool show();

  std::chrono::steady_clock::duration grace_;
  std::array<track, protocol::role_count> tracks_;
  protocol::role_counts shown_{};
};

} // namespace wsgw::actors
