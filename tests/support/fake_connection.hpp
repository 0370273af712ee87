#pragma once

#include "transport/connection.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wsgw::tests {

/// A connection that remembers what it was told, and reports a full outbox on
/// demand: by `full`, or by size when it `is_bounded` and nobody says `drain`.
class fake_connection final : public transport::connection {
public:
  transport::send_result send(const protocol::frame& f,
                              std::uint64_t mark) override {
    if (closed)
      return transport::send_result::closed;
    if (full || (is_bounded && queued > 0 && f->size() > room()))
      return transport::send_result::full;
    take(f);
    if (mark != 0)
      latest = mark;
    return transport::send_result::queued;
  }

  bool send_anyway(const protocol::frame& f, std::uint64_t mark) override {
    if (closed)
      return false;
    take(f);
    if (mark != 0)
      latest = mark;
    return true;
  }

  bool deepen() override {
    capacity += kernel_bytes;
    return std::exchange(kernel_bytes, 0) != 0;
  }

  std::size_t room() const override {
    const auto used = is_bounded ? queued : 0;
    return full || used > capacity ? 0 : capacity - used;
  }

  std::uint64_t last_mark() const override { return latest; }

  std::uint64_t written_mark() const override { return written; }

  std::uint64_t acked_mark() const override { return acked; }

  void acknowledge(std::uint64_t mark) override {
    if (mark > acked && mark <= latest)
      acked = mark;
  }

  void restart_marks(std::uint64_t mark) override {
    latest = mark;
    written = acked = 0;
  }

  void ping() override { ++pings; }

  void close(const protocol::close_status& status,
             transport::unsent what) override {
    if (closed)
      return;
    closed = status;
    dropped_unsent = what == transport::unsent::drop;
  }

  std::size_t outbox_bytes() const override { return unwritten; }

  /// The client has read everything.
  void drain() { queued = 0; }

  std::vector<std::string> texts;
  std::uint64_t latest = 0;
  std::uint64_t written = 0; ///< what the kernel has taken, as the test says
  std::uint64_t acked = 0;
  std::size_t capacity = 1U << 20;
  std::size_t kernel_bytes = 0; ///< what `deepen` adds, once
  std::size_t unwritten = 0;    ///< bytes in the outbox, as the test says
  int pings = 0;
  std::size_t queued = 0; ///< bytes since the last `drain`
  bool is_bounded = false;
  bool is_stream = false; ///< frames are server-sent events
  bool full = false;
  bool dropped_unsent = false;
  std::optional<protocol::close_status> closed;

private:
  void take(const protocol::frame& f) {
    queued += f->size();
    texts.emplace_back(is_stream ? std::string_view{*f}
                                 : protocol::payload_of(f));
  }
};

} // namespace wsgw::tests
