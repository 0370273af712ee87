#pragma once

#include "tests/bench/stamp.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <unordered_set>
#include <vector>

namespace wsgw::bench {

/// What went wrong, summed over all receivers.
struct delivery_faults {
  std::uint64_t lost = 0;
  std::uint64_t doubled = 0;
  std::uint64_t reordered = 0; ///< arrived after a later event of its dialog
  std::uint64_t misrouted = 0; ///< belongs to a dialog of other receivers

  bool any() const { return lost + doubled + reordered + misrouted > 0; }
};

/// Books every event against every receiver of its dialog: nothing is assumed
/// about order or completeness. Knows neither sockets nor clocks.
class ledger {
public:
  /// Receivers `0 … receivers-1`; receiver `r` belongs to dialog
  /// `r % dialogs`.
  ledger(std::size_t receivers, std::size_t dialogs);

  /// Books a new event of `dialog`; returns its sequence.
  std::uint32_t sent(std::uint32_t dialog);
  /// Books a delivery. True when it was due: the first of this event at this
  /// receiver, in order or not.
  bool received(std::size_t receiver, const stamp& s);

  std::uint32_t dialog_of(std::size_t receiver) const;
  std::size_t members_of(std::uint32_t dialog) const;
  /// Events that some receiver still lacks.
  std::size_t in_flight() const { return in_flight_; }
  /// Deliveries that are still due.
  std::uint64_t missing() const { return due_ - delivered_; }
  std::uint64_t delivered() const { return delivered_; }
  /// The verdict so far; what is in flight counts as lost.
  delivery_faults faults() const;

private:
  struct dialog_book {
    std::uint32_t sent = 0;
    std::uint32_t first_open = 0;   ///< sequence of `open.front()`
    std::uint32_t members = 0;      ///< receivers of this dialog
    std::deque<std::uint32_t> open; ///< receivers that lack the event
  };
  struct receiver_book {
    std::uint32_t next = 0;                    ///< the sequence that is due
    std::unordered_set<std::uint32_t> skipped; ///< due, but overtaken
  };

  void settle(dialog_book& book, std::uint32_t sequence);

  std::vector<dialog_book> dialogs_;
  std::vector<receiver_book> receivers_;
  delivery_faults faults_;
  std::uint64_t due_ = 0;
  std::uint64_t delivered_ = 0;
  std::size_t in_flight_ = 0;
};

} // namespace wsgw::bench
