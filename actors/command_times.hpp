#pragma once

#include "transport/loop_figures.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wsgw::actors {

inline constexpr std::array command_bounds{
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01,
  0.025,  0.05,    0.1,    0.25,  0.5,    1.0,   2.5};

/// How long Redis takes to answer, by command word; of a function by its name.
/// Thread-safe: answers come on the threads of several shards.
class command_times {
public:
  using times = transport::histogram<command_bounds>;

  /// Words are our own; more than these would be a fault.
  static constexpr std::size_t max_words = 64;

  void add(std::string_view word, std::chrono::nanoseconds took) {
    std::lock_guard lock{mutex_};
    auto found = by_word_.find(word);
    if (found == by_word_.end() && by_word_.size() < max_words)
      found = by_word_.try_emplace(std::string{word}).first;
    if (found != by_word_.end())
      found->second.add(took);
  }

  template <class Visitor>
  void for_each(Visitor&& visit) const {
    std::lock_guard lock{mutex_};
    for (const auto& [word, each] : by_word_)
      visit(word, each);
  }

private:
  mutable std::mutex mutex_;
  std::map<std::string, times, std::less<>> by_word_;
};

/// `done`, which gets the reply to `command`, with a clock that starts now.
/// What a lost link left unanswered is not counted.
template <class Done>
auto timed(command_times& all, const std::vector<std::string>& command,
           Done done) {
  using clock = std::chrono::steady_clock;
  const auto is_function = command.front().starts_with("FCALL");
  return [&all, word = command[is_function ? 1 : 0], began = clock::now(),
          done = std::move(done)](auto reply) mutable {
    const auto* error = reply.error();
    if (error == nullptr || error->text != "link down")
      all.add(word, clock::now() - began);
    done(std::move(reply));
  };
}

} // namespace wsgw::actors
