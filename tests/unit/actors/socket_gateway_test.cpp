#include "tests/support/gateway_fixture.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>

using namespace wsgw;
using namespace wsgw::tests;
using namespace std::chrono_literals;
using protocol::close_reason;
using protocol::role;

namespace {

using strict_gate = gateway_fixture;

struct compat_gate : gateway_fixture {
  compat_gate() : gateway_fixture(compat()) {}
};

actors::settings with_limits(actors::settings config, std::size_t attempts,
                             std::size_t per_dialog = 50) {
  config.rate_limit_per_ip = attempts;
  config.max_connections_per_dialog = per_dialog;
  return config;
}

bool is_closed_with(const handshake_record& shake, close_reason why) {
  return !shake.refused && shake.socket
         && shake.socket->closed == protocol::status_of(why);
}

bool is_open(const handshake_record& shake) {
  return !shake.refused && shake.socket && !shake.socket->closed;
}

std::uint64_t count(const std::map<std::string, std::uint64_t>& counts,
                    const std::string& name) {
  const auto found = counts.find(name);
  return found == counts.end() ? 0 : found->second;
}

} // namespace

TEST_SUITE("actors/socket_gateway: malformed") {
  TEST_CASE_FIXTURE(strict_gate, "strict: an unknown path is 404 in JSON") {
    const auto shake = arrive("/ws/nowhere");
    REQUIRE(shake->refused);
    CHECK(shake->refused->status == 404);
    CHECK(shake->refused->body.find("0123456789abcdef") != std::string::npos);
    CHECK(refusals("not_found") == 1);
    CHECK(arrive("/ws/dialogs/0")->refused->status == 400);
  }

  TEST_CASE_FIXTURE(compat_gate, "compat: all of these are a bare 403") {
    for (const auto* target : {"/ws/nowhere", "/ws/dialogs/0", "/ws/dialogs",
                               "/ws/echo", "/ws/widget/dialogs/10"}) {
      const auto shake = arrive(target);
      REQUIRE_MESSAGE(shake->refused, target);
      CHECK(shake->refused->status == 403);
      CHECK(shake->refused->body.empty());
      CHECK(shake->decisions == 1);
    }
  }

  TEST_CASE_FIXTURE(strict_gate, "strict: what is missing has its status") {
    CHECK(arrive("/ws/dialogs")->refused->status == 401);
    CHECK(arrive("/ws/widget/dialogs/10")->refused->status == 400);
    CHECK(refusals("unauthorized") == 1);
    CHECK(refusals("missing_parameter") == 1);
  }
}

TEST_SUITE("actors/socket_gateway: special endpoints") {
  TEST_CASE_FIXTURE(strict_gate, "the echo endpoint is off unless asked for") {
    CHECK(arrive("/ws/echo")->refused->status == 404);
  }

  TEST_CASE("the echo endpoint sends back text and bytes") {
    auto config = gateway_fixture::strict();
    config.echo = true;
    gateway_fixture gate{config};
    const auto shake = gate.arrive("/ws/echo");
    REQUIRE(is_open(*shake));
    CHECK(shake->limits->max_message_bytes == 16U << 20);
    shake->handler->on_text("hi");
    shake->handler->on_binary("raw");
    CHECK(shake->socket->texts == std::vector<std::string>{"hi", "raw"});
  }

  TEST_CASE("an echo that does not fit is no silent loss") {
    auto config = gateway_fixture::strict();
    config.echo = true;
    gateway_fixture gate{config};
    const auto shake = gate.arrive("/ws/echo");
    shake->socket->full = true;
    shake->handler->on_text("hi");
    CHECK(is_closed_with(*shake, close_reason::slow_consumer));
  }

  TEST_CASE_FIXTURE(strict_gate, "the test endpoint greets and closes 1000") {
    const auto shake = arrive("/ws/widget/test");
    REQUIRE(shake->socket);
    CHECK(shake->socket->texts
          == std::vector<std::string>{R"({"type":"test","status":"ok"})"});
    CHECK(is_closed_with(*shake, close_reason::normal));
  }
}

