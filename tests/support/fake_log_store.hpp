#pragma once

#include "actors/log_store.hpp"
#include "tests/support/model_log.hpp"

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace wsgw::tests {

/// The logs in Redis, in memory. Commands are performed at once; while the
/// store is told to hold, their answers wait for `release`, as if they were
/// still on the way. Not thread-safe.
class fake_log_store final : public actors::log_store {
public:
  // -- what a test does -----------------------------------------------------

  /// The log of a room ("dialog:10"), to publish to and to break.
  model_log& log(const std::string& room) { return logs_[room]; }

  void hold() { is_holding_ = true; }
  /// Passes on the oldest answer; false when none waits.
  bool release_one() {
    if (held_.empty())
      return false;
    const auto answer = std::move(held_.front());
    held_.pop_front();
    answer();
    return true;
  }
  /// Passes on all answers and holds no more.
  void release() {
    is_holding_ = false;
    while (release_one()) {
    }
  }

  /// Commands fail from now on, until `recover`.
  void fail(bool is_link_down = true, std::string text = "link down") {
    failure_ = actors::store_error{is_link_down, std::move(text)};
  }
  void recover() { failure_.reset(); }

  /// What the subscribers of a room get; without it nobody hears of what is
  /// published here.
  std::function<void(const std::string& room, std::string json)> on_published;

  std::size_t opens = 0;
  std::size_t reads = 0;
  std::size_t renewals = 0;
  std::size_t publishes = 0;

  // -- log_store --------------------------------------------------------------

  void open(
    const protocol::room_id& room,
    std::function<void(actors::store_result<protocol::cursor>)> done) override {
    ++opens;
    perform(std::move(done), [&] { return log(room.text()).head(); });
  }

  void read(const protocol::room_id& room, std::uint64_t after,
            std::size_t count,
            std::function<void(actors::store_result<protocol::log_page>)> done)
    override {
    ++reads;
    perform(std::move(done),
            [&] { return log(room.text()).read(after, count); });
  }

  void renew(
    const protocol::room_id& room, std::string epoch,
    std::function<void(actors::store_result<protocol::cursor>)> done) override {
    ++renewals;
    perform(std::move(done), [&] { return log(room.text()).renew(epoch); });
  }

  void publish(
    const protocol::room_id& room, std::string json,
    std::string idempotency_key,
    std::function<void(actors::store_result<actors::appended>)> done) override {
    ++publishes;
    perform(std::move(done),
            [&] { return append(room.text(), json, idempotency_key); });
  }

private:
  actors::appended append(const std::string& room, const std::string& json,
                          const std::string& key) {
    const auto known = keys_.find(room + ' ' + key);
    if (!key.empty() && known != keys_.end())
      return {known->second, true};
    auto text = log(room).publish(json);
    const auto at = log(room).head();
    if (!key.empty())
      keys_.emplace(room + ' ' + key, at);
    if (on_published)
      on_published(room, std::move(text));
    return {at, false};
  }

  template <class T, class F>
  void perform(std::function<void(actors::store_result<T>)> done, F command) {
    actors::store_result<T> result;
    if (failure_)
      result = *failure_;
    else
      result = command();
    if (!is_holding_)
      return done(std::move(result));
    held_.push_back(
      [done = std::move(done), result = std::move(result)] { done(result); });
  }

  std::map<std::string, model_log> logs_;
  std::map<std::string, protocol::cursor> keys_;
  std::deque<std::function<void()>> held_;
  std::optional<actors::store_error> failure_;
  bool is_holding_ = false;
};

} // namespace wsgw::tests
