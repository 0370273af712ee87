#include "actors/hub.hpp"

#include "actors/random_text.hpp"

#include <random>
#include <utility>

namespace wsgw::actors {

namespace {

/// Names of connections differ between nodes and runs, so that a log line or a
/// client's report finds the right one.
std::uint64_t random_start() {
  std::random_device source;
  return (std::uint64_t{source()} << 16U) | 1U;
}

} // namespace

hub::hub(settings s)
    : live(std::move(s)), started_at(std::chrono::system_clock::now()),
      next_connection(random_start()), node_id(random_hex(8)),
      attempts_({config().rate_limit_per_ip, config().rate_limit_window}) {}

void hub::adopt(settings next) {
  live.replace(std::move(next));
  const auto& now = config();
  connection_limit = now.max_total_connections != 0 ? now.max_total_connections
                                                    : descriptor_limit;
  std::lock_guard lock{mutex_};
  attempts_.limit({now.rate_limit_per_ip, now.rate_limit_window});
}

void hub::set_source(const source_status& status) {
  std::lock_guard lock{mutex_};
  source_ = status;
}

source_status hub::source() const {
  std::lock_guard lock{mutex_};
  return source_;
}

bool hub::try_attempt(std::string_view address) {
  std::lock_guard lock{mutex_};
  return attempts_.try_acquire(address, protocol::attempt_window::clock::now());
}

std::chrono::milliseconds hub::attempt_retry_after(std::string_view address) {
  std::lock_guard lock{mutex_};
  return attempts_.retry_after(address, protocol::attempt_window::clock::now());
}

protocol::attempt_window::usage hub::attempts() {
  std::lock_guard lock{mutex_};
  return attempts_.current(protocol::attempt_window::clock::now());
}

} // namespace wsgw::actors
