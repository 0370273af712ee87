#include "tests/support/eventually.hpp"
#include "tests/support/redis_server.hpp"
#include "tests/support/running_loop.hpp"
#include "tests/support/tcp_server.hpp"
#include "tests/support/tls_identity.hpp"
#include "transport/beast_http_client.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <memory>
#include <string>

namespace wsgw::transport {

namespace {

using namespace tests;
using namespace std::chrono_literals;

/// The client under test, used from the test's thread.
class blocking_http_client {
public:
  blocking_http_client() {
    loop_.call([this] { client_ = make_http_client(*loop_); });
  }
  ~blocking_http_client() {
    loop_.call([this] { client_.reset(); });
  }

  http_client_response send(http_client_request request) {
    std::promise<http_client_response> promise;
    auto response = promise.get_future();
    loop_.call([&] {
      client_->send(std::move(request), [&promise](auto value) {
        promise.set_value(std::move(value));
      });
    });
    return response.get();
  }
  http_client_response get(const std::string& url) {
    http_client_request request;
    request.method = "GET";
    request.url = url;
    return send(std::move(request));
  }

  running_loop& loop() { return loop_; }
  std::unique_ptr<http_client>& client() { return client_; }

private:
  running_loop loop_;
  std::unique_ptr<http_client> client_;
};

std::string at(const tcp_server& server, const std::string& path = "/") {
  return "http://127.0.0.1:" + std::to_string(server.port()) + path;
}

std::string ok(const std::string& body) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size())
         + "\r\n\r\n" + body;
}

/// Answers the first request of each connection with `bytes`.
auto answering(std::string bytes) {
  return [bytes = std::move(bytes)](tcp_server::peer& client) {
    if (client.read_until("\r\n\r\n"))
      client.write(bytes);
  };
}

} // namespace

