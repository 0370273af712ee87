#pragma once

#include "actors/hub.hpp"
#include "actors/subscriber.hpp"
#include "transport/handler.hpp"

#include <memory>

namespace wsgw::actors {

/// Counts the end of a connection by its code and by who began it.
void count_close(hub& shared, const transport::close_info& info);

/// Turns what a socket does into messages to its subscriber, which it spawns
/// when the socket opens.
class socket_bridge final : public transport::connection_handler {
public:
  socket_bridge(hub& shared, std::shared_ptr<const passport> who);

  void on_open(std::shared_ptr<transport::connection> socket) override;
  void on_text(std::string_view text) override;
  void on_binary(std::string_view bytes) override;
  void on_oversize() override;
  void on_pong() override;
  void on_closed(const transport::close_info& info) override;

private:
  hub& shared_;
  const room_manners& manners_;
  std::shared_ptr<const passport> who_; ///< until the subscriber has it
  std::weak_ptr<transport::connection> socket_;
  subscriber_actor subscriber_;
};

/// A connection that is closed as soon as it is open, maybe after one frame:
/// refusals that a browser must be able to read.
class closing_bridge final : public transport::connection_handler {
public:
  closing_bridge(hub& shared, protocol::close_status status,
                 protocol::frame last_word = nullptr);

  void on_open(std::shared_ptr<transport::connection> socket) override;
  void on_text(std::string_view) override {}
  void on_binary(std::string_view) override {}
  void on_pong() override {}
  void on_closed(const transport::close_info& info) override;

private:
  hub& shared_;
  protocol::close_status status_;
  protocol::frame last_word_; ///< null: none
};

/// `/ws/widget/test`: greets and closes 1000.
class test_bridge final : public transport::connection_handler {
public:
  void on_open(std::shared_ptr<transport::connection> socket) override;
  void on_text(std::string_view) override {}
  void on_binary(std::string_view) override {}
  void on_pong() override {}
  void on_closed(const transport::close_info&) override {}
};

/// `/ws/echo`: sends back every message, for conformance suites.
class echo_bridge final : public transport::connection_handler {
public:
  void on_open(std::shared_ptr<transport::connection> socket) override;
  void on_text(std::string_view text) override;
  void on_binary(std::string_view bytes) override;
  void on_pong() override {}
  void on_closed(const transport::close_info&) override {}

private:
  void echo(const protocol::frame& f);

  std::weak_ptr<transport::connection> socket_;
};

} // namespace wsgw::actors
