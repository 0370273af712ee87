#include "actors/memory_duels.hpp"

#include <utility>

namespace wsgw::actors {

memory_duels::memory_duels(transport::event_loop& loop,
                           std::function<clock::time_point()> now)
    : loop_(loop), now_(std::move(now)) {}

void memory_duels::state(std::int64_t duel_id, state_done then) {
  state_answer answer;
  {
    std::lock_guard lock{mutex_};
    const auto found = states_.find(duel_id);
    answer.what = found == states_.end() ? state_answer::result::unknown
                                         : state_answer::result::found;
    if (found != states_.end())
      answer.state = found->second;
  }
  if (answer.what == state_answer::result::found)
    board().seen(answer.state);
  board().counts.answered(static_cast<std::size_t>(answer.what), {});
  loop_.post(
    [answer = std::move(answer), then = std::move(then)] { then(answer); });
}

void memory_duels::use_ticket(std::string jti, std::chrono::milliseconds ttl,
                              use_done then) {
  const auto what = take(jti, ttl);
  loop_.post([what, then = std::move(then)] { then(what); });
}

void memory_duels::look_up(std::string jti, use_done then) {
  const auto now = now_();
  auto what = use::fresh;
  {
    std::lock_guard lock{mutex_};
    forget(now);
    if (used_.contains(jti))
      what = use::used_before;
  }
  loop_.post([what, then = std::move(then)] { then(what); });
}

void memory_duels::forget(clock::time_point now) {
  while (!ends_.empty() && ends_.begin()->first <= now) {
    used_.erase(ends_.begin()->second);
    ends_.erase(ends_.begin());
  }
}

duel_desk::use memory_duels::take(const std::string& jti,
                                  std::chrono::milliseconds ttl) {
  const auto now = now_();
  std::lock_guard lock{mutex_};
  forget(now);
  if (used_.contains(jti))
    return use::used_before;
  if (used_.size() >= max_tickets)
    return use::unreachable;
  used_.insert(jti);
  ends_.emplace(now + ttl, jti);
  return use::fresh;
}

void memory_duels::put(const duel_state& state,
                       std::function<void(bool)> then) {
  {
    std::lock_guard lock{mutex_};
    states_[state.duel_id] = state;
    if (states_.size() > max_states)
      states_.erase(states_.begin());
  }
  loop_.post([then = std::move(then)] { then(true); });
}

} // namespace wsgw::actors
