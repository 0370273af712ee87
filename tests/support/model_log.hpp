#pragma once

#include "protocol/log_follower.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <utility>

namespace wsgw::tests {

/// The log of one room with the semantics of the Redis library `wsgw`, and
/// with the accidents that happen to it.
class model_log {
public:
  explicit model_log(std::size_t maxlen = 1000) : maxlen_(maxlen) {}

  // -- the library ----------------------------------------------------------

  /// Appends; the event with its number is what subscribers get.
  std::string publish(const std::string& json) {
    head();
    entries_.push_back({++seq_, json});
    trim(maxlen_);
    return numbered({epoch_, seq_}, json);
  }

  protocol::cursor head() {
    if (epoch_.empty())
      begin({});
    return {epoch_, seq_};
  }

  protocol::log_page read(std::uint64_t after, std::size_t count) const {
    if (epoch_.empty())
      return {"", 0, 1, "", {}};
    protocol::log_page page{epoch_, seq_, first(), renewed_, {}};
    for (const auto& each : entries_)
      if (each.seq > after && page.events.size() < count)
        page.events.push_back(each);
    return page;
  }

  protocol::cursor renew(const std::string& epoch) {
    if (epoch_.empty() || epoch_ == epoch)
      begin("broker_lost_tail");
    return {epoch_, seq_};
  }

  // -- accidents --------------------------------------------------------------

  /// Only the latest `kept` entries remain.
  void trim(std::size_t kept) {
    while (entries_.size() > kept)
      entries_.pop_front();
  }

  /// A promoted replica had not got the latest `count` entries.
  void lose_tail(std::size_t count) {
    for (; count != 0 && !entries_.empty(); --count) {
      entries_.pop_back();
      --seq_;
    }
  }

  /// FLUSHALL, or the keys were evicted.
  void flush() {
    epoch_.clear();
    renewed_.clear();
    entries_.clear();
    seq_ = 0;
  }

  // -- what a test looks at
  // -----------------------------------------------------

  const std::string& epoch() const { return epoch_; }
  std::uint64_t seq() const { return seq_; }
  /// The oldest entry kept; seq() + 1 when there is none.
  std::uint64_t first() const { return seq_ + 1 - entries_.size(); }

  static std::string numbered(const protocol::cursor& at,
                              const std::string& json) {
    const auto rest = json.substr(1);
    return R"({"_epoch":")" + at.epoch + R"(","_seq":)" + std::to_string(at.seq)
           + (rest == "}" ? "" : ",") + rest;
  }

private:
  void begin(std::string why) {
    flush();
    renewed_ = std::move(why);
    // Like the library's, epochs that begin later sort behind.
    epoch_ = "k" + std::to_string(100'000 + ++epochs_);
  }

  std::size_t maxlen_;
  std::string epoch_;
  std::string renewed_;
  std::uint64_t seq_ = 0;
  std::uint64_t epochs_ = 0;
  std::deque<protocol::stored_event> entries_;
};

} // namespace wsgw::tests
