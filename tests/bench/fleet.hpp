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

/// What a fleet tells about itself; all counters only grow.
struct fleet_counts {
  std::size_t open = 0;    ///< upgraded and not closed
  std::size_t refused = 0; ///< no 101, or no connection
  std::size_t closed = 0;  ///< ended by the server after the upgrade
  std::size_t broken = 0;  ///< frames that a server must not send
  std::uint64_t pings = 0; ///< application and protocol pings answered
  std::map<unsigned, std::size_t> close_codes; ///< 1006: without a close frame
  std::string first_refusal; ///< head of the first HTTP answer that was no 101
};

struct fleet_config {
  sockaddr_in address{};
  std::size_t size = 0;
  std::size_t concurrency = 256; ///< handshakes under way at a time
  double rate = 0; ///< handshakes begun a second; 0: as fast as they are done
  /// The upgrade request of a socket.
  std::function<std::string(std::size_t index)> request;
  /// A text frame arrived, other than `__ping__`.
  std::function<void(std::size_t index, std::string_view text)> on_text;
};

/// The WebSocket clients of a run: connects them all, keeps them alive by
/// answering pings and hands out what they receive. One thread, one poller.
class fleet {
public:
  fleet(poller& events, fleet_config config);
  ~fleet();
  fleet(const fleet&) = delete;
  fleet& operator=(const fleet&) = delete;

  /// Starts more handshakes, up to the concurrency. Call after every wait.
  void pump();
  /// Closes an open socket without a word; it counts as neither open nor
  /// closed. Not from within `on_text`.
  void drop(std::size_t index);
  /// True when every socket is open or has failed.
  bool is_settled() const { return counts_.open + failures() == config_.size; }
  /// Sockets that are not open any more, or never were.
  std::size_t failures() const { return counts_.refused + counts_.closed; }
  const fleet_counts& counts() const { return counts_; }

private:
  class client;

  void on_head(client& c, std::string_view head);
  void on_frames(client& c);
  std::size_t take_frames(client& c, std::string_view bytes);
  void read(client& c);
  void write(client& c, std::string_view bytes);
  void fail(client& c, unsigned close_code);
  bool may_start();

  poller& events_;
  fleet_config config_;
  fleet_counts counts_;
  std::vector<std::unique_ptr<client>> clients_;
  std::string buffer_; ///< shared by all reads
  std::size_t handshaking_ = 0;
  std::int64_t began_at_ = 0; ///< the first `pump`
};

} // namespace wsgw::bench
