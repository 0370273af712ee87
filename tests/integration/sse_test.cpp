#include "tests/support/json_document.hpp"
#include "tests/support/running_hub.hpp"

#include <doctest/doctest.h>

#include <csignal>

namespace wsgw::tests {

namespace {

std::string stream_target(std::string target) {
  return target.replace(0, 4, "/sse/");
}

/// One event of a stream; a comment has no fields.
struct stream_event {
  std::string id;
  std::string type;
  std::string data;
};

/// An event stream read as a browser reads it.
class event_source {
public:
  event_source(const gateway_process& gateway, const std::string& target,
               const header_pairs& headers = {},
               const raw_socket::options& how = {})
      : socket_(gateway.port(), how) {
    std::string request = "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n";
    for (const auto& [name, value] : headers)
      request.append(name).append(": ").append(value).append("\r\n");
    socket_.send(request + "\r\n");
    head = take("\r\n\r\n");
  }

  /// The next event or comment; without type and data when none comes.
  stream_event next() {
    stream_event event;
    auto block = take("\n\n");
    while (!block.empty()) {
      const auto line = block.substr(0, block.find('\n'));
      block.erase(0, line.size() + 1);
      const auto value = line.substr(std::min(line.find(' ') + 1, line.size()));
      if (line.starts_with("id: "))
        event.id = value;
      else if (line.starts_with("event: "))
        event.type = value;
      else if (line.starts_with("data: "))
        event.data = value;
      else if (line == ":")
        event.type = "comment";
    }
    return event;
  }

  raw_socket& socket() { return socket_; }

  std::string head;

private:
  std::string take(std::string_view end) {
    auto at = received_.find(end);
    while (at == std::string::npos && socket_.receive(received_, patience))
      at = received_.find(end);
    if (at == std::string::npos)
      return {};
    auto taken = received_.substr(0, at + end.size());
    received_.erase(0, taken.size());
    return taken;
  }

