#pragma once

#include "actors/duel_desk.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

namespace wsgw::actors {

/// Who waits for the state of which duel. At most one request of a duel is
/// under way; who asks meanwhile may have heard of a change that it misses, so
/// all of them share the next one. Belongs to one thread.
class duel_questions {
public:
  using clock = std::chrono::steady_clock;

  /// Who waits, all together; beyond it the store is as good as unreachable.
  static constexpr std::size_t max_waiting = 20'000;

  explicit duel_questions(duel_board& board) : board_(board) {}

  /// True: a request has to be sent now. Refuses at once when too many wait.
  bool add(std::int64_t duel_id, duel_desk::state_done then,
           clock::time_point now);
  /// The request was answered. True: the next one has to be sent.
  bool answered(std::int64_t duel_id, duel_desk::state_answer answer,
                clock::time_point now);
  /// Answers all with `unreachable`.
  void drop();

private:
  struct question {
    clock::time_point asked;
    std::vector<duel_desk::state_done> served; ///< by the request under way
    std::vector<duel_desk::state_done> later;
  };

  duel_board& board_;
  std::size_t waiting_ = 0;
  std::unordered_map<std::int64_t, question> under_way_;
};

/// What a text that was found means.
duel_desk::state_answer read_state(std::string_view json, std::int64_t duel_id);

} // namespace wsgw::actors
