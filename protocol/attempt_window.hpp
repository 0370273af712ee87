#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace wsgw::protocol {

/// Sliding window of connection attempts per client address (contract 7).
/// Refused attempts are not added. At most `max_addresses` are tracked; beyond
/// it the address idle longest is forgotten, in O(1). Memory is bounded by
/// `max_addresses` times `per_address` time points. Not thread-safe: the owner
/// guards it.
class attempt_window {
public:
  using clock = std::chrono::steady_clock;

  struct limits {
    std::size_t per_address = 100; ///< 0 switches the window off
    std::chrono::milliseconds window{60'000};
    std::size_t max_addresses = 10'000;
  };

  explicit attempt_window(limits l);
  /// Other limits from now on; attempts so far count.
  void limit(limits l);
  attempt_window(const attempt_window&) = delete;
  attempt_window& operator=(const attempt_window&) = delete;

  /// True when the attempt is within the limit (and counts it). Amortised
  /// O(1). An unknown (empty) address is not limited.
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
  /// O(addresses): for the debug pages.
  usage current(clock::time_point now);

private:
  /// The attempts of one address, oldest first; those before `first` are out
  /// of the window.
  struct record {
    std::string address;
    std::vector<clock::time_point> attempts;
    std::size_t first = 0;

    std::size_t count() const { return attempts.size() - first; }
    void forget_until(clock::time_point limit);
    void add(clock::time_point at);
  };
  using record_list = std::list<record>;

  void forget_idle(clock::time_point now);
  record& record_of(std::string_view address);

  limits limits_;
  /// Least recently counted first.
  record_list records_;
  /// Keys are views of `record::address`, whose place never changes.
  std::unordered_map<std::string_view, record_list::iterator> index_;
};

} // namespace wsgw::protocol
