#include "actors/seating.hpp"
#include "tests/support/fake_hub.hpp"

#include <doctest/doctest.h>

#include <string_view>
#include <variant>

using namespace wsgw;
using namespace wsgw::tests;
using protocol::errc;
using protocol::role;

namespace {

struct seating_fixture {
  explicit seating_fixture(std::size_t per_room = 2, std::size_t in_all = 0)
      : hub(limited(per_room)), seats(hub.shared) {
    hub.shared.connection_limit = in_all;
    hub.shared.descriptor_limit = in_all;
  }

  static actors::settings limited(std::size_t per_room) {
    actors::settings config;
    config.max_connections_per_dialog = per_room;
    return config;
  }

  /// The seat, or null.
  actors::seat take(std::string_view room, role as) {
    auto got = seats.reserve(*protocol::room_id::parse(room), as);
    const auto* refused = std::get_if<errc>(&got);
    last_error = refused == nullptr ? errc{} : *refused;
    return refused == nullptr ? std::get<actors::seat>(got) : nullptr;
  }

  std::size_t connections() const { return hub.shared.connections; }

  fake_hub hub;
  actors::seating seats;
  errc last_error{};
};

} // namespace

TEST_SUITE("actors/seating") {
  TEST_CASE_FIXTURE(seating_fixture, "a room has so many places per role") {
    const auto first = take("dialog:10", role::widget);
    const auto second = take("dialog:10", role::widget);
    CHECK(second->taken() == 2);
    CHECK(!take("dialog:10", role::widget));
    CHECK(last_error == errc::dialog_full);
    CHECK(take("dialog:10", role::site));
    CHECK(take("dialog:10", role::admin));
    CHECK(take("dialog:11", role::widget));
  }

  TEST_CASE_FIXTURE(seating_fixture, "a place given back can be taken again") {
    const auto first = take("dialog:10", role::admin);
    auto second = take("dialog:10", role::admin);
    second.reset();
    CHECK(first->taken() == 1);
    CHECK(take("dialog:10", role::admin));
    CHECK(connections() == 1);
  }

  TEST_CASE_FIXTURE(seating_fixture, "a refused reservation takes nothing") {
    const auto first = take("dialog:10", role::admin);
    const auto second = take("dialog:10", role::admin);
    CHECK(!take("dialog:10", role::admin));
    CHECK(connections() == 2);
    CHECK(second->taken() == 2);
  }

  TEST_CASE("the limit of all is counted over rooms and roles") {
    seating_fixture f{50, 3};
    const auto a = f.take("dialog:10", role::admin);
    const auto w = f.take("dialog:11", role::widget);
    auto s = f.take("dialog:12", role::site);
    CHECK(s);
    CHECK(!f.take("dialog:13", role::site));
    CHECK(f.last_error == errc::server_overloaded);
    CHECK(f.connections() == 3);
    s.reset();
    CHECK(f.take("dialog:13", role::site));
  }

  TEST_CASE("a full hub is named before a full room") {
    seating_fixture f{1, 1};
    const auto only = f.take("dialog:10", role::admin);
    CHECK(!f.take("dialog:10", role::admin));
    CHECK(f.last_error == errc::server_overloaded);
  }

  TEST_CASE("inboxes are counted apart and share the limit of all") {
    seating_fixture f{50, 2};
    const auto admin = f.take("dialog:10", role::admin);
    auto inbox = f.take("user:5", role::user);
    CHECK(f.hub.shared.inbox_connections == 1);
    CHECK(f.connections() == 1);
    CHECK(!f.take("user:6", role::user));
    CHECK(f.last_error == errc::server_overloaded);
    CHECK(f.hub.shared.inbox_connections == 1);
    inbox.reset();
    CHECK(f.hub.shared.inbox_connections == 0);
    CHECK(f.take("user:6", role::user));
  }

  TEST_CASE("one user's inbox has so many places") {
    seating_fixture f{1, 0};
    const auto only = f.take("user:5", role::user);
    CHECK(!f.take("user:5", role::user));
    CHECK(f.last_error == errc::dialog_full);
    CHECK(f.hub.shared.inbox_connections == 1);
  }

  TEST_CASE("a seat outlives the seating that gave it") {
    fake_hub hub;
    hub.shared.connection_limit = 0;
    actors::seat last;
    {
      actors::seating seats{hub.shared};
      auto got =
        seats.reserve(*protocol::room_id::parse("dialog:10"), role::admin);
      last = std::get<actors::seat>(std::move(got));
    }
    CHECK(last->taken() == 1);
    last.reset();
    CHECK(hub.shared.connections == 0);
  }
}
