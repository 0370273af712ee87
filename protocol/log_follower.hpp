#pragma once

#include "protocol/cursor.hpp"
#include "protocol/v1_message.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace wsgw::protocol {

/// One entry of a room's log in Redis.
struct stored_event {
  std::uint64_t seq = 0;
  std::string json; ///< as stored, or as published with its number
};

/// One answer of `wsgw_read`: all of it was true at one moment.
struct log_page {
  std::string epoch;       ///< empty: Redis knows no such room
  std::uint64_t head = 0;  ///< the latest number
  std::uint64_t first = 0; ///< the oldest entry kept; head + 1 if none
  /// Why this epoch began, when a gateway renewed it; else empty.
  std::string renewed;
  std::vector<stored_event> events; ///< in order, behind `after`
};

/// Follows the log of one room (log mode, protocol-v1 6.2): puts events into
/// the order of their numbers, finds holes and lost tails, and says what has
/// to be read. Sans-I/O: the owner performs `next_request` (one at a time),
/// reports the answer, and takes the outputs after every input. Nothing is
/// delivered twice or out of order; what cannot be delivered is a reset.
class log_follower {
public:
  /// At most this many events wait behind a hole; later ones are read again.
  static constexpr std::size_t max_waiting = 1000;
  /// Events asked for in one read.
  static constexpr std::size_t page_size = 500;

  // -- outputs ----------------------------------------------------------------

  struct opened {}; ///< head() is known for the first time
  struct delivery { ///< the next event in order
    stored_event what;
  };
  struct reset { ///< head() is where to go on
    reset_reason why = reset_reason::epoch;
  };
  struct history { ///< the answer to `want`
    std::uint64_t after = 0;
    std::uint64_t first = 0; ///< the oldest entry that Redis keeps
    std::vector<stored_event> events;
  };
  using output = std::variant<opened, delivery, reset, history>;

  // -- requests ---------------------------------------------------------------

  struct open_request {}; ///< wsgw_cursor
  struct read_request {   ///< wsgw_read
    std::uint64_t after = 0;
    std::size_t count = page_size;
  };
  struct renew_request { ///< wsgw_renew, unless it changed already
    std::string epoch;
  };
  using request = std::variant<open_request, read_request, renew_request>;

  // -- inputs -----------------------------------------------------------------

  /// An event arrived over the subscription.
  void live(const cursor& at, std::string json);
  /// Somebody needs the events behind `after`, older than what the owner has.
  void want(std::uint64_t after);
  /// The subscription is back after it was lost: nothing is sure until the
  /// last delivered entry was compared.
  void link_restored();
  /// The command link works again: failed requests are worth another try.
  void retry();

  void on_opened(const cursor& head);
  void on_page(log_page page);
  void on_renewed(const cursor& head);
  /// The request could not be performed; it is made again after `retry`.
  void on_failed();

  /// What to ask Redis now; empty while a request is under way, has failed
  /// and waits, or nothing is needed. Taking it counts as sending it.
  std::optional<request> next_request();
  /// What came of the inputs, in order; empties the list.
  std::vector<output> take();

  bool is_open() const { return is_open_; }
  /// True while the owner's events are known to be the log's latest.
  bool is_sure() const;
  const cursor& head() const { return head_; }

private:
  cursor head_;
  bool is_open_ = false;
};

} // namespace wsgw::protocol
