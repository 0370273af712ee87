#include "tests/support/running_hub.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace wsgw::tests {

namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;
using std::chrono::microseconds;

constexpr std::size_t event_bytes = 20'000;
constexpr int rounds = 300;

environment_map small_outbox() { return {{"WS_OUTBOX_BYTES", "65536"}}; }

ws_client connect_slow(const gateway_process& gateway) {
  raw_socket::options tiny;
  tiny.receive_buffer = 4096;
  auto client = ws_client::connect(gateway.port(), site_target(10), {}, tiny);
  REQUIRE(client.is_open());
  return client;
}

/// Publishes one event at a time and waits until all `readers` have it; the
/// times from publish to the last receiver, ascending.
std::vector<microseconds> latencies(running_hub& hub,
                                    std::vector<ws_client>& readers) {
  static int next_id = 0;
  std::vector<microseconds> result;
  for (int i = 0; i < rounds; ++i) {
    const auto message = bare_message(++next_id, std::string(event_bytes, 'x'));
    const auto start = clock::now();
    hub.publish(10, message_new(10, message));
    for (auto& reader : readers)
      REQUIRE((reader.read_text(patience) == message));
    result.push_back(
      std::chrono::duration_cast<microseconds>(clock::now() - start));
  }
  std::sort(result.begin(), result.end());
  return result;
}

microseconds p99(const std::vector<microseconds>& sorted) {
  return sorted[sorted.size() * 99 / 100];
}

double slow_closes(const running_hub& hub) {
  return hub.gateway.metric("wsgw_slow_clients_total", R"("closed")");
}

/// Publishes until the hub has closed a slow connection.
bool publish_until_closed(running_hub& hub) {
  int id = 1'000'000;
  return eventually([&] {
    for (int i = 0; i < 20; ++i)
      hub.publish(
        10, message_new(10, bare_message(++id, std::string(event_bytes, 'x'))));
    return slow_closes(hub) > 0;
  });
}

} // namespace

TEST_SUITE("integration/slow_client") {

  TEST_CASE("a client that does not read delays nobody and costs little") {
    running_hub hub{small_outbox()};
    std::vector<ws_client> readers;
    for (int i = 0; i < 5; ++i)
      readers.push_back(connect(hub.gateway, admin_target(10)));
    latencies(hub, readers); // warms up
    const auto without = p99(latencies(hub, readers));
    const auto memory = hub.gateway.resident_bytes();
    // What other programs take from this machine only ever adds: a delay that
    // the hub causes is there in every attempt.
    const auto bound = std::max(2 * without, microseconds{20'000});
    std::vector<ws_client> slow;
    auto beside = microseconds::max();
    for (int attempt = 0; attempt < 3 && beside > bound; ++attempt) {
      slow.push_back(connect_slow(hub.gateway));
      beside = std::min(beside, p99(latencies(hub, readers)));
    }
    CAPTURE(without.count());
    CHECK(beside <= bound);
    CHECK(hub.gateway.resident_bytes() < memory + memory_factor * (8U << 20));
    const auto closed = static_cast<double>(slow.size());
    CHECK(eventually([&] { return slow_closes(hub) == closed; }));
  }

  TEST_CASE("a slow client that reads again learns why it was closed") {
    running_hub hub{small_outbox()};
    auto slow = connect_slow(hub.gateway);
    REQUIRE(publish_until_closed(hub));
    const auto close = slow.read_close(patience);
    REQUIRE(close.has_value());
    CHECK(close->close_code == 4010);
    CHECK(close->reason == "Slow consumer");
  }

  TEST_CASE("what a slow client got before is whole and in order") {
    running_hub hub{small_outbox()};
    auto slow = connect_slow(hub.gateway);
    REQUIRE(publish_until_closed(hub));
    int id = 1'000'000;
    while (const auto frame = slow.read(patience)) {
      if (frame->opcode == op_close)
        break;
      ++id;
      REQUIRE(
        (frame->payload == bare_message(id, std::string(event_bytes, 'x'))));
    }
    CHECK(id > 1'000'000);
  }

  TEST_CASE("a slow client that never reads again is cut after two seconds") {
    running_hub hub{small_outbox()};
    auto slow = connect_slow(hub.gateway);
    REQUIRE(publish_until_closed(hub));
    const auto start = clock::now();
    CHECK(eventually(
      [&] { return hub.gateway.metric("websocket_connections_total") == 0; }));
    CHECK(clock::now() - start < 8s);
  }

  TEST_CASE("a burst larger than the outbox closes nobody who reads") {
    running_hub hub{small_outbox()};
    auto client = connect(hub.gateway, site_target(10));
    const auto script = "for i = 1, 200 do redis.call('PUBLISH', KEYS[1], "
                        "'{\"type\":\"filler\",\"n\":' .. i .. "
                        "',\"x\":\"' .. string.rep('x', 20000) .. '\"}') end";
    hub.redis.cli("EVAL", script, "1", "ws:dialog:10");
    const auto got = read_texts(client, 200);
    REQUIRE(got.size() == 200);
    CHECK(got.back().starts_with(R"({"type":"filler","n":200,)"));
    CHECK(slow_closes(hub) == 0);
  }

  TEST_CASE("an empty outbox takes an event larger than its limit") {
    running_hub hub{small_outbox()};
    auto client = connect(hub.gateway, site_target(10));
    const auto message = bare_message(1, std::string(800'000, 'x'));
    hub.publish(10, message_new(10, message));
    CHECK((client.read_text(patience) == message));
  }
}

} // namespace wsgw::tests
