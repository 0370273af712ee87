#include "actors/duel_questions.hpp"

#include "actors/log.hpp"

#include <utility>

namespace wsgw::actors {

bool duel_questions::add(std::int64_t duel_id, duel_desk::state_done then,
                         clock::time_point now) {
  if (waiting_ >= max_waiting) {
    board_.counts.answered(
      static_cast<std::size_t>(duel_desk::state_answer::result::unreachable),
      {});
    then({});
    return false;
  }
  ++waiting_;
  const auto [found, is_new] = under_way_.try_emplace(duel_id);
  auto& list = is_new ? found->second.served : found->second.later;
  list.push_back(std::move(then));
  if (is_new)
    found->second.asked = now;
  return is_new;
}

bool duel_questions::answered(std::int64_t duel_id,
                              duel_desk::state_answer answer,
                              clock::time_point now) {
  const auto found = under_way_.find(duel_id);
  if (found == under_way_.end())
    return false;
  auto& question = found->second;
  board_.counts.answered(static_cast<std::size_t>(answer.what),
                         now - question.asked);
  if (answer.what == duel_desk::state_answer::result::found)
    board_.seen(answer.state);
  const auto served = std::exchange(question.served, {});
  question.served = std::exchange(question.later, {});
  question.asked = now;
  const auto is_next = !question.served.empty();
  if (!is_next)
    under_way_.erase(found);
  waiting_ -= served.size();
  for (const auto& then : served)
    then(answer);
  return is_next;
}

void duel_questions::drop() {
  waiting_ = 0;
  for (const auto& [id, question] : std::exchange(under_way_, {})) {
    for (const auto& then : question.served)
      then({});
    for (const auto& then : question.later)
      then({});
  }
}

duel_desk::state_answer read_state(std::string_view json,
                                   std::int64_t duel_id) {
  using result = duel_desk::state_answer::result;
  auto state = protocol::parse_duel_state(json, duel_id);
  if (state)
    return {result::found, std::move(*state)};
  log::repeated_warning("duel state", "duels", "state not understood",
                        {{"duel_id", duel_id}, {"bytes", json.size()}});
  return {result::malformed, {}};
}

} // namespace wsgw::actors
