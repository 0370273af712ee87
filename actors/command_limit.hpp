#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace wsgw::actors {

/// How many commands one v1 client may send (protocol-v1 section 3): a token
/// bucket that holds twice what it gains in a second. Time is a parameter.
class command_limit {
public:
  using clock = std::chrono::steady_clock;

  enum class verdict : std::uint8_t {
    granted,
    refused,
    flooding, ///< refused for so long that the client should go
  };

  /// Refusals without a second's pause between them are borne this long.
  static constexpr std::chrono::seconds patience{10};
  static constexpr std::chrono::seconds pause{1};

  command_limit(std::size_t per_second, clock::time_point now)
      : rate_(static_cast<double>(per_second)), tokens_(2 * rate_),
        filled_at_(now) {}

  /// The rate that holds now, if it is another than before.
  void set_rate(std::size_t per_second) {
    rate_ = static_cast<double>(per_second);
  }

  verdict take(clock::time_point now) {
    const std::chrono::duration<double> passed = now - filled_at_;
    filled_at_ = now;
    tokens_ = std::min(2 * rate_, tokens_ + passed.count() * rate_);
    if (tokens_ >= 1) {
      tokens_ -= 1;
      return verdict::granted;
    }
    if (!is_refusing_ || now - refused_at_ > pause)
      refusing_since_ = now;
    is_refusing_ = true;
    refused_at_ = now;
    return now - refusing_since_ >= patience ? verdict::flooding
                                             : verdict::refused;
  }

private:
  double rate_;
  double tokens_;
  clock::time_point filled_at_;
  clock::time_point refusing_since_;
  clock::time_point refused_at_;
  bool is_refusing_ = false;
};

} // namespace wsgw::actors
