#pragma once

#include "tests/support/eventually.hpp"
#include "tests/support/running_loop.hpp"
#include "transport/redis_link.hpp"

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace wsgw::tests {

/// Short enough for tests, long enough for a loaded machine.
inline transport::redis_timing quick_timing() {
  using namespace std::chrono_literals;
  return {2000ms, 400ms, 10ms, 50ms};
}

inline transport::redis_endpoint endpoint(const std::string& url) {
  return std::get<transport::redis_endpoint>(transport::parse_redis_url(url));
}

/// The states a link reported, for other threads to look at.
class state_record {
public:
  void add(const transport::redis_status& status) {
    std::lock_guard lock{mutex_};
    seen_.push_back(status);
  }
  /// Waits until the last state is `state`.
  bool becomes(transport::redis_state state) const {
    return eventually([&] {
      std::lock_guard lock{mutex_};
      return !seen_.empty() && seen_.back().state == state;
    });
  }
  /// Waits for a `down` whose reason holds `part`; else all reasons.
  std::string reason_with(const std::string& part) const {
    std::string found;
    eventually([&] {
      found = all_reasons();
      return found.find(part) != std::string::npos;
    });
    return found;
  }
  std::size_t times(transport::redis_state state) const {
    std::lock_guard lock{mutex_};
    std::size_t count = 0;
    for (const auto& each : seen_)
      count += each.state == state ? 1 : 0;
    return count;
  }

private:
  std::string all_reasons() const {
    std::lock_guard lock{mutex_};
    std::string text;
    for (const auto& each : seen_)
      text += each.reason + '\n';
    return text;
  }

  mutable std::mutex mutex_;
  std::vector<transport::redis_status> seen_;
};

/// A subscriber of `ws:*` that notes everything.
class recording_subscriber {
public:
  explicit recording_subscriber(running_loop& loop, const std::string& url,
                                transport::redis_timing timing = quick_timing())
      : loop_(loop) {
    transport::redis_subscriber::callbacks on;
    on.on_messages = [this](auto messages) { add(std::move(messages)); };
    on.on_state = [this](const auto& status) { states.add(status); };
    on.may_read = [this] { return may_read.load(); };
    loop_.call([&] {
      link_ = std::make_unique<transport::redis_subscriber>(
        *loop_, endpoint(url), std::vector<std::string>{"ws:*"}, std::move(on),
        timing);
      link_->start();
    });
  }
  ~recording_subscriber() {
    loop_.call([this] { link_.reset(); });
  }

  void stop() {
    loop_.call([this] { link_->stop(); });
  }
  std::uint64_t ignored() {
    return loop_.call([this] { return link_->ignored(); });
  }
  std::vector<transport::redis_message> messages() const {
    std::lock_guard lock{mutex_};
    return messages_;
  }
  bool receives(std::size_t count) const {
    return eventually([&] { return messages().size() >= count; });
  }

  state_record states;
  std::atomic<bool> may_read{true};
  std::atomic<int> batches{0};

private:
  void add(std::vector<transport::redis_message> messages) {
    std::lock_guard lock{mutex_};
    ++batches;
    for (auto& each : messages)
      messages_.push_back(std::move(each));
  }

  running_loop& loop_;
  mutable std::mutex mutex_;
  std::vector<transport::redis_message> messages_;
  std::unique_ptr<transport::redis_subscriber> link_;
};

/// A command link that can be used from the test's thread.
class blocking_client {
public:
  blocking_client(running_loop& loop, const std::string& url,
                  transport::redis_timing timing = quick_timing())
      : loop_(loop) {
    loop_.call([&] {
      link_ = std::make_unique<transport::redis_client>(
        *loop_, endpoint(url),
        [this](const auto& status) { states.add(status); }, timing);
      link_->start();
    });
  }
  ~blocking_client() {
    loop_.call([this] { link_.reset(); });
  }

  /// Waits for the reply.
  transport::redis_reply run(std::vector<std::string> words) {
    std::promise<transport::redis_reply> promise;
    auto reply = promise.get_future();
    loop_.call([&] {
      link_->command(
        words, [&promise](auto value) { promise.set_value(std::move(value)); });
    });
    return reply.get();
  }
  /// The text of an error, or of a string.
  std::string text(std::vector<std::string> words) {
    const auto reply = run(std::move(words));
    if (const auto* error = reply.error())
      return error->text;
    const auto* string = std::get_if<std::string>(&reply.value);
    return string == nullptr ? "not a string" : *string;
  }

  /// To be used on the loop's thread only.
  transport::redis_client& link() { return *link_; }

  state_record states;

private:
  running_loop& loop_;
  std::unique_ptr<transport::redis_client> link_;
};

} // namespace wsgw::tests
