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
      begin("broker_lost_tail", epoch);
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

  /// What a snapshot has.
  struct snapshot {
    std::string epoch;
    std::string renewed;
    std::uint64_t seq = 0;
    std::deque<protocol::stored_event> entries;
  };
  snapshot save() const { return {epoch_, renewed_, seq_, entries_}; }
  /// Redis starts from a snapshot; renewals since then are lost, too.
  void restore(const snapshot& old) {
    epoch_ = old.epoch;
    renewed_ = old.renewed;
    seq_ = old.seq;
    entries_ = old.entries;
  }

  /// Another server's clock is ahead, or behind, by so many epochs.
  void move_clock(std::int64_t by) { clock_ += by; }

  // -- what a test looks at ---------------------------------------------------

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
  void begin(std::string why, const std::string& before = {}) {
    flush();
    renewed_ = std::move(why);
    // Like the library's, an epoch sorts behind the one it replaces.
    ++clock_;
    if (!before.empty())
      clock_ = std::max<std::int64_t>(clock_, std::stoll(before.substr(1)) + 1);
    epoch_ = "k" + std::to_string(clock_);
  }

  std::size_t maxlen_;
  std::string epoch_;
  std::string renewed_;
  std::uint64_t seq_ = 0;
  std::int64_t clock_ = 100'000;
  std::deque<protocol::stored_event> entries_;
};

} // namespace wsgw::tests
