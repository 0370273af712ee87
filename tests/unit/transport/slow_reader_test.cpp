#include "protocol/frame.hpp"
#include "tests/support/ws_client.hpp"
#include "tests/unit/transport/served_loops.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace wsgw::tests;
using wsgw::protocol::text_frame;
using wsgw::transport::connection;
using wsgw::transport::send_result;
using wsgw::transport::unsent;

namespace {

/// A client that does not read. The outbox takes more than the kernel ever
/// buffers for one socket, so a full one stays full.
struct slow_fixture : served_loops {
  slow_fixture() {
    limits.outbox_bytes = 16U << 20;
    raw_socket::options how;
    how.receive_buffer = 4096;
    client = ws_client::connect(port(), "/ws/x", {}, how);
    REQUIRE(client.is_open());
    REQUIRE(record()->wait([](const recorder& r) { return r.is_open; }));
  }

  void with_socket(const std::function<void(connection&)>& fn) {
    run([&] { fn(*record()->socket); });
  }

  /// Sends numbered frames until the outbox is full; returns how many fit. A
  /// turn passes between two rounds, so the kernel has taken what it can.
  int fill() {
    const std::string padding(100'000, 'x');
    int sent = 0;
    for (bool full = false; !full;)
      with_socket([&](connection& c) {
        for (int i = 0; i < 10 && !full; ++i) {
          const auto text = std::to_string(sent) + padding;
          full = c.send(text_frame(text)) == send_result::full;
          sent += full ? 0 : 1;
        }
      });
    return sent;
  }

  ws_client client;
};

} // namespace

TEST_SUITE("transport/slow_reader") {
  TEST_CASE_FIXTURE(slow_fixture, "the outbox of a slow reader is bounded") {
    CHECK(fill() > 100);
    with_socket([&](connection& c) {
      CHECK(c.outbox_bytes() <= limits.outbox_bytes);
      CHECK(c.send(text_frame(std::string(4U << 20, 'y')))
            == send_result::full);
    });
  }

  TEST_CASE_FIXTURE(slow_fixture, "the kernel takes more of a deep one") {
    // The outbox is full, and so is what the kernel takes by default.
    const auto shallow = fill();
    with_socket([](connection& c) {
      CHECK(c.deepen());
      CHECK_FALSE(c.deepen());
    });
    CHECK(fill() > 0);
    CHECK(shallow > 100);
  }

  TEST_CASE_FIXTURE(slow_fixture, "a late reader gets all frames in order") {
    const auto sent = fill();
    int wrong = 0;
    for (int i = 0; i < sent; ++i) {
      const auto text = client.read_text();
      REQUIRE(text);
      wrong += text->substr(0, text->find('x')) == std::to_string(i) ? 0 : 1;
    }
    CHECK(wrong == 0);
    with_socket([](connection& c) { CHECK(c.outbox_bytes() == 0); });
  }

  TEST_CASE_FIXTURE(slow_fixture, "a drop keeps the half-written frame whole") {
    const auto sent = fill();
    with_socket([](connection& c) {
      c.close({4010, "Slow consumer"}, unsent::drop);
      CHECK(c.outbox_bytes() < 200'100);
    });
    int texts = 0;
    auto message = client.read();
    for (; message && message->opcode == op_text; message = client.read())
      ++texts;
    REQUIRE(message);
    CHECK(message->close_code == 4010);
    CHECK(texts < sent);
    client.send_close(4010);
    CHECK(record()->wait([](const recorder& r) { return r.closes == 1; }));
    CHECK(record()->closed->code == 4010);
  }

  TEST_CASE_FIXTURE(slow_fixture, "an unwritten close frame cuts TCP in 2 s") {
    fill();
    const auto begin = std::chrono::steady_clock::now();
    with_socket([](connection& c) { c.close({4010, "Slow consumer"}); });
    CHECK(record()->wait([](const recorder& r) { return r.closes == 1; }));
    const auto took = std::chrono::steady_clock::now() - begin;
    CHECK(took >= std::chrono::seconds{2});
    CHECK(took < std::chrono::seconds{4});
    CHECK(record()->closed->code == 4010);
    CHECK_FALSE(record()->closed->by_peer);
    CHECK(client.closed());
  }

  TEST_CASE_FIXTURE(slow_fixture, "an unanswered close cuts TCP in 5 s") {
    const auto begin = std::chrono::steady_clock::now();
    with_socket([](connection& c) { c.close({4001, "Token expired"}); });
    CHECK(client.read_close()->close_code == 4001);
    CHECK(client.closed(milliseconds{8000}));
    const auto took = std::chrono::steady_clock::now() - begin;
    CHECK(took >= std::chrono::milliseconds{4900});
    CHECK(took < std::chrono::seconds{7});
    CHECK(record()->wait([](const recorder& r) { return r.closes == 1; }));
    CHECK(record()->closed->code == 4001);
  }

  TEST_CASE_FIXTURE(slow_fixture, "pings without reading cost no memory") {
    fill();
    for (int i = 0; i < 2000; ++i)
      REQUIRE(client.send_ping(std::string(125, 'p')));
    client.send_text("behind the pings");
    CHECK(record()->wait([](const recorder& r) { return !r.texts.empty(); }));
    with_socket(
      [&](connection& c) { CHECK(c.outbox_bytes() <= limits.outbox_bytes); });
  }
}
