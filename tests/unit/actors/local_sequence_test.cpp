#include "actors/local_sequence.hpp"
#include "tests/support/deterministic_system.hpp"

#include <doctest/doctest.h>

using namespace wsgw;
using namespace wsgw::tests;
using namespace std::chrono_literals;
using actors::appended;
using actors::store_error;

namespace {

constexpr auto room = "dialog:10";

/// Appends `json` and waits for the answer.
actors::store_result<appended> append(deterministic_system& sys,
                                      std::string json, std::string key = {}) {
  actors::store_result<appended> answer = store_error{};
  actors::messages::append request{*protocol::room_id::parse(room),
                                   std::move(json),
                                   std::move(key),
                                   [&](auto result) { answer = result; },
                                   {}};
  caf::anon_send(sys.shared().broadcaster, std::move(request));
  sys.settle();
  return answer;
}

} // namespace

TEST_SUITE("actors/local_sequence") {

  TEST_CASE("an appended event is numbered and delivered") {
    deterministic_system sys;
    const auto old = sys.connect(room, protocol::role::site);
    const auto first = std::get<appended>(append(sys, message_new(1)));
    const auto second = std::get<appended>(append(sys, message_new(2)));
    CHECK(first.at.seq == 1);
    CHECK(second.at.seq == 2);
    CHECK(first.at.epoch == second.at.epoch);
    CHECK(!second.is_duplicate);
    CHECK(old.texts().size() == 2);
  }

  TEST_CASE("an append opens its room, which lingers") {
    deterministic_system sys;
    const auto first = std::get<appended>(append(sys, message_new(1)));
    sys.advance(299s);
    const auto second = std::get<appended>(append(sys, message_new(2)));
    CHECK(first.at.epoch == second.at.epoch);
    CHECK(second.at.seq == 2);
  }

  TEST_CASE("a key that was seen gets the first number again") {
    deterministic_system sys;
    const auto old = sys.connect(room, protocol::role::site);
    append(sys, message_new(1), "k");
    append(sys, message_new(2));
    const auto again = std::get<appended>(append(sys, message_new(3), "k"));
    CHECK(again.is_duplicate);
    CHECK(again.at.seq == 1);
    CHECK(old.texts().size() == 2);
  }

  TEST_CASE("a key is forgotten after five minutes") {
    deterministic_system sys;
    append(sys, message_new(1), "k");
    const auto old = sys.connect(room, protocol::role::site);
    for (int i = 0; i < 31; ++i) {
      sys.say(old, "__pong__");
      sys.advance(10s);
    }
    const auto later = std::get<appended>(append(sys, message_new(2), "k"));
    CHECK(!later.is_duplicate);
    CHECK(later.at.seq == 2);
  }

  TEST_CASE("an ephemeral event gets the head and no number") {
    deterministic_system sys;
    append(sys, message_new(1));
    const auto typing =
      std::get<appended>(append(sys, R"({"type":"typing_start"})"));
    CHECK(typing.at.seq == 1);
    CHECK(std::get<appended>(append(sys, message_new(2))).at.seq == 2);
  }

  TEST_CASE("a message id that was seen is a duplicate") {
    deterministic_system sys;
    append(sys, message_new(1));
    const auto again = std::get<appended>(append(sys, message_new(1)));
    CHECK(again.is_duplicate);
    CHECK(again.at.seq == 1);
  }

  TEST_CASE("what cannot be parsed is an error") {
    deterministic_system sys;
    CHECK(std::holds_alternative<store_error>(append(sys, "{")));
  }
}

TEST_SUITE("actors/append_keys") {

  TEST_CASE("keys beyond the limit push out the oldest") {
    actors::append_keys keys;
    const actors::append_keys::time_point now{1h};
    for (std::uint64_t i = 1; i <= actors::append_keys::most + 1; ++i)
      keys.remember(std::to_string(i), i, now);
    CHECK(keys.find("1", now) == 0);
    CHECK(keys.find("2", now) == 2);
    CHECK(keys.find("2", now + 299s) == 2);
    CHECK(keys.find("2", now + 300s) == 0);
  }

  TEST_CASE("a subscription that was lost begins a new epoch") {
    deterministic_system sys;
    const auto old = sys.connect(room, protocol::role::site);
    const auto first = std::get<appended>(append(sys, message_new(1), "k"));
    caf::anon_send(sys.shared().broadcaster,
                   actors::messages::link_state{
                     0, actors::messages::link_state::news::lost});
    sys.settle();
    CHECK(std::get<appended>(append(sys, message_new(2))).at.epoch
          == first.at.epoch);
    caf::anon_send(sys.shared().broadcaster,
                   actors::messages::link_state{
                     0, actors::messages::link_state::news::restored});
    const auto next = std::get<appended>(append(sys, message_new(3), "k"));
    CHECK(next.at.epoch != first.at.epoch);
    CHECK(next.at.seq == 1);
    CHECK(!next.is_duplicate);
    CHECK(old.texts().size() == 3); // legacy clients hear nothing of it
  }
}
