#pragma once

#include "actors/duel_desk.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace wsgw::tests {

/// Duels in memory; answers at once, or when the test says so.
class fake_duel_desk final : public actors::duel_desk {
public:
  using result = state_answer::result;

  void state(std::int64_t duel_id, state_done then) override {
    ++questions;
    waiting.emplace_back(duel_id, std::move(then));
    if (!is_slow)
      answer_all();
  }

  void use_ticket(std::string jti, std::chrono::milliseconds ttl,
                  use_done then) override {
    last_ttl = ttl;
    if (!is_reachable)
      return then(use::unreachable);
    then(used.insert(std::move(jti)).second ? use::fresh : use::used_before);
  }

  void look_up(std::string jti, use_done then) override {
    then(!is_reachable        ? use::unreachable
         : used.contains(jti) ? use::used_before
                              : use::fresh);
  }

  /// Answers with what is kept now.
  void answer_all() {
    for (auto& [id, then] : std::exchange(waiting, {})) {
      state_answer answer;
      const auto found = states.find(id);
      answer.what = !is_reachable           ? result::unreachable
                    : is_malformed          ? result::malformed
                    : found == states.end() ? result::unknown
                                            : result::found;
      if (answer.what == result::found)
        answer.state = found->second;
      then(std::move(answer));
    }
  }

  /// Duel 7 of players 1 and 2.
  void keep(const std::string& status, const std::string& payload) {
    states[7] = {7, 1, 2, status, payload};
  }

  std::map<std::int64_t, actors::duel_state> states;
  std::set<std::string> used;
  std::vector<std::pair<std::int64_t, state_done>> waiting;
  std::chrono::milliseconds last_ttl{0};
  std::size_t questions = 0;
  bool is_slow = false;
  bool is_reachable = true;
  bool is_malformed = false;
};

/// A payload of duel 7; `version` is JSON.
inline std::string duel_payload(const std::string& status, int round,
                                const std::string& version = "null") {
  return R"({"duel_id":7,"status":")" + status
         + R"(","updated_at":"2026-04-17 10:00:00","last_round_number":)"
         + std::to_string(round) + R"(,"last_round_closed_at":"",)"
         + R"("event_version":)" + version + "}";
}

inline std::string duel_event(const std::string& payload) {
  return R"({"type":"duel_update","payload":)" + payload + "}";
}

} // namespace wsgw::tests
