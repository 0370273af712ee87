#pragma once

#include "protocol/log_follower.hpp"
#include "protocol/numbered_event.hpp"
#include "tests/support/model_log.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <variant>

namespace wsgw::tests {

/// A follower of a log to which random things happen, watched at every step.
class random_life {
public:
  enum class world { calm, rough };

  random_life(unsigned seed, world kind) : random_(seed), kind_(kind) {
    for (auto n = below(30); n != 0; --n)
      publish();
    channel_.clear();
    before_ = log_.seq();
  }

  void step() {
    const auto dice = below(kind_ == world::calm ? 93 : 100);
    if (dice < 25)
      publish();
    else if (dice < 50)
      hear();
    else if (dice < 65)
      ask();
    else if (dice < 80)
      answer(below(10) == 0);
    else if (dice < 82)
      is_linked_ ? lose_link() : restore_link();
    else if (dice < 83 && !channel_.empty())
      channel_.pop_back();
    else if (dice < 88)
      want(below(log_.seq() + 3));
    else if (dice < 91)
      follower_.retry();
    else if (dice < 93)
      dice == 91 ? follower_.learn() : follower_.hint(log_.head());
    else
      suffer_accident();
    watch();
  }

  /// Everything works again: the follower must end where the log does.
  void rest() {
    restore_link();
    settle();
    follower_.hint(log_.head());
    settle();
    REQUIRE(follower_.head() == log_.head());
    REQUIRE(follower_.is_sure());
    REQUIRE(follower_.waiting() == 0);
    REQUIRE(wanted_.empty());
    for (const auto& kept : log_.read(0, log_.seq()).events)
      if (kept.seq > run_begin_)
        REQUIRE(protocol::is_same_event(kept.json, run_.at(kept.seq)));
  }

  std::size_t resets = 0;
  std::size_t delivered() const { return delivered_.size(); }
  std::size_t published() const { return published_ - before_; }

private:
  std::size_t below(std::uint64_t n) { return n == 0 ? 0 : random_() % n; }

  void publish() {
    // Seldom more than a page or than may wait.
    const auto count = below(300) == 0 ? 1200 : 1;
    for (auto n = 0; n < count; ++n) {
      const auto json = R"({"n":)" + std::to_string(++published_) + "}";
      auto text = log_.publish(json);
      ever_[log_.epoch()][log_.seq()].insert(json);
      note_trimming();
      if (is_linked_)
        channel_.push_back({log_.head(), std::move(text)});
    }
  }

  void hear() {
    for (auto n = below(5); n != 0 && !channel_.empty(); --n) {
      const auto& [at, json] = channel_.front();
      if (kind_ == world::calm && !follower_.is_open())
        heard_ = std::min(heard_, at.seq);
      follower_.live(at, json);
      channel_.pop_front();
      watch();
    }
  }

  void lose_link() {
    is_linked_ = false;
    channel_.resize(below(channel_.size() + 1));
    while (!channel_.empty())
      hear();
    // What it has not learned by now it cannot compare later.
    if (run_.empty() && at_.seq != 0)
      damaged_.insert(at_.epoch);
    follower_.link_lost();
  }

  void restore_link() {
    if (is_linked_)
      return;
    is_linked_ = true;
    follower_.link_restored();
  }

  void suffer_accident() {
    const auto epoch = log_.epoch();
    switch (below(6)) {
    case 0:
      log_.trim(below(20));
      note_trimming();
      return;
    case 1: // a replica is promoted: all links break
      log_.lose_tail(1 + below(5));
      lose_link();
      break;
    case 2:
      log_.flush();
      break;
    case 3: // another node has seen one of the above
      if (!epoch.empty())
        log_.renew(epoch);
      break;
    case 4: // nothing is lost by that
      snapshot_ = log_.save();
      return;
    case 5:
      go_back();
      break;
    }
    damaged_.insert(epoch);
  }

  void go_back() {
    if (snapshot_.epoch.empty())
      return;
    log_.restore(snapshot_);
    damaged_.insert(snapshot_.epoch);
    lose_link();
  }

  void note_trimming() {
    auto& first = oldest_[log_.epoch()];
    first = std::max(first, log_.first());
  }

  void want(std::uint64_t after) {
    wanted_.insert(after);
    ever_wanted_.insert(after);
    follower_.want(after);
  }

  bool ask() {
    const auto request = follower_.next_request();
    if (!request)
      return false;
    REQUIRE(!answer_);
    std::visit([this](const auto& what) { perform(what); }, *request);
    return true;
  }

