#pragma once

#include "actors/interfaces.hpp"
#include "protocol/explain.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

namespace wsgw::actors {

/// A subscriber with the connection that it lends to its dialog.
struct member {
  subscriber_actor who;
  std::shared_ptr<transport::connection> socket;
  protocol::connection_id conn{};
};

/// Whether a member gets events as they happen.
enum class standing : std::uint8_t {
  live,
  waiting, ///< its join is not answered yet
  lagging, ///< v1: reads too slowly, pulls at its own pace
  cut,     ///< gets nothing any more: its socket is being closed
};

/// The members of one dialog. Live ones stand in lists by role and dialect,
/// which is all that a fan-out looks at. Loop thread only.
class members {
public:
  struct place {
    protocol::role as;
    protocol::dialect speaks;
    standing now;
    std::uint32_t index; ///< in its list
    /// Since when it reads what; `room_chronicle` keeps it.
    protocol::explain::reading had{};
  };
  using list = std::vector<member>;

  /// False when it is one already.
  bool add(member fresh, protocol::role as, protocol::dialect speaks,
           standing now);
  /// False when it is none.
  bool remove(std::uint64_t who);
  /// Changes a member's standing; its place in a live list goes to another.
  void move(std::uint64_t who, standing to);

  /// Null when it is none; valid until the next change.
  const place* find(std::uint64_t who) const;
  protocol::explain::reading* reading_of(std::uint64_t who);
  member& at(const place& where);
  /// How far a lagging member's own reading has got.
  std::uint64_t& sent(const place& where);

  list& live(protocol::role as, protocol::dialect speaks) {
    return live_[static_cast<std::size_t>(speaks)]
                [static_cast<std::size_t>(as)];
  }
  /// True when somebody of this role reads v1 messages live.
  bool has_readers(protocol::role as) const {
    const auto role = static_cast<std::size_t>(as);
    return !live_[1][role].empty() || !live_[2][role].empty();
  }
  /// Actor ids of those that are not live.
  std::vector<std::uint64_t> with(standing which) const;

  bool is_empty() const { return places_.empty(); }
  std::size_t size() const { return places_.size(); }
  const protocol::role_counts& counts() const { return counts_; }

  template <class Visitor>
  void for_each(Visitor&& visit) {
    for (auto& [id, where] : places_)
      visit(at(where), where);
  }

private:
  struct aside {
    member who;
    std::uint64_t sent = 0;
  };

  void put(std::uint64_t id, member who, place where);
  member take(const place& where);

  /// By dialect first: an event for legacy members alone looks at few lines of
  /// cold memory.
  std::array<std::array<list, protocol::role_count>, protocol::dialect_count>
    live_;
  std::vector<aside> aside_;
  std::unordered_map<std::uint64_t, place> places_;
  protocol::role_counts counts_{};
};

} // namespace wsgw::actors
