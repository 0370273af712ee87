#pragma once

#include "actors/duel_desk.hpp"
#include "actors/fan_out.hpp"
#include "actors/members.hpp"
#include "actors/room_rules.hpp"
#include "protocol/duel_state.hpp"
#include "transport/event_loop.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

namespace wsgw::actors {

/// What a duel does besides passing events on (issue 5): nobody is told the
/// same twice, who joins is shown the state, an end ends all connections, and
/// a player has so many sockets at most.
///
/// A snapshot is asked for once its receiver hears events, so nothing falls
/// between; an event that comes first makes it ask again. The state is written
/// before its event is published: who was shown it early does not get that
/// event, which all others do.
class duel_rules final : public room_rules {
public:
  /// The state is asked again so soon when it could not be told.
  static constexpr std::chrono::milliseconds retry{250};

  explicit duel_rules(const parts& with);
  ~duel_rules() override;

  void arrived(std::uint64_t who, protocol::resume_outcome how) override;
  void caught_up(std::uint64_t who) override;
  void left(std::uint64_t who) override;
  reception receive(const protocol::event& e) override;
  void passed(const protocol::event& e, const protocol::cursor* head) override;
  bool read_old(const protocol::event& e, std::uint64_t seq) override;
  void lost_track() override;

private:
  using update = protocol::duel_update;

  /// When a member is shown the state.
  enum class want : std::uint8_t {
    always,
    if_new,  ///< it may have missed something
    if_over, ///< it has every event there was
  };
  struct guest {
    std::uint64_t who = 0;
    want what = want::always;
    std::uint64_t question = 0; ///< the first that was asked after it came
  };

  /// Null without tickets, when nobody ever joins, and at the program's end.
  duel_desk* desk() const { return with_.context.shared.duels; }
  void await_state(std::uint64_t who, want what);
  void ask();
  void answered(const duel_desk::state_answer& answer);
  void serve(const duel_state& state);
  void show(const guest& to, const protocol::event& e, const update& news);
  bool is_known(const update& news) const {
    return last_ && news.repeats(*last_);
  }
  /// Who knows `next_` already is not among the live ones while it passes.
  void step_aside();
  void step_back(const protocol::cursor* head);
  void end_all();
  void end(std::uint64_t who);
  void limit_sockets(protocol::role as);
  void tell_board();

  const parts with_;
  const std::int64_t duel_;
  std::shared_ptr<duel_rules*> alive_; ///< for answers that come too late

  std::optional<update> last_; ///< event of this room
  std::optional<update> old_;  ///< the one before, while a page is read
  std::uint64_t old_to_ = 0;   ///< so far the page was read
  std::optional<update> next_; ///< between `receive` and `passed`
  std::uint64_t passed_ = 0;   ///< updates so far
  std::vector<guest> guests_;  ///< wait for the state
  std::vector<std::uint64_t> aside_;
  /// Who was shown a state that no event has told yet.
  std::unordered_map<std::uint64_t, update> ahead_;

  std::uint64_t question_ = 0;      ///< how many were asked
  std::uint64_t passed_at_ask_ = 0; ///< `passed_` then
  bool is_asking_ = false;
  transport::timer retry_;
};

std::unique_ptr<room_rules> make_duel_rules(const room_rules::parts& with);

} // namespace wsgw::actors
