#pragma once

#include "actors/node_bus.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wsgw::tests {

/// A node bus without other nodes: questions are kept until a test answers
/// them, and tests ask the way another node would. One thread.
class fake_node_bus final : public actors::node_bus {
public:
  struct question {
    std::string topic;
    std::string json;
    std::chrono::milliseconds patience{0};
    done then;
  };

  void ask(std::string_view topic, std::string json,
           std::chrono::milliseconds patience, done then) override {
    asked.push_back(
      {std::string{topic}, std::move(json), patience, std::move(then)});
  }

  void respond(std::string topic, responder who) override {
    responders.insert_or_assign(std::move(topic), std::move(who));
  }

  /// Answers the oldest question.
  void answer(actors::node_answers with) {
    auto first = std::move(asked.front());
    asked.erase(asked.begin());
    first.then(std::move(with));
  }

  /// Another node asks this one.
  void ask_here(const std::string& topic, std::string json, reply then) {
    responders.at(topic)(std::move(json), std::move(then));
  }

  std::vector<question> asked;
  std::map<std::string, responder> responders;
};

} // namespace wsgw::tests
