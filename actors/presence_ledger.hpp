#pragma once

#include "protocol/room.hpp"
#include "protocol/v1_message.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace wsgw::actors {

/// How presence is kept in one Redis server, without touching it: what to
/// send, and what answers and announcements of others mean.
///
///     ws:presence:{<room>}   hash: node -> "<admin>,<widget>,<site>"
///     ws:nodes               sorted set: node -> end of its lease, by TIME
///     PUBLISH ws:presence:<room> "<node> <admin>,<widget>,<site>"
///
/// A node whose lease ran out has died: its members are gone. When Redis was
/// away or has forgotten everything, nobody is judged until all nodes had the
/// time to come back, so nothing flickers. Rooms without members here are not
/// kept. One thread; time is a parameter.
class presence_ledger {
public:
  using clock = std::chrono::steady_clock;

  static constexpr std::chrono::milliseconds lease_ttl{5'000};
  static constexpr std::chrono::milliseconds lease_interval{1'000};
  /// Answers further apart than this: Redis was away.
  static constexpr std::chrono::milliseconds longest_gap{2'500};
  /// For others to be back after that: the backoff of a link, and a lease.
  static constexpr std::chrono::milliseconds settle_time{7'000};
  /// A room's hash outlives its last write by this; it is written again
  /// every `refresh_interval`, which heals what may have gone astray.
  static constexpr std::chrono::minutes key_ttl{15};
  static constexpr std::chrono::minutes refresh_interval{5};
  /// Rooms that closed while Redis was away and are still to be taken out;
  /// beyond it their fields end with the key or with this node.
  static constexpr std::size_t max_closing = 100'000;
  /// Other nodes per room that are remembered.
  static constexpr std::size_t max_nodes = 1'024;

  /// One command for Redis. Its answer goes to `answered`.
  struct order {
    std::vector<std::string> words;
    std::optional<protocol::room_id> room; ///< empty: the lease
    std::uint64_t stamp = 0;               ///< when it was made
    bool is_read = false;                  ///< answered with the room's hash
  };

  /// What changed on other nodes, for `messages::room_presence`.
  struct change {
    protocol::room_id room;
    protocol::role_counts elsewhere{};
    protocol::role_counts gone{};
  };

  explicit presence_ledger(std::string node) : node_(std::move(node)) {}

  // -- what happens -----------------------------------------------------------

  /// Members of `room` on this node.
  void announce(const protocol::room_id& room,
                const protocol::role_counts& mine);
  /// A message of another node (or ours) on a channel `ws:presence:*`.
  void heard(std::string_view channel, std::string_view payload);
  /// The command link is up: send the lease first. Everything is said again.
  void link_ready();
  void link_down();
  /// Announcements come again; those in between are read from the hashes.
  void subscribed();
  /// The answer to `what`: strings of an array, empty when it failed.
  void answered(const order& what,
                const std::optional<std::vector<std::string>>& reply,
                clock::time_point now);
  /// This node ends: all its rooms are taken out.
  void close();

  // -- what to do -------------------------------------------------------------

  order lease();
  /// Takes the lease back, last of all.
  order release() const;
  /// The next room to write or read; empty when there is none, or no link.
  std::optional<order> next();
  /// True when `next` has something.
  bool has_orders() const { return !urgent_.empty() || !idle_.empty(); }
  std::vector<change> take_changes();

  std::size_t rooms() const { return rooms_.size(); }

private:
  struct other {
    protocol::role_counts counts{};
    std::uint64_t stamp = 0; ///< of the last order before this was heard
  };

  struct record {
    protocol::role_counts mine{};
    std::map<std::string, other, std::less<>> others;
    protocol::role_counts told{}; ///< the sum elsewhere, as last told
    std::size_t reads = 0;        ///< on their way
    bool is_told = false;         ///< since it has members here
    bool wants_read = true;
    bool is_urgent = false;
    bool is_idle = false;
    bool was_sent = false; ///< Redis may have a field of ours
  };
  using room_map = std::unordered_map<protocol::room_id, record>;

  void enqueue(const protocol::room_id& room, record& what);
  void refresh_all();
  void judge(const std::vector<std::string>& live, std::uint64_t stamp);
  void drop_node(const std::string& node);
  void lease_answered(const order& what, const std::vector<std::string>& reply,
                      clock::time_point now);
  void room_answered(const order& what, const std::vector<std::string>& reply,
                     clock::time_point now);
  void merge(record& into, const order& what,
             const std::vector<std::string>& fields, bool is_complete);
  void tell(const protocol::room_id& room, record& what,
            const protocol::role_counts& gone = {});
  void forget(room_map::iterator where);
  bool is_calm(clock::time_point now) const;

  std::string node_;
  room_map rooms_;
  std::size_t closing_ = 0; ///< records without members here
  /// Other nodes, with the last order before they were last heard of.
  std::map<std::string, std::uint64_t, std::less<>> nodes_;
  std::deque<protocol::room_id> urgent_; ///< changes
  std::deque<protocol::room_id> idle_;   ///< repetitions
  std::vector<change> changes_;
  std::uint64_t stamp_ = 0;
  bool is_ready_ = false;
  bool is_settling_ = false; ///< nobody is judged for now
  bool has_failed_ = false;  ///< some order, not because of the link
  std::optional<clock::time_point> leased_; ///< the last answer to a lease
  clock::time_point judge_from_{};
  clock::time_point refreshed_{};
};

} // namespace wsgw::actors
