#include "tests/support/gateway_fixture.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <string>

using namespace wsgw;
using namespace wsgw::tests;

namespace {

const transport::header_list from_a_page{{"origin", "https://client.com"}};

struct stream_gate : gateway_fixture {
  using gateway_fixture::gateway_fixture;

  record ask(const std::string& target, transport::header_list headers = {}) {
    auto what = std::make_shared<handshake_record>();
    transport::http_request request;
    request.method = "GET";
    request.target = target;
    request.headers = std::move(headers);
    request.peer = "192.0.2.7";
    request.id = "0123456789abcdef";
    auto handshake =
      std::make_unique<fake_upgrade>(sys.loop(0), std::move(request), what);
    handshake->stream = true;
    gate.on_upgrade(std::move(handshake));
    sys.settle();
    asked.push_back(what);
    return what;
  }

  /// Status and body of a refusal.
  static std::string refusal(const record& shake) {
    if (!shake->refused)
      return "not refused";
    return std::to_string(shake->refused->status) + " " + shake->refused->body;
  }

  /// What plain HTTP answers.
  transport::http_response plain(const std::string& method,
                                 const std::string& target,
                                 transport::header_list headers = {}) {
    transport::http_request request;
    request.method = method;
    request.target = target;
    request.headers = std::move(headers);
    request.id = "0123456789abcdef";
    std::optional<transport::http_response> got;
    gate.on_request(std::move(request), [&](auto r) { got = std::move(r); });
    REQUIRE(got);
    return *got;
  }

  ~stream_gate() {
    for (const auto& shake : asked)
      shake->end();
    sys.settle();
  }

  std::vector<record> asked;
};

struct compat_stream_gate : stream_gate {
  compat_stream_gate() : stream_gate(compat()) {}
};

/// A refusal as it is to look.
std::string refused(unsigned status, const std::string& word,
                    const std::string& message, int code) {
  return std::to_string(status) + R"( {"error":")" + word + R"(","message":")"
         + message + "\""
         + (code == 0 ? "" : ",\"code\":" + std::to_string(code))
         + R"(,"request_id":"0123456789abcdef"})";
}

std::string value_of(const transport::http_response& response,
                     std::string_view name) {
  for (const auto& [key, value] : response.headers)
    if (key == name)
      return value;
  return {};
}

} // namespace

TEST_SUITE("actors/socket_gateway: streams") {
  TEST_CASE_FIXTURE(stream_gate, "an admitted stream opens on its shard") {
    for (std::size_t shard = 0; shard < 2; ++shard) {
      const auto room = sys.room_on(shard);
      const auto shake =
        ask(with_token("/sse/dialogs/" + room.substr(7) + "/"), from_a_page);
      REQUIRE(shake->socket);
      CHECK(shake->accepted_on == &sys.loop(shard));
      CHECK(shake->limits->subprotocol.empty());
      CHECK(shake->limits->stream_timeout
            == sys.shared().config().pong_timeout);
      CHECK(shake->limits->stream_headers.at(0).second == "https://client.com");
    }
    CHECK(sys.shared().connections == 2);
  }

  TEST_CASE_FIXTURE(stream_gate, "a page that is not of another origin") {
    const auto shake = ask(with_token("/sse/dialogs/10"));
    REQUIRE(shake->limits);
    CHECK(shake->limits->stream_headers.empty());
  }

  TEST_CASE_FIXTURE(stream_gate, "a bad token is 401 with its close code") {
    const auto shake = ask("/sse/dialogs/10?token=nonsense", from_a_page);
    CHECK(refusal(shake)
          == refused(401, "unauthorized", "Invalid or expired token", 4002));
    CHECK(shake->refused_header("Access-Control-Allow-Origin")
          == "https://client.com");
    CHECK(shake->refused_header("Vary") == "Origin");
    CHECK(refusals("Invalid or expired token") == 1);
    CHECK(sys.shared().connections == 0);
  }

  TEST_CASE_FIXTURE(compat_stream_gate, "compat refuses by status as well") {
    CHECK(refusal(ask("/sse/dialogs/10?token=nonsense"))
          == refused(401, "unauthorized", "Invalid or expired token", 4002));
    CHECK(refusal(ask("/sse/nowhere"))
          == refused(404, "not_found", "There is nothing at this path.", 0));
  }

  TEST_CASE_FIXTURE(stream_gate, "what is malformed has its status") {
    CHECK(refusal(ask("/sse/dialogs"))
          == refused(404, "not_found", "There is nothing at this path.", 0));
    CHECK(refusal(ask("/sse/dialogs/0"))
          == refused(400, "bad_dialog_id",
                     "A dialog id is a decimal number from 1 to 2^63-1.", 0));
    CHECK(refusal(ask("/sse/widget/dialogs/10")).starts_with("400 "));
    CHECK(refusal(ask("/sse/echo")).starts_with("404 "));
    CHECK(refusals("not_found") == 2);
  }

  TEST_CASE_FIXTURE(stream_gate, "a drain is 503 and says when to come back") {
    sys.shared().draining = true;
    const auto shake = ask(with_token("/sse/dialogs/10"), from_a_page);
    CHECK(refusal(shake)
          == refused(503, "draining", "The server is shutting down.", 1012));
    CHECK(shake->refused_header("Retry-After") == "1");
    CHECK(!shake->refused_header("Access-Control-Allow-Origin").empty());
  }

  TEST_CASE("overload is 429 or 503 in compat, too") {
    auto config = gateway_fixture::compat();
    config.rate_limit_per_ip = 3;
    config.max_connections_per_dialog = 1;
    stream_gate gate{config};
    CHECK(gate.ask("/sse/dialogs/10")->socket);
    const auto full = gate.ask("/sse/dialogs/10");
    CHECK(gate.refusal(full)
          == refused(503, "dialog_full",
                     "This dialog has no room for another connection.", 1013));
    CHECK(full->refused_header("Retry-After") == "5");
    CHECK(gate.ask("/sse/dialogs/11")->socket);
    const auto often = gate.ask("/sse/dialogs/12");
    CHECK(gate.refusal(often)
          == refused(429, "too_many_connections",
                     "Too many connection attempts from this address.", 4008));
    CHECK(!often->refused_header("Retry-After").empty());
  }

  TEST_CASE("the authoriser's word becomes a status") {
    stream_gate gate{gateway_fixture::authorised()};
    const auto word = [&](const char* answer, unsigned status = 200) {
      const auto shake = gate.ask(gate.with_token("/sse/dialogs/10"));
      gate.backend_says(answer, status);
      return gate.refusal(shake);
    };
    CHECK(word(R"({"allow":false,"code":4004,"reason":"gone"})")
          == refused(404, "not_found", "gone", 4004));
    CHECK(word(R"({"allow":false,"code":4321,"reason":"no"})")
          == refused(403, "forbidden", "no", 4321));
    CHECK(word("", 500)
          == refused(503, "unavailable", "Authorisation unavailable", 1013));
  }
}