TEST_SUITE("actors/socket_gateway: overload") {
  TEST_CASE_FIXTURE(strict_gate, "while it drains new sockets get 503") {
    sys.shared().draining = true;
    const auto shake = arrive(with_token("/ws/dialogs/10"));
    REQUIRE(shake->refused);
    CHECK(shake->refused->status == 503);
    CHECK(shake->refused_header("Retry-After") == "1");
    CHECK(refusals("draining") == 1);
  }

  TEST_CASE_FIXTURE(compat_gate, "compat drains with 503 too") {
    sys.shared().draining = true;
    CHECK(arrive("/ws/dialogs/10")->refused->status == 503);
  }

  TEST_CASE_FIXTURE(strict_gate, "a drain that begins during the move counts") {
    const auto shake = arrive_unsettled(with_token("/ws/dialogs/10"));
    sys.shared().draining = true;
    sys.settle();
    REQUIRE(shake->refused);
    CHECK(shake->refused->status == 503);
    CHECK(sys.shared().connections == 0);
  }

  TEST_CASE("strict: too many attempts are 429 and told when to come back") {
    gateway_fixture gate{with_limits(gateway_fixture::strict(), 1)};
    gate.arrive("/ws/widget/test");
    const auto shake = gate.arrive("/ws/widget/test");
    REQUIRE(shake->refused);
    CHECK(shake->refused->status == 429);
    CHECK(std::stoi(shake->refused_header("Retry-After")) >= 1);
    CHECK(std::stoi(shake->refused_header("Retry-After")) <= 60);
    CHECK(!gate.arrive("/ws/widget/test", "192.0.2.8")->refused);
  }

  TEST_CASE("attempts are counted by the client behind a trusted proxy") {
    gateway_fixture gate{with_limits(gateway_fixture::strict(), 1)};
    const auto from = [&](const char* client) {
      return gate.arrive("/ws/widget/test", "127.0.0.1",
                         {{"x-forwarded-for", client}});
    };
    CHECK(!from("192.0.2.1")->refused);
    CHECK(!from("192.0.2.2")->refused);
    CHECK(from("192.0.2.1")->refused);
    CHECK(from("192.0.2.9, 192.0.2.2")->refused);
  }

  TEST_CASE("compat: too many attempts are 101 and close 4008, L is exempt") {
    gateway_fixture gate{with_limits(gateway_fixture::compat(), 1)};
    CHECK(is_open(*gate.arrive("/ws/dialogs/10")));
    CHECK(is_closed_with(*gate.arrive("/ws/dialogs/10"),
                         close_reason::too_many_connections));
    CHECK(is_open(*gate.arrive(gate.with_token("/ws/dialogs"))));
  }

  TEST_CASE("strict: a full dialog is 503") {
    gateway_fixture gate{with_limits(gateway_fixture::strict(), 100, 1)};
    CHECK(is_open(*gate.arrive(gate.with_token("/ws/dialogs/10"))));
    const auto shake = gate.arrive(gate.with_token("/ws/dialogs/10"));
    REQUIRE(shake->refused);
    CHECK(shake->refused->status == 503);
    CHECK(!shake->refused_header("Retry-After").empty());
    CHECK(gate.refusals("dialog_full") == 1);
    CHECK(is_open(*gate.arrive(gate.with_token("/ws/dialogs/11"))));
  }

  TEST_CASE_FIXTURE(strict_gate, "strict: a full hub is 503") {
    sys.shared().connection_limit = 1;
    CHECK(is_open(*arrive(with_token("/ws/dialogs/10"))));
    CHECK(arrive(with_token("/ws/dialogs/11"))->refused->status == 503);
    CHECK(refusals("server_overloaded") == 1);
  }

  TEST_CASE("compat: full dialogs and hubs are 101 and close 1013") {
    gateway_fixture gate{with_limits(gateway_fixture::compat(), 100, 1)};
    gate.sys.shared().connection_limit = 2;
    CHECK(is_open(*gate.arrive("/ws/dialogs/10")));
    CHECK(is_closed_with(*gate.arrive("/ws/dialogs/10"),
                         close_reason::dialog_full));
    CHECK(is_open(*gate.arrive("/ws/dialogs/11")));
    CHECK(is_closed_with(*gate.arrive("/ws/dialogs/12"),
                         close_reason::server_overloaded));
    CHECK(gate.sys.shared().connections == 2);
  }
}

