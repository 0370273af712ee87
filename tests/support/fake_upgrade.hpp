#pragma once

#include "tests/support/fake_connection.hpp"
#include "transport/handler.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace wsgw::tests {

/// What became of one handshake.
struct handshake_record {
  std::optional<transport::http_response> refused;
  std::vector<transport::event_loop*> moves; ///< loops it was handed to
  std::optional<transport::connection_limits> limits;
  std::shared_ptr<transport::connection_handler> handler; ///< once accepted
  std::shared_ptr<fake_connection> socket;                ///< once accepted
  transport::event_loop* accepted_on = nullptr;
  int decisions = 0; ///< calls of refuse and accept

  std::string refused_header(std::string_view name) const {
    for (const auto& [key, value] : refused->headers)
      if (key == name)
        return value;
    return {};
  }

  /// The socket is gone, as the transport reports it.
  void end(const transport::close_info& info = {}) {
    if (const auto last = std::exchange(handler, nullptr))
      last->on_closed(info);
  }
};

/// A handshake without a socket: writes down what is decided, and opens a
/// `fake_connection` on the loop where it is accepted.
class fake_upgrade final : public transport::upgrade {
public:
  fake_upgrade(transport::event_loop& loop, transport::http_request request,
               std::shared_ptr<handshake_record> record)
      : loop_(loop), request_(std::move(request)), record_(std::move(record)) {}

  const transport::http_request& request() const override { return request_; }
  transport::event_loop& loop() const override { return loop_; }
  bool is_stream() const override { return stream; }

  void refuse(transport::http_response response) override {
    ++record_->decisions;
    record_->refused = std::move(response);
  }

  void move_to(
    transport::event_loop& target,
    std::function<void(std::unique_ptr<transport::upgrade>)> next) override {
    record_->moves.push_back(&target);
    target.post([&target, next = std::move(next), request = std::move(request_),
                 record = record_, stream = stream] {
      auto moved = std::make_unique<fake_upgrade>(target, request, record);
      moved->stream = stream;
      next(std::move(moved));
    });
  }

  void accept(const transport::connection_limits& limits,
              std::shared_ptr<transport::connection_handler> handler) override {
    ++record_->decisions;
    record_->limits = limits;
    record_->accepted_on = &loop_;
    record_->handler = std::move(handler);
    record_->socket = std::make_shared<fake_connection>();
    loop_.post([record = record_] {
      if (record->handler)
        record->handler->on_open(record->socket);
    });
  }

  bool stream = false; ///< an event stream is asked for

private:
  transport::event_loop& loop_;
  transport::http_request request_;
  std::shared_ptr<handshake_record> record_;
};

} // namespace wsgw::tests
