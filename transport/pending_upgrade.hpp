#pragma once

#include "transport/handler.hpp"
#include "transport/net.hpp"
#include "transport/shard_loop.hpp"

#include <functional>
#include <memory>
#include <string>

namespace wsgw::transport {

/// The `upgrade` of a checked WebSocket or event stream request. It owns the
/// socket until a decision is made, and closes it when there is none by the
/// deadline; the decision is then without effect (`accept` reports
/// `on_closed`).
class pending_upgrade final : public upgrade {
public:
  struct parts {
    http_request request;
    std::string leftover; ///< bytes read behind the head
    event_loop::clock::time_point deadline;
    bool is_stream = false;
  };

  pending_upgrade(shard_loop& loop, tcp_socket socket, parts content);

  const http_request& request() const override { return content_.request; }
  event_loop& loop() const override { return loop_; }
  bool is_stream() const override { return content_.is_stream; }
  void refuse(http_response response) override;
  /// `target` must be a `shard_loop`.
  void move_to(event_loop& target,
               std::function<void(std::unique_ptr<upgrade>)> next) override;
  void accept(const connection_limits& limits,
              std::shared_ptr<connection_handler> handler) override;

private:
  shard_loop& loop_;
  tcp_socket socket_;
  parts content_;
  timer deadline_;
};

} // namespace wsgw::transport
