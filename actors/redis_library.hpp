#pragma once

#include "transport/redis_link.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>

namespace wsgw::actors {

/// What a gateway tells a Redis server about its logs.
struct log_limits {
  std::size_t maxlen = 1000;                 ///< WS_LOG_MAXLEN
  std::chrono::milliseconds ttl{86'400'000}; ///< WS_LOG_TTL
  bool may_load = true;                      ///< WS_REDIS_LOAD_FUNCTIONS
};

/// Brings the function library `wsgw` into one Redis server, never over a newer
/// one, also when several gateways of different versions start at once: the
/// load is one transaction with a key that all of them watch. Loop thread of
/// `link` only; nothing else may use the link meanwhile.
class redis_library {
public:
  /// Empty, or why the log cannot be used.
  using prepared = std::function<void(const std::string& problem)>;

  redis_library(transport::redis_client& link, const log_limits& limits)
      : link_(link), limits_(limits) {}

  /// `done` runs once unless the link goes down before.
  void prepare(prepared done);

private:
  void ask_version();
  void on_version(const transport::redis_reply& reply);
  void watch();
  void load();
  void on_loaded(const transport::redis_reply& reply);
  void tell_limits();
  void finish(const std::string& problem);
  void refuse(const std::string& text);
  /// Sends `words`; goes on with `next` unless the answer is an error.
  void step(const std::vector<std::string>& words, std::function<void()> next);

  transport::redis_client& link_;
  log_limits limits_;
  prepared done_;
  bool is_watching_ = false;
  int rounds_left_ = 0;
  std::string refusal_; ///< of a command inside the transaction
};

} // namespace wsgw::actors
