#pragma once

#include <chrono>
#include <cstdint>

namespace wsgw::transport {

/// Decorrelated-jitter reconnect delays: min(cap, base + rand(0, 3·prev−base)).
/// Sans-I/O: randomness is a parameter, so tests are exact.
class backoff {
public:
  backoff(std::chrono::milliseconds base, std::chrono::milliseconds cap)
      : base_(base), cap_(cap), previous_(base) {}

  /// The next delay; `random` is uniform over its whole range.
  std::chrono::milliseconds next(std::uint64_t random);

  /// Call after a success.
  void reset() { previous_ = base_; }

private:
  std::chrono::milliseconds base_;
  std::chrono::milliseconds cap_;
  std::chrono::milliseconds previous_;
};

} // namespace wsgw::transport
