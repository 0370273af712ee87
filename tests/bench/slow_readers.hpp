#pragma once

#include "tests/bench/poller.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace wsgw::bench {

/// What became of the slow readers; all counters only grow.
struct slow_counts {
  std::uint64_t connects = 0; ///< upgrades, first and further ones
  std::uint64_t events = 0;
  std::uint64_t bytes = 0;
  std::uint64_t lagging = 0; ///< times that live push was stopped
  std::uint64_t live = 0;    ///< times that a reader had caught up again
  std::uint64_t pulls = 0;
  std::uint64_t resets = 0; ///< told that events are gone
  std::uint64_t lost = 0;   ///< missing numbers that no reset explains
  std::uint64_t doubled = 0;
  std::map<unsigned, std::uint64_t> closes; ///< 1006: without a close frame
};

struct slow_config {
  sockaddr_in address{};
  std::size_t size = 0;
  bool v1 = false; ///< else: legacy, which does not come back
  double bytes_per_second = 1024;
  int receive_buffer = 4096; ///< SO_RCVBUF
  /// The upgrade request of a reader; v1: with this cursor unless it is empty.
  std::function<std::string(std::size_t index, const std::string& cursor)>
    request;
};

/// WebSocket clients that read a little now and then, and do all that v1 asks
/// of them: pull when they lag, acknowledge, come back with their cursor. Each
/// checks the numbers of what it gets. One thread; reads by the clock, not when
/// the kernel has something.
class slow_readers {
public:
  explicit slow_readers(slow_config config);
  ~slow_readers();
  slow_readers(const slow_readers&) = delete;
  slow_readers& operator=(const slow_readers&) = delete;

  /// Reads what is due. Call often.
  void tick(std::int64_t now);
  /// From now on all read as fast as they can.
  void hurry() { is_hurried_ = true; }
  /// True when every reader is connected and has everything up to the head of
  /// its dialog, which is `index % heads.size()`.
  bool have_all(const std::vector<std::uint64_t>& heads) const;
  const slow_counts& counts() const { return counts_; }

private:
  struct reader;

  void open(reader& r, std::int64_t now);
  void upgrade(reader& r);
  void receive(reader& r, std::size_t most, std::int64_t now);
  void take(reader& r, std::int64_t now);
  void on_text(reader& r, std::string_view text);
  void on_event(reader& r, std::string_view cursor);
  void pull(reader& r);
  void send_text(reader& r, std::string_view text);
  void end(reader& r, unsigned code, std::int64_t now);

  slow_config config_;
  slow_counts counts_;
  std::vector<std::unique_ptr<reader>> readers_;
  std::int64_t last_tick_ = 0;
  bool is_hurried_ = false;
};

} // namespace wsgw::bench
