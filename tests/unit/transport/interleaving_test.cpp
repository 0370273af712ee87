#include "protocol/frame.hpp"
#include "tests/support/ws_client.hpp"
#include "tests/unit/transport/served_loops.hpp"

#include <doctest/doctest.h>

#include <string>
#include <thread>
#include <vector>

using namespace wsgw::tests;
using wsgw::protocol::text_frame;

namespace {

constexpr int flood_clients = 10;
constexpr int flood_frames = 2000;
constexpr int flood_pings = 100;

/// What one client saw of the flood.
struct tally {
  int texts = 0;
  int out_of_order = 0;
  int pongs = 0;
  int wrong_pongs = 0;
  std::uint16_t close_code = 0;
};

std::string numbered(int i) {
  return std::to_string(i) + ":" + std::string(50 + i * 7 % 5000, 'f');
}

/// Pings while data comes; says so when all has come, and reads to the end.
tally read_flood(ws_client& client) {
  tally seen;
  int pings = 0;
  while (const auto got = client.read()) {
    if (got->opcode == op_text) {
      seen.out_of_order += got->payload == numbered(seen.texts) ? 0 : 1;
      ++seen.texts;
      if (seen.texts % 10 == 0 && pings < flood_pings)
        client.send_ping(std::to_string(pings++));
    } else if (got->opcode == op_pong) {
      seen.wrong_pongs += got->payload == std::to_string(seen.pongs) ? 0 : 1;
      ++seen.pongs;
    } else if (got->opcode == op_close) {
      seen.close_code = got->close_code;
      client.send_close(got->close_code);
    }
    if (seen.texts == flood_frames && seen.pongs == flood_pings
        && seen.close_code == 0)
      client.send_text("all is here");
  }
  return seen;
}

} // namespace

TEST_SUITE("transport/queue_stream") {
  TEST_CASE("control frames never split the flood of shared frames") {
    served_loops server{2};
    server.limits.outbox_bytes = 64U << 20;
    server.text = [](auto& socket, auto) { socket.close({1000, "done"}); };
    std::vector<tally> seen(flood_clients);
    std::vector<std::thread> readers;
    for (auto& one : seen)
      readers.emplace_back([&one, &server] {
        auto client = ws_client::connect(server.port(), "/ws/x");
        one = read_flood(client);
      });
    std::vector<std::shared_ptr<recorder>> records;
    for (std::size_t i = 0; i < flood_clients; ++i) {
      records.push_back(server.record(i));
      CHECK(records[i]->wait([](const recorder& r) { return r.is_open; }));
    }
    for (int i = 0; i < flood_frames; ++i) {
      const auto shared = text_frame(numbered(i));
      for (const auto& record : records)
        record->loop->post([record, shared] { record->socket->send(shared); });
    }
    for (auto& reader : readers)
      reader.join();
    for (const auto& one : seen) {
      CHECK(one.texts == flood_frames);
      CHECK(one.out_of_order == 0);
      CHECK(one.pongs == flood_pings);
      CHECK(one.wrong_pongs == 0);
      CHECK(one.close_code == 1000);
    }
  }

  TEST_CASE("loops may stop with connections open and closing") {
    std::vector<ws_client> clients;
    std::vector<raw_socket> raw;
    {
      served_loops server{2};
      for (int i = 0; i < 6; ++i)
        clients.push_back(ws_client::connect(server.port(), "/ws/x"));
      for (std::size_t i = 0; i < 6; ++i) {
        const auto record = server.record(i);
        CHECK(record->wait([](const recorder& r) { return r.is_open; }));
        record->loop->post([record, i] {
          if (i % 2 == 0)
            record->socket->send(text_frame("unread"));
          if (i % 3 == 0)
            record->socket->close({1012, "Service restarting"});
        });
      }
      for (const auto* begun : {"", "GET / HT", "GET / HTTP/1.1\r\n"}) {
        raw.emplace_back(server.port(), raw_socket::options{});
        raw.back().send(begun);
      }
    }
    for (auto& client : clients)
      CHECK(client.closed());
  }
}
