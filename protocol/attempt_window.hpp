#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>

namespace wsgw::protocol {

/// Sliding window of connection attempts per client address (contract 7).
/// Refused attempts are not added. At most `max_addresses` are tracked; beyond
/// it the address idle longest is forgotten, in O(1). Not thread-safe: the
/// owner guards it.
class attempt_window {
public:
  using clock = std::chrono::steady_clock;

  struct limits {
    std::size_t per_address = 100; ///< 0 switches the window off
    std::chrono::milliseconds window{60'000};
    std::size_t max_addresses = 10'000;
  };

  explicit attempt_window(limits l) : limits_(l) {}

  /// True when the attempt is within the limit (and counts it).
  bool try_acquire(std::string_view address, clock::time_point now);

  /// How long until `address` may try again; zero when it may now.
  std::chrono::milliseconds retry_after(std::string_view address,
                                        clock::time_point now) const;

  /// Addresses with at least one attempt in the window, and attempts in all.
  struct usage {
    std::size_t addresses = 0;
    std::size_t attempts = 0;
    std::size_t limited = 0; ///< addresses at their limit
  };
  usage current(clock::time_point now);

private:
  struct entry;
  limits limits_;
  std::unordered_map<std::string, std::deque<clock::time_point>> attempts_;
  std::deque<std::pair<clock::time_point, std::string>> order_;
};

} // namespace wsgw::protocol
