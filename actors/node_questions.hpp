#pragma once

#include "actors/node_bus.hpp"
#include "actors/node_roster.hpp"
#include "protocol/node_message.hpp"

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

/// The questions of this node that wait for others: which answer belongs to
/// which, who is still missing, when time is up. Knows no Redis. One thread;
/// time is a parameter; `done` runs inside these calls, last of all.
class node_questions {
public:
  using clock = node_roster::clock;

  /// Questions that may wait at once.
  static constexpr std::size_t max_waiting = 64;
  /// Answers to one question, all together; who is beyond it counts as silent.
  static constexpr std::size_t max_bytes = 16U << 20;

  explicit node_questions(node_roster& roster) : roster_(roster) {}

  struct order {
    std::uint64_t id = 0;
    std::string text; ///< for `question_channel`
  };
  /// Takes a question in; empty when it was refused (`done` has been told).
  std::optional<order> open(std::string_view topic, std::string_view json,
                            clock::time_point deadline, node_bus::done then);

  /// It was published, and the roster knows who lives.
  void sent(std::uint64_t id);
  /// It was not.
  void failed(std::uint64_t id, const std::string& why);
  /// A message on this node's channel of answers; false when it is malformed.
  bool heard(std::string_view text);
  /// Time is up for some.
  void expire(clock::time_point now);
  /// Answers can no longer come.
  void fail_all(const std::string& why);

  /// When `expire` has something to do.
  std::optional<clock::time_point> next_deadline() const;
  std::size_t waiting() const { return waiting_.size(); }

private:
  struct question {
    node_bus::done then;
    clock::time_point deadline;
    node_answers got;
    std::set<std::string> heard_of; ///< answered, or said no
    std::size_t bytes = 0;
    bool was_sent = false;
  };
  using question_map = std::map<std::uint64_t, question>;

  bool is_complete(const question& q) const;
  void finish(question_map::iterator where, std::string error);

  node_roster& roster_;
  question_map waiting_;
  std::uint64_t last_id_ = 0;
};

} // namespace wsgw::actors
