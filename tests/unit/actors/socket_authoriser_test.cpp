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

struct compat_gate : gateway_fixture {
  compat_gate() : gateway_fixture(compat()) {}
};

bool is_closed_with(const handshake_record& shake, close_reason why) {
  return !shake.refused && shake.socket
         && shake.socket->closed == protocol::status_of(why);
}

bool is_open(const handshake_record& shake) {
  return !shake.refused && shake.socket && !shake.socket->closed;
}

} // namespace

TEST_SUITE("actors/socket_gateway: authoriser") {
  struct authorised_gate : gateway_fixture {
    authorised_gate() : gateway_fixture(authorised()) {}
    record ask() { return arrive(with_token("/ws/dialogs/10")); }
  };

  TEST_CASE_FIXTURE(authorised_gate, "a socket waits for the backend's yes") {
    const auto shake = ask();
    CHECK(shake->decisions == 0);
    REQUIRE(backend.requests.size() == 1);
    backend_says(R"({"allow":true})");
    CHECK(is_open(*shake));
    CHECK(sys.shared().connections == 1);
  }

  TEST_CASE_FIXTURE(authorised_gate, "the backend's no is the close") {
    const auto shake = ask();
    backend_says(R"({"allow":false,"code":4004,"reason":"No such dialog"})");
    REQUIRE(shake->socket);
    CHECK(shake->socket->closed
          == protocol::close_status{4004, "No such dialog"});
    CHECK(sys.shared().connections == 0);
  }

  TEST_CASE_FIXTURE(authorised_gate, "a backend that is down is a close 1013") {
    const auto shake = ask();
    backend.fail();
    sys.settle();
    CHECK(is_closed_with(*shake, close_reason::authorisation_unavailable));
  }

  TEST_CASE_FIXTURE(authorised_gate,
                    "who waits when the authoriser ends is told 1013") {
    const auto shake = ask();
    end_authoriser();
    CHECK(is_closed_with(*shake, close_reason::authorisation_unavailable));
    CHECK(is_closed_with(*ask(), close_reason::authorisation_unavailable));
  }

  TEST_CASE_FIXTURE(authorised_gate,
                    "who waits when the drain begins gets 503") {
    const auto shake = ask();
    sys.shared().draining = true;
    end_authoriser();
    REQUIRE(shake->refused);
    CHECK(shake->refused->status == 503);
  }

  TEST_CASE_FIXTURE(authorised_gate,
                    "what a bad token says is not even asked") {
    const auto shake = arrive("/ws/dialogs/10?token=nonsense");
    CHECK(is_closed_with(*shake, close_reason::invalid_token));
    CHECK(backend.requests.empty());
  }
}
