#pragma once

#include "protocol/cursor.hpp"
#include "protocol/v1_message.hpp"
#include "protocol/waiting_events.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
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

/// True when `epoch` began after `than` (protocol-v1 6.2).
bool is_younger_epoch(const std::string& epoch, const std::string& than);

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

  /// The log is known for the first time: everything behind `at` follows.
  struct opened {
    cursor at;
  };
  struct delivery { ///< the next event in order
    stored_event what;
  };
  /// The events before cannot be continued: everything behind `at` follows.
  /// All that was wanted is forgotten.
  struct reset {
    reset_reason why = reset_reason::epoch;
    cursor at;
  };
  struct history { ///< the answer to `want`
    std::uint64_t after = 0;
    std::uint64_t first = 0; ///< the oldest entry that Redis keeps
    std::uint64_t head = 0; ///< the latest that Redis had; it will be delivered
    /// In order, up to what was delivered when Redis answered; may end before
    /// that (want the rest behind the last one).
    std::vector<stored_event> events;
  };
  using output = std::variant<opened, delivery, reset, history>;

  // -- requests ---------------------------------------------------------------

  struct open_request {}; ///< wsgw_cursor
  struct read_request {   ///< wsgw_read
    std::uint64_t after = 0;
    std::size_t count = page_size;
  };
  /// wsgw_renew, unless it changed already. It is not head()'s epoch when
  /// Redis went back to an older one: the renewal itself was lost.
  struct renew_request {
    std::string epoch;
  };
  using request = std::variant<open_request, read_request, renew_request>;

  // -- inputs -----------------------------------------------------------------

  /// An event arrived over the subscription.
  void live(const cursor& at, std::string json);
  /// Somebody needs the events behind `after`, older than what the owner has.
  /// Beyond head(): Redis is asked first, then the output is without events,
  /// and a cursor that is still ahead of head() is ahead of the log.
  void want(std::uint64_t after);
  /// Redis said this about the room, asked by somebody else.
  void hint(const cursor& at);
  /// Reads the entry at head() when nothing has been delivered yet, so that a
  /// later comparison can tell whether it is still the same.
  void learn();
  /// The subscription was lost. What cannot be compared when it is back,
  /// because the entry at head() is not known by now, counts as lost.
  void link_lost();
  /// The subscription is back after it was lost: nothing is sure until the
  /// last delivered entry was compared.
  void link_restored();
  /// The command link works again: failed requests are worth another try.
  void retry();

  void on_opened(const cursor& at);
  void on_page(log_page page);
  void on_renewed(const cursor& at);
  /// The request could not be performed; it is made again after `retry`.
  void on_failed();

  // -- results ----------------------------------------------------------------

  /// What to ask Redis now; empty while a request is under way, has failed
  /// and waits, or nothing is needed. Taking it counts as sending it.
  std::optional<request> next_request();
  /// What came of the inputs, in order; empties the list.
  std::vector<output> take();

  bool is_open() const { return is_open_; }
  /// True while the owner's events are known to be the log's latest.
  bool is_sure() const { return may_deliver() && !is_behind(); }
  /// A request has failed and waits for `retry`.
  bool is_stalled() const { return is_stalled_; }
  /// Events that are kept until they can be delivered.
  std::size_t waiting() const { return ours_.size() + other_.size(); }
  const cursor& head() const { return head_; }

private:
  enum class purpose : std::uint8_t { open, renew, heal, older, learn };

  /// The request under way, and what was known when it was sent: events that
  /// arrive meanwhile may be newer than the answer.
  struct question {
    purpose why = purpose::open;
    std::uint64_t after = 0;
    std::uint64_t head = 0;              ///< delivered up to here
    std::uint64_t known = 0;             ///< the latest number seen
    std::optional<std::string> boundary; ///< the entry `head`, to compare
    std::string other_epoch;
    bool is_recent = true; ///< sent after the link was restored
  };

  void ask(purpose why, std::uint64_t after = 0);
  read_request ask_healing();
  bool may_deliver() const {
    return is_open_ && !must_compare_ && to_renew_.empty() && !must_reopen_;
  }
  bool is_behind() const {
    return ours_.known() > head_.seq || !other_epoch_.empty();
  }

  void begin_epoch(const cursor& at, std::uint64_t from, reset_reason why);
  void reset_to(std::uint64_t seq, reset_reason why);
  void settle(const question& was);
  void forget_other(const question& was);
  std::optional<history> take_history(const question& was, log_page& page);
  void absorb(const question& was, log_page& page);
  void skip_to(std::uint64_t seq);
  void answer_newer(const log_page& page);
  void deliver(std::string json);
  void deliver_waiting(std::uint64_t end = max_seq + 1);

  cursor head_;
  bool is_open_ = false;
  bool is_stalled_ = false;
  bool must_compare_ = false; ///< before anything is delivered
  bool must_reopen_ = false;  ///< Redis does not know the room any more
  bool must_learn_ = false;
  bool is_suspect_ = false; ///< the link was lost before head() was known
  /// The epoch in Redis, when it has lost what was delivered; else empty.
  std::string to_renew_;
  /// The last page had the boundary entry and nothing else: read without it.
  bool is_bare_ = false;
  std::optional<std::string> last_; ///< the entry at head(), when known
  waiting_events ours_{max_waiting};
  waiting_events other_{max_waiting}; ///< of `other_epoch_`
  std::string other_epoch_; ///< seen, but not (yet) known to be the room's
  std::set<std::uint64_t> older_;       ///< wanted, before head()
  std::map<std::uint64_t, bool> newer_; ///< wanted; was it before asking?
  std::optional<question> asked_;
  std::vector<output> outputs_;
};

} // namespace wsgw::protocol