  void perform(const protocol::log_follower::open_request&) {
    answer_ = [this, at = log_.head()] { follower_.on_opened(at); };
  }

  void perform(const protocol::log_follower::read_request& what) {
    // Redis may cut a page short, but never to nothing.
    const auto count = below(3) == 0 ? 1 + below(what.count) : what.count;
    answer_ = [this, page = log_.read(what.after, count)] {
      follower_.on_page(page);
    };
  }

  void perform(const protocol::log_follower::renew_request& what) {
    REQUIRE(damaged_.count(what.epoch) == 1);
    answer_ = [this, at = log_.renew(what.epoch)] { follower_.on_renewed(at); };
  }

  void answer(bool fails) {
    if (!answer_)
      return;
    const auto now = *std::exchange(answer_, std::nullopt);
    fails ? follower_.on_failed() : now();
  }

  void settle() {
    auto rounds = 0;
    do {
      answer(false);
      while (!channel_.empty())
        hear();
      follower_.retry();
      watch();
      REQUIRE(++rounds < 10'000);
    } while (ask());
  }

  void watch() {
    REQUIRE(follower_.waiting() <= 2 * protocol::log_follower::max_waiting);
    for (const auto& each : follower_.take())
      std::visit([this](const auto& what) { check(what); }, each);
  }

  void check(const protocol::log_follower::opened& what) {
    REQUIRE(at_.epoch.empty());
    begin_run(what.at);
    REQUIRE(what.at.seq < heard_);
    before_ = what.at.seq;
  }

  void check(const protocol::log_follower::delivery& what) {
    REQUIRE(what.what.seq == at_.seq + 1);
    ++at_.seq;
    const auto json = body(what.what.json);
    REQUIRE(ever_[at_.epoch][at_.seq].count(json) == 1);
    REQUIRE(delivered_.insert(json).second);
    run_[at_.seq] = json;
  }

  void check(const protocol::log_follower::reset& what) {
    ++resets;
    const auto is_trimmed = what.why == protocol::reset_reason::trimmed;
    REQUIRE(is_trimmed == (what.at.epoch == at_.epoch));
    if (is_trimmed)
      REQUIRE(oldest_[at_.epoch] > at_.seq + 1);
    else
      REQUIRE(damaged_.count(at_.epoch) == 1);
    wanted_ = ever_wanted_ = {};
    begin_run(what.at);
  }

  void check(const protocol::log_follower::history& what) {
    REQUIRE(ever_wanted_.count(what.after) == 1);
    auto last = what.after;
    for (const auto& each : what.events) {
      REQUIRE(each.seq > last);
      REQUIRE((each.seq == last + 1 || last == what.after));
      last = each.seq;
      REQUIRE(ever_[at_.epoch][each.seq].count(each.json) == 1);
    }
    REQUIRE(last <= std::max(at_.seq, what.after));
    wanted_.erase(what.after);
    // It covers others too; those it says nothing about must be answered yet.
    if (const auto end = what.events.empty() ? at_.seq : last; end > what.after)
      wanted_.erase(wanted_.lower_bound(what.after), wanted_.lower_bound(end));
  }

  void begin_run(const protocol::cursor& at) {
    at_ = at;
    run_begin_ = at.seq;
    run_.clear();
  }

  static std::string body(const std::string& json) {
    return "{" + json.substr(json.rfind(R"("n":)"));
  }

  std::mt19937 random_;
  world kind_;
  model_log log_;
  model_log::snapshot snapshot_;
  protocol::log_follower follower_;
  bool is_linked_ = true;
  std::deque<std::pair<protocol::cursor, std::string>> channel_;
  std::optional<std::function<void()>> answer_;
  std::uint64_t published_ = 0;
  /// The first one before it was open.
  std::uint64_t heard_ = protocol::max_seq;
  std::uint64_t before_ = 0; ///< published before the follower listened
  std::map<std::string, std::map<std::uint64_t, std::set<std::string>>> ever_;
  std::map<std::string, std::uint64_t> oldest_;
  std::set<std::string> damaged_;       ///< epochs that lost entries or ended
  std::set<std::uint64_t> wanted_;      ///< and not yet answered
  std::set<std::uint64_t> ever_wanted_; ///< since the last reset
  std::set<std::string> delivered_;
  std::map<std::uint64_t, std::string> run_; ///< delivered since the last reset
  protocol::cursor at_;
  std::uint64_t run_begin_ = 0;
};

} // namespace wsgw::tests
