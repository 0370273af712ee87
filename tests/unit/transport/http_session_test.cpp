#include "tests/support/raw_socket.hpp"
#include "tests/unit/transport/served_loops.hpp"

#include <doctest/doctest.h>

#include <string>
#include <thread>

using namespace wsgw::tests;
using wsgw::transport::http_limits;
using wsgw::transport::http_request;
using wsgw::transport::http_response;
using wsgw::transport::reply;

namespace {

struct http_fixture : served_loops {
  raw_socket socket{port(), {}};

  /// Sends `text` and returns the answer up to `mark`.
  std::string exchange(std::string_view text, std::string_view mark) {
    socket.send(text);
    return socket.receive_until(mark);
  }
};

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

http_limits short_limits() {
  http_limits limits;
  limits.handshake_timeout = std::chrono::milliseconds{200};
  limits.idle_timeout = std::chrono::milliseconds{200};
  return limits;
}

} // namespace

TEST_SUITE("transport/http_session") {
  TEST_CASE_FIXTURE(http_fixture, "an answer carries the standing headers") {
    const auto got =
      exchange("GET /health?x=1 HTTP/1.1\r\nHost: h\r\n\r\n", "x=1 ");
    CHECK(has(got, "HTTP/1.1 200 OK\r\n"));
    CHECK(has(got, "Content-Length: 16\r\n"));
    CHECK(has(got, "Content-Type: text/plain\r\n"));
    CHECK(has(got, "X-Content-Type-Options: nosniff\r\n"));
    CHECK(has(got, "Cache-Control: no-store\r\n"));
    CHECK(has(got, "Server: ws-gateway\r\n"));
    CHECK(has(got, "X-Request-ID: "));
    CHECK_FALSE(has(got, "Connection:"));
  }

  TEST_CASE_FIXTURE(http_fixture, "a sane request id is kept") {
    CHECK(has(exchange("GET / HTTP/1.1\r\nHost: h\r\nX-Request-ID: "
                       "a.B_c-9\r\n\r\n",
                       "GET / "),
              "X-Request-ID: a.B_c-9\r\n"));
    CHECK_FALSE(has(exchange("GET / HTTP/1.1\r\nHost: h\r\nX-Request-ID: "
                             "a b\r\n\r\n",
                             "GET / "),
                    "X-Request-ID: a b"));
  }

  TEST_CASE_FIXTURE(http_fixture, "pipelined requests are answered in order") {
    std::string all;
    for (int i = 0; i < 20; ++i)
      all += "POST /" + std::to_string(i)
             + " HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi";
    const auto got = exchange(all, "POST /19 hi");
    std::size_t at = 0;
    for (int i = 0; i < 20; ++i) {
      at = got.find("POST /" + std::to_string(i) + " hi", at);
      CHECK(at != std::string::npos);
    }
  }

  TEST_CASE_FIXTURE(http_fixture, "HEAD is answered without a body") {
    const auto got = exchange("HEAD /a HTTP/1.1\r\nHost: h\r\n\r\n"
                              "GET /b HTTP/1.1\r\nHost: h\r\n\r\n",
                              "GET /b ");
    CHECK(has(got, "Content-Length: 8\r\n"));
    CHECK_FALSE(has(got, "HEAD /a"));
  }

  TEST_CASE_FIXTURE(http_fixture, "a body arrives, sent in chunks too") {
    CHECK(has(exchange("POST /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: "
                       "chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
                       "abcde"),
              "POST /c abcde"));
  }

  TEST_CASE_FIXTURE(http_fixture, "100 Continue comes after the head's check") {
    std::string_view first = "HTTP/1.1 100 Continue\r\n\r\n";
    SUBCASE("accepted") {}
    SUBCASE("refused") {
      head = [](const http_request&) {
        return http_response{401, "text/plain", "no bearer", {}};
      };
      first = "HTTP/1.1 401 Unauthorized\r\n";
    }
    const auto got = exchange("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: "
                              "3\r\nExpect: 100-continue\r\n\r\n",
                              "\r\n\r\n");
    CHECK(got.rfind(first, 0) == 0);
    if (!head)
      CHECK(has(exchange("abc", "abc"), "POST / abc"));
    else
      CHECK(has(got + socket.receive_all(), "Connection: close\r\n"));
  }

  TEST_CASE_FIXTURE(http_fixture,
                    "unacceptable bytes are answered and closed") {
    std::string request;
    std::string_view status = "HTTP/1.1 400 ";
    SUBCASE("no HTTP") { request = "\x16\x03\x01 hello\r\n\r\n"; }
    SUBCASE("no Host") { request = "GET / HTTP/1.1\r\n\r\n"; }
    SUBCASE("two Hosts") {
      request = "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n";
    }
    SUBCASE("a long head") {
      request = "GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(17'000, 'x')
                + "\r\n\r\n";
      status = "HTTP/1.1 431 ";
    }
    SUBCASE("a head that is long with its first line") {
      request = "GET /" + std::string(9'000, 'x')
                + " HTTP/1.1\r\nHost: h\r\nX: " + std::string(9'000, 'x')
                + "\r\n\r\n";
      status = "HTTP/1.1 431 ";
    }
    SUBCASE("an endless head line") {
      request = "GET /" + std::string(40'000, 'x');
      status = "HTTP/1.1 431 ";
    }
    SUBCASE("a long body") {
      request = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 16777217\r\n\r\n"
                + std::string(200'000, 'b');
      status = "HTTP/1.1 413 ";
    }
    SUBCASE("two lengths") {
      request = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n"
                "Content-Length: 2\r\n\r\nab";
    }
    socket.send(request);
    const auto got = socket.receive_all();
    CHECK(got.rfind(status, 0) == 0);
    CHECK(has(got, "Connection: close\r\n"));
    CHECK(has(got, "X-Request-ID: "));
    CHECK(socket.at_end());
  }

  TEST_CASE_FIXTURE(http_fixture, "a long chunked body is refused") {
    socket.send("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: "
                "chunked\r\n\r\nfffffff\r\n");
    const std::string piece(1U << 20, 'c');
    for (int i = 0; i < 18 && socket.send(piece); ++i)
      continue;
    CHECK(has(socket.receive_all(), "HTTP/1.1 413 "));
  }

  TEST_CASE_FIXTURE(http_fixture, "HTTP/1.0 and Connection: close end it") {
    SUBCASE("1.0") { socket.send("GET /z HTTP/1.0\r\n\r\n"); }
    SUBCASE("close") {
      socket.send("GET /z HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    }
    CHECK(has(socket.receive_all(), "GET /z "));
    CHECK(socket.at_end());
  }

  TEST_CASE_FIXTURE(http_fixture, "an answer may come from another thread") {
    std::thread other;
    request = [&](http_request, reply respond) {
      other = std::thread{[respond = std::move(respond)] {
        respond({202, "text/plain", "later", {}});
        respond({500, "text/plain", "twice", {}});
      }};
    };
    const auto got = exchange("GET / HTTP/1.1\r\nHost: h\r\n\r\n", "later");
    other.join();
    CHECK(has(got, "202 Accepted"));
  }

  TEST_CASE_FIXTURE(http_fixture, "a dropped reply answers 500") {
    request = [](http_request, reply) {};
    CHECK(has(exchange("GET / HTTP/1.1\r\nHost: h\r\n\r\n", "bad "),
              "HTTP/1.1 500 "));
  }

  TEST_CASE_FIXTURE(http_fixture, "own headers are added unless they break") {
    request = [](http_request, reply respond) {
      respond({200,
               "text/plain",
               "end",
               {{"Cache-Control", "max-age=60"}, {"X-Evil", "a\r\nX-B: c"}}});
    };
    const auto got = exchange("GET / HTTP/1.1\r\nHost: h\r\n\r\n", "end");
    CHECK(has(got, "Cache-Control: max-age=60\r\n"));
    CHECK_FALSE(has(got, "no-store"));
    CHECK_FALSE(has(got, "X-B"));
  }

  TEST_CASE("slow and idle peers are cut") {
    served_loops server{1, short_limits()};
    raw_socket socket{server.port(), {}};
    SUBCASE("silent from the start") {}
    SUBCASE("in the head") { socket.send("GET / HTTP/1.1\r\nHos"); }
    SUBCASE("in the body") {
      socket.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nab");
    }
    SUBCASE("between requests") {
      socket.send("GET /k HTTP/1.1\r\nHost: h\r\n\r\n");
      CHECK(has(socket.receive_until("GET /k "), "200 OK"));
    }
    CHECK(socket.receive_all().empty());
    CHECK(socket.at_end());
  }

  TEST_CASE("a head in small pieces is cut at the deadline") {
    served_loops server{1, short_limits()};
    raw_socket socket{server.port(), {}};
    const auto begin = std::chrono::steady_clock::now();
    std::string got;
    // Each try to read is the pause between two bytes.
    for (int i = 0; i < 500 && !socket.at_end(); ++i) {
      socket.send("G");
      socket.receive(got, milliseconds{10});
    }
    CHECK(socket.at_end());
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds{3});
  }
}
