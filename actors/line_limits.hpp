#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace wsgw::actors {

/// Lets a number of lines per second pass and counts the others. Not
/// thread-safe; time is a parameter.
class lines_per_second {
public:
  using clock = std::chrono::steady_clock;

  explicit lines_per_second(unsigned most) : most_(most) {}

  /// Empty: leave this line out. Else how many were left out before it.
  std::optional<std::uint64_t> admit(clock::time_point now) {
    if (now - began_ >= std::chrono::seconds{1}) {
      began_ = now;
      used_ = 0;
    }
    if (used_ == most_) {
      ++left_out_;
      return std::nullopt;
    }
    ++used_;
    const auto before = left_out_;
    left_out_ = 0;
    return before;
  }

private:
  unsigned most_;
  unsigned used_ = 0;
  std::uint64_t left_out_ = 0;
  clock::time_point began_;
};

/// Lets `burst` lines per key and minute pass and counts the others. Remembers
/// a bounded number of keys. Not thread-safe.
class lines_per_key {
public:
  using clock = std::chrono::steady_clock;

  explicit lines_per_key(unsigned burst = 1, std::size_t most_keys = 1024)
      : burst_(burst), most_keys_(most_keys) {}

  /// As `lines_per_second::admit`, for one key.
  std::optional<std::uint64_t> admit(std::string_view key,
                                     clock::time_point now) {
    forget_old(now);
    auto& row = rows_[std::string{key}];
    if (row.used == 0 || now - row.began >= std::chrono::minutes{1}) {
      row.began = now;
      row.used = 0;
    }
    if (row.used == burst_) {
      ++row.left_out;
      return std::nullopt;
    }
    ++row.used;
    const auto before = row.left_out;
    row.left_out = 0;
    return before;
  }

  std::size_t keys() const { return rows_.size(); }

private:
  struct row {
    clock::time_point began;
    unsigned used = 0;
    std::uint64_t left_out = 0;
  };

  /// Attackers choose keys: beyond the bound all of them are forgotten, which
  /// costs a few repeated lines and no scan per call.
  void forget_old(clock::time_point now) {
    if (rows_.size() < most_keys_)
      return;
    std::erase_if(rows_, [now](const auto& r) {
      return now - r.second.began >= std::chrono::minutes{1};
    });
    if (rows_.size() >= most_keys_)
      rows_.clear();
  }

  unsigned burst_;
  std::size_t most_keys_;
  std::unordered_map<std::string, row> rows_;
};

} // namespace wsgw::actors