TEST_SUITE("transport/beast_http_client") {

  TEST_CASE("a request is sent whole and status and body come back") {
    std::string seen;
    tcp_server server{[&](tcp_server::peer& client) {
      while (seen.find("{\"a\":1}") == std::string::npos)
        seen += client.read();
      client.write("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno");
    }};
    blocking_http_client client;
    http_client_request request;
    request.url = at(server, "/check?x=y");
    request.body = "{\"a\":1}";
    request.headers = {{"Authorization", "Bearer t"}};
    const auto response = client.send(std::move(request));
    CHECK_FALSE(response.error);
    CHECK(response.status == 403);
    CHECK(response.body == "no");
    CHECK(seen.starts_with("POST /check?x=y HTTP/1.1\r\n"));
    CHECK(seen.find("Host: 127.0.0.1:" + std::to_string(server.port()))
          != std::string::npos);
    CHECK(seen.find("Content-Type: application/json\r\n") != std::string::npos);
    CHECK(seen.find("Content-Length: 7\r\n") != std::string::npos);
    CHECK(seen.find("Authorization: Bearer t\r\n") != std::string::npos);
  }

  TEST_CASE("chunked, unsized and interim answers are understood") {
    blocking_http_client client;
    tcp_server chunked{answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked"
                                 "\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n")};
    CHECK(client.get(at(chunked)).body == "abc");
    tcp_server unsized{answering("HTTP/1.0 200 OK\r\n\r\nto the end")};
    CHECK(client.get(at(unsized)).body == "to the end");
    tcp_server interim{
      answering("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + ok("then"))};
    CHECK(client.get(at(interim)).body == "then");
  }

  TEST_CASE("a connection is kept and used again") {
    tcp_server server{[](tcp_server::peer& client) {
      while (client.read_until("\r\n\r\n"))
        client.write(ok("again"));
    }};
    blocking_http_client client;
    for (auto i = 0; i < 5; ++i)
      CHECK(client.get(at(server)).body == "again");
    CHECK(server.accepted() == 1);
  }

  TEST_CASE("a connection that closed while idle is replaced") {
    tcp_server server{answering(ok("fresh"))};
    blocking_http_client client;
    for (auto i = 0; i < 5; ++i) {
      const auto response = client.get(at(server));
      CHECK_FALSE(response.error);
      CHECK(response.body == "fresh");
    }
  }

  TEST_CASE("an idle connection that closes under a request is retried once") {
    tcp_server server{[&server](tcp_server::peer& client) {
      // The second connection stays; the first closes at its second request.
      const auto is_first = server.accepted() == 1;
      for (auto i = 0; client.read_until("\r\n\r\n"); ++i) {
        if (is_first && i == 1)
          return;
        client.write(ok(is_first ? "first" : "second"));
      }
    }};
    blocking_http_client client;
    CHECK(client.get(at(server)).body == "first");
    CHECK(client.get(at(server)).body == "second");
    CHECK(server.accepted() == 2);
  }

  TEST_CASE("a fresh connection that closes without an answer is an error") {
    tcp_server server{
      [](tcp_server::peer& client) { client.read_until("\r\n\r\n"); }};
    blocking_http_client client;
    CHECK(client.get(at(server)).error);
    CHECK(server.accepted() == 1);
  }

  TEST_CASE("a slow server meets the deadline of the whole exchange") {
    tcp_server server{[](tcp_server::peer& client) {
      client.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nslow");
      client.read_until("never");
    }};
    blocking_http_client client;
    http_client_request request;
    request.url = at(server);
    request.deadline = 100ms;
    const auto begin = std::chrono::steady_clock::now();
    const auto response = client.send(std::move(request));
    CHECK(response.error == std::errc::timed_out);
    CHECK(std::chrono::steady_clock::now() - begin >= 100ms);
  }

  TEST_CASE("a refused connection is an error") {
    blocking_http_client client;
    const auto response =
      client.get("http://127.0.0.1:" + std::to_string(free_port()) + "/");
    CHECK(response.error == std::errc::connection_refused);
    CHECK(response.status == 0);
  }

  TEST_CASE("a name that does not exist is an error") {
    blocking_http_client client;
    CHECK(client.get("http://no-such-host.invalid/").error);
  }

  TEST_CASE("an answer that is not HTTP is an error") {
    blocking_http_client client;
    for (const auto* bytes :
         {"\x16\x03\x01 garbage\r\n\r\n", "HTTP/9.9 x\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc"}) {
      tcp_server server{answering(bytes)};
      CHECK_MESSAGE(client.get(at(server)).error, bytes);
    }
    tcp_server headers{
      answering("HTTP/1.1 200 OK\r\nX: " + std::string(20'000, 'x'))};
    CHECK(client.get(at(headers)).error);
  }

  TEST_CASE("an answer beyond the limit is an error, one at the limit is not") {
    blocking_http_client client;
    http_client_request request;
    request.max_response_bytes = 1000;
    tcp_server fits{answering(ok(std::string(1000, 'x')))};
    request.url = at(fits);
    CHECK(client.send(request).body.size() == 1000);
    tcp_server sized{answering(ok(std::string(1001, 'x')))};
    request.url = at(sized);
    CHECK(client.send(request).error);
    tcp_server endless{[](tcp_server::peer& peer) {
      peer.write("HTTP/1.0 200 OK\r\n\r\n");
      for (auto i = 0; i < 100; ++i)
        peer.write(std::string(1000, 'x'));
    }};
    request.url = at(endless);
    CHECK(client.send(request).error);
  }

  TEST_CASE("requests that would break the protocol are refused") {
    blocking_http_client client;
    http_client_request request;
    for (const auto* url : {"", "ftp://x/", "http://a/\r\nX: y"})
      CHECK(client.get(url).error == std::errc::invalid_argument);
    request.url = "http://127.0.0.1:1/";
    request.headers = {{"X", "a\r\nY: b"}};
    CHECK(client.send(request).error == std::errc::invalid_argument);
    request.headers = {{"X y", "a"}};
    CHECK(client.send(request).error == std::errc::invalid_argument);
    request.headers.clear();
    request.method = "GET /";
    CHECK(client.send(request).error == std::errc::invalid_argument);
  }

  TEST_CASE("destroying the client drops callbacks, also from inside one") {
    tcp_server silent{
      [](tcp_server::peer& client) { client.read_until("never"); }};
    tcp_server server{answering(ok("x"))};
    blocking_http_client c;
    std::atomic<int> answers{0};
    c.loop().call([&] {
      http_client_request request;
      request.url = at(silent);
      c.client()->send(request, [&](const auto&) { answers += 100; });
      request.url = at(server);
      c.client()->send(request, [&](const auto&) {
        c.client().reset();
        ++answers;
      });
    });
    CHECK(eventually([&] { return answers > 0; }));
    c.loop().call([] {});
    CHECK(answers == 1);
  }

  TEST_CASE("https needs a certificate that is trusted and names the host") {
    const tls_identity identity;
    tcp_server server{
      [&](tcp_server::peer& client) { identity.serve(client, ok("secret")); }};
    const auto port = std::to_string(server.port());
    {
      blocking_http_client client;
      const auto response = client.get("https://localhost:" + port + "/");
      CHECK(response.error);
      CHECK(response.body.empty());
    }
    setenv("SSL_CERT_FILE", identity.file().c_str(), 1);
    blocking_http_client trusting;
    unsetenv("SSL_CERT_FILE");
    CHECK(trusting.get("https://localhost:" + port + "/").body == "secret");
    CHECK(trusting.get("https://127.0.0.1:" + port + "/").error);
  }

} // TEST_SUITE

} // namespace wsgw::transport
