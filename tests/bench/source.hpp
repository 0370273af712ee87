#pragma once

#include "tests/bench/poller.hpp"
#include "tests/bench/stamp.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace wsgw::bench {

/// Publishes events the way a backend would. One thread, one poller; the
/// number of events in flight bounds every queue here.
class source {
public:
  virtual ~source() = default;
  /// Queues one event of the dialog with this id.
  virtual void publish(std::uint64_t dialog_id, const stamp& s) = 0;
  /// Sends what was queued, as far as the kernel takes it.
  virtual void flush() = 0;
  /// Why the source cannot go on; empty while it can.
  const std::string& error() const { return error_; }

protected:
  std::string error_;
};

struct source_config {
  endpoint_address peer;
  std::size_t payload_bytes = 200;
  /// HTTP: the target of each POST; WebSocket: of the upgrade. `{id}` becomes
  /// the dialog's id.
  std::string target;
  std::size_t connections = 16; ///< HTTP only: requests under way at a time
  std::string bearer;           ///< HTTP only; empty: no Authorization
  bool to_log = false;          ///< Redis only: append to the rooms' logs
  bool raw_body = false;        ///< HTTP: the bare message, not a demo's form
};

/// `PUBLISH ws:dialog:<id> <event>`, or `FCALL wsgw_publish`, pipelined.
std::unique_ptr<source> make_redis_source(poller& events,
                                          const source_config& config);
/// `POST` per event over kept-alive connections, as `--demo` takes it.
std::unique_ptr<source> make_http_source(poller& events,
                                         const source_config& config);
/// One WebSocket whose text frames are `<id> <message>`, for servers that are
/// measured without Redis.
std::unique_ptr<source> make_ws_source(poller& events,
                                       const source_config& config);

/// `text` with every `{id}` replaced.
std::string fill_in(std::string_view text, std::uint64_t dialog_id);

} // namespace wsgw::bench
