#pragma once

#include "actors/redis_log.hpp"
#include "tests/support/redis_links.hpp"

#include <future>
#include <memory>
#include <string>
#include <utility>

namespace wsgw::tests {

inline protocol::room_id room_of(std::string_view text) {
  return *protocol::room_id::parse(text);
}

/// A redis_log that can be used from the test's thread.
class blocking_log {
public:
  explicit blocking_log(const std::string& url, actors::settings config = {})
      : config_(std::move(config)) {
    loop_.call([&] {
      log_ = std::make_unique<actors::redis_log>(
        *loop_, endpoint(url), config_, counts,
        [this](const auto& status) { states.add(status); }, quick_timing());
      log_->start();
    });
  }
  ~blocking_log() {
    loop_.call([this] {
      log_->stop();
      log_.reset();
    });
  }

  bool is_ready() const {
    return states.becomes(transport::redis_state::ready);
  }

  actors::store_result<protocol::cursor> open(std::string_view room) {
    return wait<protocol::cursor>(
      [&](auto done) { log_->open(room_of(room), done); });
  }
  actors::store_result<protocol::log_page>
  read(std::string_view room, std::uint64_t after, std::size_t count = 100) {
    return wait<protocol::log_page>(
      [&](auto done) { log_->read(room_of(room), after, count, done); });
  }
  actors::store_result<protocol::cursor> renew(std::string_view room,
                                               const std::string& epoch) {
    return wait<protocol::cursor>(
      [&](auto done) { log_->renew(room_of(room), epoch, done); });
  }
  actors::store_result<actors::appended> publish(std::string_view room,
                                                 const std::string& json,
                                                 const std::string& key = {}) {
    return wait<actors::appended>(
      [&](auto done) { log_->publish(room_of(room), json, key, done); });
  }

  actors::redis_log& log() { return *log_; }
  running_loop& loop() { return loop_; }

  actors::log_counters counts;
  state_record states;

private:
  template <class T, class Ask>
  actors::store_result<T> wait(Ask ask) {
    auto promise = std::make_shared<std::promise<actors::store_result<T>>>();
    ask([promise](auto result) { promise->set_value(std::move(result)); });
    return promise->get_future().get();
  }

  actors::settings config_;
  running_loop loop_;
  std::unique_ptr<actors::redis_log> log_;
};

/// The text of an error; empty when it was none.
template <class T>
std::string error_of(const actors::store_result<T>& result) {
  const auto* error = std::get_if<actors::store_error>(&result);
  return error == nullptr ? std::string{} : error->text;
}

} // namespace wsgw::tests
