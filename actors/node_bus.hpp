#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace wsgw::actors {

/// What the other nodes said to one question.
struct node_answers {
  struct answer {
    std::string node; ///< hub::node_id
    std::string json;
  };
  std::vector<answer> answers;
  std::vector<std::string> silent; ///< nodes known to live that did not answer
  std::string error;               ///< empty: the question went out
};

/// What one bus did since its start. Any thread.
struct node_counters {
  std::atomic<std::uint64_t> asked{0};    ///< questions of this node
  std::atomic<std::uint64_t> answered{0}; ///< questions of others
  std::atomic<std::uint64_t> refused{0};  ///< those that got no answer here
  std::atomic<std::uint64_t> ignored{0};  ///< malformed messages
};

/// SEAM to the other gateways on the same Redis: questions to all of them.
/// Thread-safe; callbacks run on some shard's thread.
class node_bus {
public:
  virtual ~node_bus() = default;

  using done = std::function<void(node_answers)>;
  using reply = std::function<void(std::string json)>;
  /// Answers a question of another node: calls `reply` once, soon.
  using responder = std::function<void(std::string json, reply)>;

  /// Asks every other node `topic`; `done` is called once, after `patience` at
  /// the latest, earlier when all have answered.
  virtual void ask(std::string_view topic, std::string json,
                   std::chrono::milliseconds patience, done then) = 0;

  /// Who answers questions on `topic` here. Before the program serves.
  virtual void respond(std::string topic, responder who) = 0;

  node_counters counts;
};

} // namespace wsgw::actors
