#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace wsgw::bench {

/// Counts nanosecond latencies in log-linear buckets: 64 per power of two, so
/// a percentile is at most 1.6 % too high. Fixed size, no allocation.
class latency_histogram {
public:
  void record(std::int64_t nanoseconds) {
    const auto value =
      static_cast<std::uint64_t>(nanoseconds < 0 ? 0 : nanoseconds);
    ++buckets_[bucket_of(value)];
    ++count_;
    if (value > max_)
      max_ = value;
  }

  /// The latency in microseconds that a share `q` (0 … 1) of all records does
  /// not exceed; 0 when there are none.
  double percentile_us(double q) const {
    if (count_ == 0)
      return 0;
    const auto rank =
      static_cast<std::uint64_t>(q * static_cast<double>(count_ - 1));
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < buckets_.size(); ++i) {
      seen += buckets_[i];
      if (seen > rank)
        return std::min(static_cast<double>(upper_bound_of(i)) / 1000.0,
                        max_us());
    }
    return max_us();
  }

  double max_us() const { return static_cast<double>(max_) / 1000.0; }
  std::uint64_t count() const { return count_; }

private:
  static constexpr unsigned sub_bits = 6;
  static constexpr std::uint64_t sub_count = 1U << sub_bits;

  static std::size_t bucket_of(std::uint64_t value) {
    if (value < sub_count)
      return static_cast<std::size_t>(value);
    const auto shift =
      static_cast<unsigned>(std::bit_width(value)) - sub_bits - 1;
    return static_cast<std::size_t>((shift + 1) * sub_count + (value >> shift)
                                    - sub_count);
  }

  static std::uint64_t upper_bound_of(std::size_t bucket) {
    if (bucket < sub_count)
      return bucket;
    const auto shift = bucket / sub_count - 1;
    const auto mantissa = bucket % sub_count + sub_count;
    return ((mantissa + 1) << shift) - 1;
  }

  std::array<std::uint64_t, (64 - sub_bits + 1) * sub_count> buckets_{};
  std::uint64_t count_ = 0;
  std::uint64_t max_ = 0;
};

} // namespace wsgw::bench
