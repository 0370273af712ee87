#pragma once

#include <atomic>
#include <cstddef>
#include <utility>

namespace wsgw::actors {

/// One event's share of WS_MAX_INFLIGHT_EVENTS. It travels with the event from
/// the source to the dialog and is given back when the event is destroyed,
/// handled or not: also with the mailbox of an actor that has failed. Any
/// thread; `pool` must outlive it.
class credit {
public:
  credit() = default;
  explicit credit(std::atomic<std::size_t>& pool) : pool_(&pool) { take(); }
  credit(const credit& other) : pool_(other.pool_) { take(); }
  credit(credit&& other) noexcept
      : pool_(std::exchange(other.pool_, nullptr)) {}
  credit& operator=(credit other) noexcept {
    std::swap(pool_, other.pool_);
    return *this;
  }
  ~credit() {
    if (pool_ != nullptr)
      pool_->fetch_sub(1, std::memory_order_relaxed);
  }

private:
  void take() {
    if (pool_ != nullptr)
      pool_->fetch_add(1, std::memory_order_relaxed);
  }

  std::atomic<std::size_t>* pool_ = nullptr;
};

} // namespace wsgw::actors
