#pragma once

#include "actors/fan_out.hpp"
#include "actors/replay.hpp"
#include "actors/room_sequence.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <vector>

namespace wsgw::actors {

/// Answers the joins and pulls of v1 and sse members: from the dialog's
/// history, from the log in Redis, or with a reset; what cannot be told yet
/// waits. Loop thread only.
class catch_up {
public:
  /// A join or a pull of the log is given up after this time.
  static constexpr std::chrono::seconds patience{5};
  /// Pulls of one member that may wait at the same time.
  static constexpr std::size_t most_pulls = 4;
  /// Events that are read in front of those that were asked for while nothing
  /// is kept: others come back with other cursors.
  static constexpr std::uint64_t margin = 64;

  struct parts {
    members& all;
    room_history& history;
    fan_out& live;
    room_chronicle& past;
    room_sequence& sequence;
    /// A member has just become live.
    /// When it has just joined, what became of its cursor.
    std::function<void(std::uint64_t who,
                       std::optional<protocol::resume_outcome> joined)>
      on_live;
    /// An event was read that happened before; false: nobody shall get it.
    std::function<bool(const protocol::event&, std::uint64_t seq)> on_old;
  };

  catch_up(const room_context& context, parts with);

  /// `who` has become a waiting member; `cursor` is what the client gave.
  void join(std::uint64_t who, const std::string& cursor);
  void pull(const messages::pull& request);
  void forget(std::uint64_t who);

  // -- news of the sequence ---------------------------------------------------

  void on_open() { settle(nullptr); }
  /// The head moved on.
  void on_event();
  void on_reset(protocol::reset_reason why);
  void on_history(const protocol::log_follower::history& older);

private:
  using moment = transport::event_loop::clock::time_point;

  /// What a member asked for and has not got yet.
  struct wish {
    std::uint64_t who = 0;
    bool is_join = false;
    bool is_malformed = false;
    std::optional<protocol::cursor> after{}; ///< empty: a fresh join
    std::size_t limit = 0;                   ///< events of a pull
    moment until{};
    bool is_asked = false; ///< Redis was asked since
    bool is_sure = false;  ///< and has answered
  };

  /// What Redis answered.
  struct page {
    protocol::event_log events;
    std::uint64_t after = 0;
  };

  /// A member was told of a reset, whose news its pulls may have crossed.
  struct crossing {
    std::uint64_t seq = 0;  ///< of the reset's cursor
    std::size_t resets = 0; ///< each answers one pull that it crossed
  };

  enum class way : std::uint8_t { wait, fresh, replay, reset };
  struct verdict {
    way go = way::wait;
    protocol::reset_reason why{};
    protocol::event_log* source = nullptr; ///< of a replay
  };

  bool was_answered(const messages::pull& request);
  void add(wish fresh);
  /// Answers what can be answered; asks Redis for what can not.
  void settle(page* older);
  verdict judge(const wish& w, page* older);
  void ask();
  /// Behind which number Redis must be asked for `w`; empty: it just waits.
  std::optional<std::uint64_t> question_of(const wish& w) const;
  page read(const protocol::log_follower::history& older);

  void answer_join(const wish& w, const verdict& v);
  void count_join(const verdict& v) const;
  void greet(const wish& w, const verdict& v, const replay_plan& plan);
  void answer_pull(const wish& w, const verdict& v);
  void reset_member(std::uint64_t who, protocol::reset_reason why);
  /// Queues what it can; returns up to where.
  std::uint64_t send(const member& to, const replay_plan& plan,
                     std::uint64_t after);
  void stop_lagging(std::uint64_t who);
  std::size_t bytes_for(const member& to, bool is_live) const;

  void arm();
  void give_up_late();

  const room_context& context_;
  parts with_;
  std::vector<wish> wishes_;                  ///< in the order of their arrival
  std::map<std::uint64_t, crossing> crossed_; ///< by member, until it pulls
  /// Behind what Redis was asked for events; empty: nothing is under way.
  std::optional<std::uint64_t> asked_;
  bool has_log_ = true;        ///< until `fetch` says that there is none
  std::uint64_t oldest_ = 0;   ///< that Redis keeps, as far as known
  std::uint64_t promised_ = 0; ///< Redis has events up to here: they will come
  transport::timer deadline_;
};

} // namespace wsgw::actors
