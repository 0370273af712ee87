#pragma once

#include "transport/connection.hpp"

#include <optional>
#include <string>
#include <vector>

namespace wsgw::tests {

/// A connection that remembers what it was told, and reports a full outbox on
/// demand.
class fake_connection final : public transport::connection {
public:
  transport::send_result send(const protocol::frame& f,
                              std::uint64_t mark) override {
    if (closed)
      return transport::send_result::closed;
    if (full)
      return transport::send_result::full;
    texts.emplace_back(protocol::payload_of(f));
    if (mark != 0)
      latest = mark;
    return transport::send_result::queued;
  }

  bool send_anyway(const protocol::frame& f) override {
    if (closed)
      return false;
    texts.emplace_back(protocol::payload_of(f));
    return true;
  }

  std::size_t room() const override { return full ? 0 : capacity; }

  std::uint64_t last_mark() const override { return latest; }

  void ping() override { ++pings; }

  void close(const protocol::close_status& status,
             transport::unsent what) override {
    if (closed)
      return;
    closed = status;
    dropped_unsent = what == transport::unsent::drop;
  }

  std::size_t outbox_bytes() const override { return 0; }

  std::vector<std::string> texts;
  std::uint64_t latest = 0;
  std::size_t capacity = 1U << 20;
  int pings = 0;
  bool full = false;
  bool dropped_unsent = false;
  std::optional<protocol::close_status> closed;
};

} // namespace wsgw::tests
