#pragma once

#include <chrono>
#include <thread>
#include <utility>

namespace wsgw::tests {

/// How long a test waits for something that should happen soon. Generous, for
/// machines under load; a passing test never waits that long.
inline constexpr std::chrono::seconds patience{10};

/// Asks `condition` again and again until it is true (returns true) or the
/// deadline has passed (returns false).
template <class Condition>
bool eventually(Condition&& condition,
                std::chrono::milliseconds deadline = patience) {
  using clock = std::chrono::steady_clock;
  const auto end = clock::now() + deadline;
  while (!condition()) {
    if (clock::now() >= end)
      return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{3});
  }
  return true;
}

} // namespace wsgw::tests
