#include "tests/support/deterministic_system.hpp"
#include "tests/support/v1_summary.hpp"

#include <doctest/doctest.h>

using namespace wsgw;
using namespace wsgw::tests;
using namespace std::chrono_literals;
using protocol::dialect;
using protocol::role;

namespace {

constexpr auto room = "dialog:10";

std::string words(const deterministic_system::client& of) {
  return v1_words(of.fresh());
}

/// Remembers what was announced.
class listed_board final : public actors::presence_board {
public:
  void announce(const protocol::room_id&,
                const protocol::role_counts& mine) override {
    said.push_back(mine);
  }
  std::vector<protocol::role_counts> said;
};

using counts = protocol::role_counts;

} // namespace

TEST_SUITE("actors/attendance") {

  TEST_CASE("a v1 admin learns who is there, at once and on change") {
    deterministic_system sys;
    const auto old = sys.connect(room, role::site);
    const auto admin = sys.connect_v1(room, role::admin);
    CHECK(words(admin) == "hello:fresh:0 presence:1/0/1");
    sys.connect(room, role::widget);
    sys.connect(room, role::widget);
    CHECK(admin.texts().empty());
    sys.advance(101ms);
    CHECK(words(admin) == "presence:1/2/1");
    sys.advance(10s);
    CHECK(admin.texts().empty());
  }

  TEST_CASE("who leaves is gone only after the grace") {
    deterministic_system sys;
    const auto admin = sys.connect_v1(room, role::admin);
    const auto widget = sys.connect(room, role::widget);
    sys.advance(1s);
    words(admin);
    sys.disconnect(widget);
    sys.advance(4s);
    CHECK(admin.texts().empty());
    sys.advance(2s);
    CHECK(words(admin) == "presence:1/0/0");
  }

  TEST_CASE("who comes back within the grace never seems to leave") {
    deterministic_system sys;
    const auto admin = sys.connect_v1(room, role::admin);
    const auto widget = sys.connect(room, role::widget);
    sys.advance(1s);
    words(admin);
    sys.disconnect(widget);
    sys.advance(3s);
    sys.connect(room, role::widget);
    sys.advance(10s);
    CHECK(admin.texts().empty());
  }

  TEST_CASE("members on other nodes count, those of a dead node no longer") {
    deterministic_system sys;
    const auto admin = sys.connect_v1(room, role::admin, "", dialect::sse);
    words(admin);
    const auto id = *protocol::room_id::parse(room);
    caf::anon_send(sys.shared().broadcaster,
                   actors::messages::room_presence{id, counts{0, 2, 1, 0}, {}});
    sys.advance(101ms);
    CHECK(words(admin) == "presence:1/2/1");
    caf::anon_send(
      sys.shared().broadcaster,
      actors::messages::room_presence{id, counts{0, 0, 1, 0}, {0, 2, 0, 0}});
    sys.advance(101ms);
    CHECK(words(admin) == "presence:1/0/1");
  }

  TEST_CASE("other nodes learn who is here, and when nobody is") {
    listed_board board;
    deterministic_system sys;
    sys.shared().presence = &board;
    const auto admin = sys.connect(room, role::admin);
    const auto site = sys.connect(room, role::site);
    CHECK(board.said.empty());
    sys.advance(101ms);
    CHECK(board.said == std::vector{counts{1, 0, 1, 0}});
    sys.disconnect(admin);
    sys.disconnect(site);
    sys.advance(101ms);
    CHECK(board.said.back() == counts{});
    CHECK(board.said.size() == 2);
  }

  TEST_CASE("a dialog that ends takes its members off the board") {
    listed_board board;
    deterministic_system sys;
    sys.shared().presence = &board;
    const auto admin = sys.connect(room, role::admin);
    sys.advance(101ms);
    caf::anon_send_exit(sys.dialog_of(room), caf::exit_reason::user_shutdown);
    sys.settle();
    CHECK(board.said.back() == counts{});
  }

  TEST_CASE("an inbox is nobody's business") {
    listed_board board;
    deterministic_system sys;
    sys.shared().presence = &board;
    const auto inbox = sys.connect("user:7", role::user);
    sys.advance(1s);
    CHECK(board.said.empty());
  }
}