TEST_SUITE("actors/socket_gateway: admission") {
  TEST_CASE_FIXTURE(strict_gate,
                    "an admitted socket opens on its room's shard") {
    for (std::size_t shard = 0; shard < 2; ++shard) {
      const auto room = sys.room_on(shard);
      const auto shake = arrive(with_token("/ws/dialogs/" + room.substr(7)));
      REQUIRE(is_open(*shake));
      CHECK(shake->accepted_on == &sys.loop(shard));
      CHECK(shake->limits->max_message_bytes == 16'384);
      sys.publish(room, {message_new(1)});
      CHECK(shake->socket->texts == std::vector<std::string>{bare_message(1)});
    }
  }

  TEST_CASE_FIXTURE(strict_gate,
                    "a refusal that a browser must read is a close") {
    const auto shake = arrive("/ws/dialogs/10?token=nonsense");
    CHECK(is_closed_with(*shake, close_reason::invalid_token));
    CHECK(shake->moves.empty());
    CHECK(refusals("Invalid or expired token") == 1);
    CHECK(sys.shared().connections == 0);
    shake->end();
    CHECK(count(sys.shared().closed.snapshot(), "4002 server") == 1);
  }

  TEST_CASE_FIXTURE(strict_gate, "an inbox is the token's own") {
    const auto shake = arrive(with_token("/ws/dialogs/"));
    REQUIRE(is_open(*shake));
    CHECK(sys.shared().inbox_connections == 1);
    sys.publish("user:5", {R"({"type":"balance"})"});
    sys.publish("user:6", {R"({"type":"balance"})"});
    CHECK(shake->socket->texts.size() == 2); // the greeting and one event
  }

  TEST_CASE_FIXTURE(strict_gate, "a socket that goes gives everything back") {
    const auto shake = arrive(with_token("/ws/dialogs/10"));
    CHECK(sys.shared().connections == 1);
    shake->end({1001, "going", true});
    sys.settle();
    CHECK(sys.shared().connections == 0);
    CHECK(sys.actors_of_kind("subscriber").empty());
    CHECK(count(sys.shared().closed.snapshot(), "1001 client") == 1);
  }

  TEST_CASE_FIXTURE(strict_gate, "a socket that goes before it opens, too") {
    const auto shake = arrive_unsettled(with_token("/ws/dialogs/10"));
    while (!shake->handler)
      REQUIRE((sys.loop(0).step() || sys.loop(1).step()));
    CHECK(sys.shared().connections == 1);
    shake->end();
    sys.settle();
    CHECK(sys.shared().connections == 0);
  }

  TEST_CASE_FIXTURE(strict_gate, "what a client says reaches its subscriber") {
    const auto shake = arrive(with_token("/ws/dialogs/10"));
    shake->handler->on_text("__ping__");
    shake->handler->on_pong();
    sys.settle();
    CHECK(shake->socket->texts == std::vector<std::string>{"__pong__"});
  }

  TEST_CASE_FIXTURE(strict_gate, "a binary frame closes 1003") {
    const auto shake = arrive(with_token("/ws/dialogs/10"));
    shake->handler->on_binary("\x01");
    CHECK(is_closed_with(*shake, close_reason::unsupported_data));
  }
}
