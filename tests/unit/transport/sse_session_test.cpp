#include "tests/support/raw_socket.hpp"
#include "tests/unit/transport/served_loops.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <exception>
#include <memory>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdexcept>
#include <string>
#include <sys/socket.h>

using namespace wsgw::tests;
using wsgw::transport::connection;
using wsgw::transport::send_result;
using wsgw::transport::unsent;

namespace {

const std::string get = "GET /sse/x HTTP/1.1\r\nHost: a\r\n\r\n";

wsgw::protocol::frame made(std::string text) {
  return std::make_shared<const std::string>(std::move(text));
}

struct stream_fixture : served_loops {
  raw_socket client{port(), raw_socket::options{}};

  /// Asks for a stream and returns the head of the answer.
  std::string ask(const std::string& request = get) {
    client.send(request);
    return client.receive_until("\r\n\r\n");
  }
  void with_stream(const std::function<void(connection&)>& fn) {
    const auto one = record();
    REQUIRE(one->wait([](const recorder& r) { return r.is_open; }));
    run([&] { fn(*one->socket); });
  }
  bool is_closed_once(std::uint16_t code) {
    const auto done =
      record()->wait([](const recorder& r) { return r.closes > 0; });
    run([] {});
    return done && record()->closes == 1 && record()->closed->code == code;
  }
};

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

} // namespace

