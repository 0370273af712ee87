#pragma once

#include "actors/audit_facts.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace wsgw::actors {

/// What can be wrong; docs/operations.md says what each means.
enum class mismatch : std::uint8_t {
  lost_member,   ///< a living subscriber that its dialog does not know
  ghost_member,  ///< a member whose subscriber lives no more
  orphan_dialog, ///< a dialog that the broadcaster does not know
  counter,       ///< a shard's counter of connections is wrong
  seat,          ///< fewer seats are taken than there are subscribers
  stale_mark,    ///< a live member did not get an event for its role
  log_behind,    ///< Redis has had a later event for a whole interval
  log_differs,   ///< Redis has less, or another epoch
  node_ahead,    ///< another node has had a later event for a whole interval
  node_event,    ///< another node has another event under the same number
  presence,      ///< members elsewhere are not what the other nodes have
};
inline constexpr std::size_t mismatch_count = 11;

/// `lost_member`: labels of metrics.
std::string_view to_string(mismatch kind);

/// Everything that one run has found out.
struct audit_evidence {
  std::vector<shard_facts> shards;
  bool is_complete = true; ///< every shard has answered
  /// Heads in Redis of those rooms that were asked for.
  std::map<std::string, protocol::cursor> log;
  /// What each other node says of the rooms it was asked about. Empty:
  /// nobody was asked, or somebody was silent.
  std::optional<std::vector<std::vector<protocol::audited_room>>> nodes;
  std::set<std::string> asked_nodes; ///< the rooms that this is about
};

/// Something that was wrong in several runs, one after the other.
struct audit_finding {
  mismatch kind = mismatch::lost_member;
  std::string room;          ///< empty: a whole shard
  std::uint64_t subject = 0; ///< an actor's id, or a role
  std::size_t shard = 0;
  std::string facts;
  std::optional<protocol::cursor> head; ///< what the dialog should know
  std::int64_t amount = 0;              ///< what the counter is off by
  bool is_new = true;                   ///< not found by the run before
};

/// In how many runs in a row something has to be wrong.
struct audit_patience {
  std::size_t runs = 2;
  /// The members of a node that was killed may be counted for ten seconds.
  std::size_t presence_runs = 3;
};
/// At least two, and never less than the time that a race may take.
audit_patience patience_for(std::chrono::milliseconds interval);

/// Compares, and tells races from faults: only what runs in a row see with the
/// same facts is a mismatch. No clock, no actors.
class audit_judge {
public:
  /// Suspicions beyond it wait for another run.
  static constexpr std::size_t max_suspicions = 1'024;
  /// Actors with more messages waiting are not judged: what they do not know
  /// yet may be among them. An interval is enough for far more.
  static constexpr std::size_t max_mailbox = 10'000;

  explicit audit_judge(audit_patience patience = {}) : patience_(patience) {}

  std::vector<audit_finding> judge(const audit_evidence& now);
  /// The last run was not finished: what was suspected begins anew.
  void forget();

  /// The rooms that the next run has to look at again.
  std::set<std::string> suspects() const;

private:
  struct key {
    mismatch kind;
    std::string room;
    std::uint64_t subject;
    friend auto operator<=>(const key&, const key&) = default;
  };
  struct suspicion {
    audit_finding what;
    std::string sameness; ///< has to be equal in the next run
    std::size_t runs = 1;
  };
  struct position {
    std::uint64_t mark = 0;
    std::uint64_t expected = 0;
  };
  void suspect(audit_finding what, std::string sameness);
  bool is_broadcaster_busy(const audit_evidence& now) const;
  void check_members(const shard_facts& facts, bool are_joins_late);
  void check_seats(const shard_facts& facts);
  void check_counters(const shard_facts& facts);
  void check_marks(const shard_facts& facts);
  void check_listed(const audit_evidence& now);
  void check_log(const room_facts& room, std::size_t shard,
                 const audit_evidence& now);
  void check_nodes(const room_facts& room, std::size_t shard,
                   const audit_evidence& now);
  void check_other(const room_facts& room, std::size_t shard,
                   const protocol::audited_room& other);
  std::vector<audit_finding> conclude();

  audit_patience patience_;
  std::map<key, suspicion> before_;
  std::map<key, suspicion> now_;
  std::map<std::uint64_t, position> positions_; ///< in the last run
  std::map<std::uint64_t, position> next_positions_;
};

} // namespace wsgw::actors
