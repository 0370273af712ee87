#include "protocol/frame.hpp"
#include "tests/support/ws_client.hpp"
#include "tests/unit/transport/served_loops.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>

using namespace wsgw;
using namespace wsgw::tests;

namespace {

/// Echoes; says so and closes 1000 when a message is too large, if it is not
/// `silent`.
class polite_handler final : public transport::connection_handler {
public:
  explicit polite_handler(bool silent) : is_silent_(silent) {}

  void on_open(std::shared_ptr<transport::connection> socket) override {
    socket_ = std::move(socket);
  }
  void on_text(std::string_view text) override {
    socket_->send(protocol::text_frame(std::to_string(text.size())));
  }
  void on_binary(std::string_view bytes) override { on_text(bytes); }
  void on_oversize() override {
    if (is_silent_)
      return;
    socket_->send(protocol::text_frame("too large"));
    socket_->close({1000, {}});
  }
  void on_pong() override {}
  void on_closed(const transport::close_info&) override { socket_.reset(); }

private:
  bool is_silent_;
  std::shared_ptr<transport::connection> socket_;
};

struct limited_server : served_loops {
  explicit limited_server(bool silent) {
    upgrade = [silent](std::unique_ptr<transport::upgrade> handshake) {
      transport::connection_limits limits;
      limits.max_message_bytes = 2048;
      limits.tells_oversize = true;
      handshake->accept(limits, std::make_shared<polite_handler>(silent));
    };
  }
};

struct told_limit : limited_server {
  explicit told_limit(bool silent = false) : limited_server(silent) {}

  ws_client client = ws_client::connect(port(), "/ws/x");

  bool is_refused(int code) {
    const auto close = client.read_close();
    return close && close->close_code == code;
  }
};

} // namespace

TEST_SUITE("transport/oversize") {
  TEST_CASE_FIXTURE(told_limit, "the limit itself is no excess") {
    client.send_text(std::string(2048, 'x'));
    CHECK(client.read_text() == "2048");
    client.send_frame(op_binary, false, std::string(1000, 'x'));
    client.send_frame(op_continuation, true, std::string(1048, 'x'));
    CHECK(client.read_text() == "2048");
  }

  TEST_CASE_FIXTURE(told_limit, "the handler has the last word") {
    SUBCASE("one frame") { client.send_text(std::string(2049, 'x')); }
    SUBCASE("fragments") {
      client.send_frame(op_text, false, std::string(2000, 'x'));
      client.send_frame(op_continuation, false, std::string(49, 'x'));
    }
    SUBCASE("before all of it is there") {
      client.send_raw(
        ws_client::encode(op_text, true, std::string(1U << 20, 'x'))
          .substr(0, 4096));
    }
    CHECK(client.read_text() == "too large");
    CHECK(is_refused(1000));
  }

  TEST_CASE("what comes after the close frame is dropped") {
    told_limit server;
    server.client.send_text(std::string(3000, 'x'));
    CHECK(server.client.read_text() == "too large");
    server.client.send_text(std::string(3000, 'y'));
    server.client.send_text("z");
    server.client.send_close(1000);
    CHECK(server.is_refused(1000));
    CHECK(server.client.closed());
  }

  TEST_CASE("a handler without a word leaves it to 1009") {
    told_limit server{true};
    server.client.send_text(std::string(2049, 'x'));
    CHECK(server.is_refused(1009));
  }
}