TEST_SUITE("transport/sse_session") {
  TEST_CASE_FIXTURE(stream_fixture, "the head says what it is and has no end") {
    limits.stream_headers = {{"Vary", "Origin"}, {"X-Bad", "a\r\nb: c"}};
    const auto head = ask("GET /sse/x HTTP/1.1\r\nHost: a\r\n"
                          "X-Request-ID: mine\r\n\r\n");
    CHECK(head.starts_with("HTTP/1.1 200 OK\r\n"));
    for (const auto* line :
         {"Content-Type: text/event-stream; charset=utf-8",
          "Cache-Control: no-store", "X-Accel-Buffering: no",
          "Connection: close", "X-Request-ID: mine", "Vary: Origin"})
      CHECK_MESSAGE(has(head, std::string{"\r\n"} + line + "\r\n"), line);
    CHECK_FALSE(has(head, "Content-Length"));
    CHECK_FALSE(has(head, "Transfer-Encoding"));
    CHECK_FALSE(has(head, "X-Bad"));
  }

  TEST_CASE_FIXTURE(stream_fixture, "frames leave as they are, pings beside") {
    opened = [](connection& c) { c.send(made("id: a:1\ndata: {}\n\n"), 1); };
    const auto begin = ask();
    with_stream([](connection& c) {
      CHECK(c.last_mark() == 1);
      c.ping();
      CHECK(c.send_anyway(made("data: 2\n\n")));
      c.close({1012, "Service restarting"});
      CHECK(c.send(made("late")) == send_result::closed);
      CHECK_FALSE(c.send_anyway(made("late")));
      c.ping();
    });
    const auto all = begin + client.receive_all();
    CHECK(all.substr(all.find("\r\n\r\n") + 4)
          == "id: a:1\ndata: {}\n\n:\n\ndata: 2\n\n");
    CHECK_FALSE(client.was_reset());
    client.close();
    CHECK(is_closed_once(1012));
    CHECK_FALSE(record()->closed->by_peer);
  }

  TEST_CASE_FIXTURE(stream_fixture, "HTTP/1.0 gets a stream too") {
    CHECK(ask("GET /sse/x HTTP/1.0\r\n\r\n").starts_with("HTTP/1.1 200"));
  }

  TEST_CASE_FIXTURE(stream_fixture, "only a GET without body is a stream") {
    SUBCASE("HEAD") { client.send("HEAD /sse/x HTTP/1.1\r\nHost: a\r\n\r\n"); }
    SUBCASE("POST") {
      client.send("POST /sse/x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n"
                  "\r\nhi");
    }
    SUBCASE("GET with a body") {
      client.send("GET /sse/x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n"
                  "\r\nhi");
    }
    CHECK(has(client.receive_until("\r\n\r\n"), "Content-Length"));
  }

  TEST_CASE_FIXTURE(stream_fixture, "what the client sends is dropped") {
    client.send(get + "GET /pipelined HTTP/1.1\r\nHost: a\r\n\r\n");
    for (int i = 0; i < 50; ++i)
      REQUIRE(client.send(std::string(10'000, 'x')));
    with_stream([](connection& c) {
      c.send(made("data: 1\n\n"));
      c.close({1000, ""});
    });
    const auto got = client.receive_all();
    CHECK(got.ends_with("\r\n\r\ndata: 1\n\n"));
    CHECK(got.find("HTTP/1.1", 1) == std::string::npos);
    CHECK_FALSE(client.was_reset());
    CHECK(record()->texts.empty());
    CHECK(record()->binaries.empty());
  }

  TEST_CASE_FIXTURE(stream_fixture, "a lost peer counts as 1006") {
    ask();
    SUBCASE("by end of stream") { client.close(); }
    SUBCASE("by end of its half") { client.finish_sending(); }
    SUBCASE("by reset") { client.abort(); }
    CHECK(is_closed_once(1006));
    CHECK(record()->closed->by_peer);
  }

  TEST_CASE_FIXTURE(stream_fixture, "a client that keeps TCP is cut in time") {
    ask();
    with_stream([](connection& c) { c.close({4001, "Token expired"}); });
    CHECK(client.receive_all().empty());
    CHECK(is_closed_once(4001));
  }

  TEST_CASE_FIXTURE(stream_fixture, "a close at the opening is an empty body") {
    opened = [](connection& c) { c.close({4001, "Token expired"}); };
    client.send(get);
    CHECK(client.receive_all().ends_with("\r\n\r\n"));
    client.close();
    CHECK(is_closed_once(4001));
  }

  TEST_CASE_FIXTURE(stream_fixture, "an exception at the opening ends it") {
    std::atomic<int> failures{0};
    run([&] { loop().on_failure([&](std::exception_ptr) { ++failures; }); });
    opened = [](connection&) { throw std::runtime_error{"a bug"}; };
    CHECK(ask().empty());
    CHECK(is_closed_once(1006));
    CHECK(failures == 1);
  }
}

namespace {

/// A client that does not read, with a TCP buffer that is soon full.
struct slow_stream : stream_fixture {
  slow_stream() {
    limits.outbox_bytes = 16U << 20;
    raw_socket::options how;
    how.receive_buffer = 4096;
    client = raw_socket{port(), how};
    client.send(get);
    fill();
  }

  void fill() {
    for (bool full = false; !full;)
      with_stream([&](connection& c) {
        for (int i = 0; i < 10 && !full; ++i) {
          full = c.send(made(std::string(100'000, 'x'))) == send_result::full;
          sent += full ? 0 : 1;
        }
      });
  }

  std::size_t sent = 0;
};

} // namespace

TEST_SUITE("transport/sse_session: slow") {
  TEST_CASE_FIXTURE(slow_stream, "its outbox is bounded") {
    with_stream([&](connection& c) {
      CHECK(c.outbox_bytes() <= limits.outbox_bytes);
      CHECK(c.room() < 100'000);
      CHECK(c.send_anyway(made("lagging")));
      const auto before = c.outbox_bytes();
      c.ping();
      CHECK(c.outbox_bytes() <= before + 3);
    });
  }

  TEST_CASE_FIXTURE(slow_stream, "a late reader gets everything") {
    with_stream([](connection& c) { c.close({1012, "Service restarting"}); });
    const auto all = client.receive_all();
    CHECK(all.size() - all.find("\r\n\r\n") - 4 == sent * 100'000);
    CHECK_FALSE(client.was_reset());
  }

  TEST_CASE_FIXTURE(slow_stream, "a drop ends behind a whole event") {
    with_stream([](connection& c) {
      c.close({4010, "Slow consumer"}, unsent::drop);
      CHECK(c.outbox_bytes() <= 100'000);
    });
    const auto all = client.receive_all();
    const auto body = all.size() - all.find("\r\n\r\n") - 4;
    CHECK(body % 100'000 == 0);
    CHECK(body < sent * 100'000);
    client.close();
    CHECK(is_closed_once(4010));
  }

  TEST_CASE_FIXTURE(slow_stream, "what nobody reads is cut after 2 s") {
    with_stream([](connection& c) { c.close({4010, "Slow consumer"}); });
    CHECK(is_closed_once(4010));
    CHECK_FALSE(record()->closed->by_peer);
  }

  TEST_CASE("a client that acknowledges nothing is given up in time") {
    served_loops server;
    server.limits.outbox_bytes = 16U << 20;
    server.limits.stream_timeout = std::chrono::milliseconds{300};
    raw_socket::options how;
    how.receive_buffer = 4096;
    raw_socket client{server.port(), how};
    client.send(get);
    const auto record = server.record();
    REQUIRE(record->wait([](const recorder& r) { return r.is_open; }));
    server.run([&] { record->socket->send(made(std::string(8U << 20, 'x'))); });
    CHECK(record->wait([](const recorder& r) { return r.closes == 1; }));
    CHECK(record->closed->code == 1006);
  }

  TEST_CASE("loops may stop with streams open, full and closing") {
    std::vector<raw_socket> clients;
    {
      served_loops server{2};
      for (std::size_t i = 0; i < 6; ++i) {
        clients.emplace_back(server.port(), raw_socket::options{});
        clients.back().send(get);
        const auto record = server.record(i);
        CHECK(record->wait([](const recorder& r) { return r.is_open; }));
        record->loop->post([record, i] {
          if (i % 2 == 0)
            record->socket->send(made(std::string(8U << 20, 'x')));
          if (i % 3 == 0)
            record->socket->close({1012, "Service restarting"});
        });
      }
      clients.emplace_back(server.port(), raw_socket::options{});
      clients.back().send(get); // perhaps not even accepted
    }
    for (auto& client : clients) {
      client.receive_all();
      CHECK(client.at_end());
    }
  }
}