TEST_SUITE("actors/socket_gateway: paths of streams") {
  TEST_CASE_FIXTURE(stream_gate, "only a GET asks for a stream") {
    transport::http_request request;
    request.target = "/sse/dialogs/10?token=x";
    for (const auto* method : {"HEAD", "POST", "OPTIONS", "get"}) {
      request.method = method;
      CHECK_FALSE(gate.is_stream(request));
    }
    request.method = "GET";
    CHECK(gate.is_stream(request));
    request.target = "/ssex";
    CHECK_FALSE(gate.is_stream(request));
  }

  TEST_CASE_FIXTURE(stream_gate, "other methods are 405, other paths 404") {
    for (const auto* method : {"HEAD", "POST", "DELETE"}) {
      const auto got = plain(method, "/sse/dialogs/10", from_a_page);
      CHECK(got.status == 405);
      CHECK(value_of(got, "Allow") == "GET, OPTIONS");
      CHECK(value_of(got, "Access-Control-Allow-Origin")
            == "https://client.com");
      CHECK(got.body.find("method_not_allowed") != std::string::npos);
    }
    CHECK(plain("POST", "/sse/nowhere").status == 404);
    CHECK(plain("OPTIONS", "/sse/nowhere").status == 404);
    CHECK(plain("GET", "/sse/dialogs/10").status == 400); // it had a body
    CHECK(refusals("method_not_allowed") == 3);
  }

  TEST_CASE_FIXTURE(stream_gate, "a body is refused before it is read") {
    transport::http_request head;
    head.method = "POST";
    head.target = "/sse/dialogs/10";
    const auto got = gate.on_head(head);
    REQUIRE(got);
    CHECK(got->status == 405);
  }

  TEST_CASE_FIXTURE(stream_gate, "a preflight is answered") {
    const auto got = plain("OPTIONS", "/sse/dialogs/10", from_a_page);
    CHECK(got.status == 204);
    CHECK(got.body.empty());
    CHECK(value_of(got, "Access-Control-Allow-Origin") == "https://client.com");
    CHECK(value_of(got, "Access-Control-Allow-Methods") == "GET");
    CHECK(value_of(got, "Access-Control-Allow-Headers")
          == "Last-Event-ID, Cache-Control");
    CHECK(value_of(got, "Access-Control-Max-Age") == "600");
    CHECK(value_of(got, "Vary") == "Origin");
  }
}