  raw_socket socket_;
  std::string received_;
};

const std::string target = stream_target(admin_target(10));

void publish(running_hub& hub, int first, int last) {
  for (int i = first; i <= last; ++i)
    hub.publish(10, message_new(10, bare_message(i, "t" + std::to_string(i))));
}

/// Reads events until the `n`-th durable one and returns its id.
std::string id_of(event_source& stream, int n) {
  const auto end = ":" + std::to_string(n);
  auto event = stream.next();
  while (!event.data.empty()
         && (event.type != "event" || !event.id.ends_with(end)))
    event = stream.next();
  return event.id;
}

} // namespace

TEST_SUITE("integration/sse") {

  TEST_CASE("a stream says hello and then what happens") {
    running_hub hub;
    event_source stream{hub.gateway, target};
    CHECK(stream.head.starts_with("HTTP/1.1 200 OK\r\n"));
    CHECK(stream.head.find("text/event-stream") != std::string::npos);
    const auto hello = stream.next();
    CHECK(hello.type == "hello");
    CHECK(hello.id.ends_with(":0"));
    const json_document greeting{hello.data};
    CHECK(greeting.text("/resume") == "fresh");
    CHECK(greeting.text("/role") == "admin");
    publish(hub, 1, 1);
    auto event = stream.next();
    while (event.type == "presence")
      event = stream.next();
    CHECK(event.type == "event");
    const json_document frame{event.data};
    CHECK(frame.text("/cursor") == event.id);
    CHECK(frame.number("/seq") == 1);
    CHECK(frame.text("/name") == "message:new");
    CHECK(frame.text("/data/text") == "t1");
  }

  TEST_CASE("a stream goes on behind its Last-Event-ID") {
    running_hub hub;
    event_source first{hub.gateway, target};
    CHECK(first.next().type == "hello");
    publish(hub, 1, 3);
    const auto seen = id_of(first, 1);
    const auto head = id_of(first, 3);
    // The header wins: the query is as old as the page.
    for (const auto& [query, header] : {std::pair{std::string{}, seen},
                                        {"&cursor=" + head, seen},
                                        {"&cursor=" + seen, std::string{}}}) {
      event_source again{
        hub.gateway, target + query, {{"Last-Event-ID", header}}};
      const json_document hello{again.next().data};
      CHECK(hello.text("/resume") == "replayed");
      CHECK(hello.number("/replay") == 2);
      for (int i = 2; i <= 3; ++i) {
        const json_document frame{again.next().data};
        CHECK(frame.number("/seq") == i);
        CHECK(frame.boolean("/replay"));
      }
    }
  }

  TEST_CASE("a cursor that is none is answered by a reset") {
    running_hub hub;
    for (const auto& id : {std::string{"nonsense"}, std::string(5000, 'a')}) {
      event_source stream{hub.gateway, target, {{"Last-Event-ID", id}}};
      const json_document hello{stream.next().data};
      CHECK(hello.text("/resume") == "reset");
      CHECK(hello.text("/reason") == "malformed");
    }
  }

  TEST_CASE("refusals are statuses that a page of any origin may read") {
    gateway_process gateway{{{"WS_MAX_CONNECTIONS_PER_DIALOG", "1"}}};
    const auto refusal = [&](const std::string& where) {
      const auto reply =
        http_get(gateway.port(), where, {{"Origin", "https://a.com"}});
      CHECK(reply.header("access-control-allow-origin") == "https://a.com");
      CHECK(reply.header("vary") == "Origin");
      const json_document body{reply.body};
      CHECK(body.text("/request_id") == reply.header("x-request-id"));
      const auto code =
        body.has("/code") ? std::to_string(body.number("/code")) : "-";
      return std::to_string(reply.status) + " " + code;
    };
    event_source only{gateway, target};
    CHECK(refusal("/sse/dialogs/10?token=x") == "401 4002");
    CHECK(refusal("/sse/site/dialogs/10?site_token=" + site_token({"b.com"}))
          == "403 4003");
    CHECK(refusal("/sse/nowhere") == "404 -");
    CHECK(refusal("/sse/dialogs/x") == "400 -");
    CHECK(refusal(target) == "503 1013");
  }

  TEST_CASE("HEAD, POST and a preflight have answers of their own") {
    gateway_process gateway;
    const header_pairs page{{"Origin", "https://a.com"}};
    const auto head =
      http_exchange(gateway.port(), http_request_text("HEAD", target, page),
                    http_connection::body::none);
    CHECK(head.status == 405);
    CHECK(http_post(gateway.port(), target, "{}", page).status == 405);
    const auto preflight =
      http_exchange(gateway.port(), http_request_text("OPTIONS", target, page),
                    http_connection::body::none);
    CHECK(preflight.status == 204);
    CHECK(preflight.header("access-control-allow-headers")
          == "Last-Event-ID, Cache-Control");
    CHECK(preflight.header("access-control-max-age") == "600");
    CHECK(gateway.status_of("/live") == 200);
  }

  TEST_CASE("comments keep a quiet stream open") {
    gateway_process gateway{{{"WS_PING_INTERVAL_SECONDS", "0.1"},
                             {"WS_PONG_TIMEOUT_SECONDS", "0.2"}}};
    event_source stream{gateway, target};
    int comments = 0;
    for (int i = 0; i < 20 && comments < 10; ++i)
      comments += stream.next().type == "comment" ? 1 : 0;
    CHECK(comments == 10);
  }

  TEST_CASE("a slow stream ends and goes on where it was") {
    running_hub hub{{{"WS_OUTBOX_BYTES", "65536"}}};
    raw_socket::options tiny;
    tiny.receive_buffer = 4096;
    event_source slow{hub.gateway, target, {}, tiny};
    CHECK(slow.next().type == "hello");
    int sent = 0;
    CHECK(eventually([&] {
      for (int i = 0; i < 20; ++i)
        hub.publish(
          10, message_new(10, bare_message(++sent, std::string(20'000, 'x'))));
      return hub.gateway.metric("wsgw_slow_clients_total", R"("closed")") > 0;
    }));
    // Only whole events count: a broken stream may end within one.
    std::string last;
    for (auto e = slow.next(); !e.data.empty(); e = slow.next())
      last = e.id;
    REQUIRE(!last.empty());
    event_source again{hub.gateway, target, {{"Last-Event-ID", last}}};
    CHECK(json_document{again.next().data}.text("/resume") == "replayed");
    const json_document next{again.next().data};
    CHECK(next.number("/seq")
          == std::stoi(last.substr(last.find(':') + 1)) + 1);
  }

  TEST_CASE("streams end in order when the hub stops") {
    gateway_process gateway;
    event_source stream{gateway, target};
    CHECK(stream.next().type == "hello");
    gateway.signal(SIGTERM);
    while (!stream.next().type.empty()) {
    }
    CHECK(stream.socket().at_end());
    CHECK_FALSE(stream.socket().was_reset());
    stream.socket().close();
    CHECK(gateway.wait_exit() == 0);
  }

  TEST_CASE("curl reads a stream") {
    running_hub hub;
    child_process curl{
      {"/usr/bin/curl", "-sN", "--noproxy", "*",
       "http://127.0.0.1:" + std::to_string(hub.gateway.port()) + target},
      {}};
    const auto shows = [&](std::string_view text) {
      return eventually(
        [&] { return curl.standard_output().find(text) != std::string::npos; });
    };
    CHECK(shows("event: hello"));
    publish(hub, 1, 1);
    CHECK(shows(R"("text":"t1")"));
  }
}

} // namespace wsgw::tests
