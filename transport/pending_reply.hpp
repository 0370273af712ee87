#pragma once

#include "transport/handler.hpp"
#include "transport/shard_loop.hpp"

#include <memory>
#include <optional>

namespace wsgw::transport {

/// Who waits for the answer to a request.
class reply_target : public std::enable_shared_from_this<reply_target> {
public:
  virtual ~reply_target() = default;
  /// Called once on the loop's thread; empty when the application dropped the
  /// reply unanswered.
  virtual void on_reply(std::optional<http_response> response) = 0;
};

/// Makes the callback that the application answers with, on any thread. The
/// first call counts. It keeps `target` alive until then, and must not outlive
/// `loop`.
reply make_reply(shard_loop& loop, std::shared_ptr<reply_target> target);

} // namespace wsgw::transport
