#include "protocol/room.hpp"

#include <doctest/doctest.h>

#include <ostream>
#include <string>

namespace wsgw::protocol {

namespace {

/// The room's text, or a word that no room has.
std::string text_of(const std::optional<room_id>& room) {
  return room ? room->text() : "none";
}

std::string parse(std::string_view text) {
  return text_of(room_id::parse(text));
}

std::string from_channel(std::string_view channel) {
  return text_of(room_id::from_channel(channel));
}

} // namespace

TEST_SUITE("protocol/room") {

  TEST_CASE("the table of kinds is in the order of the enumeration") {
    for (std::size_t i = 0; i < room_kinds().size(); ++i) {
      const auto& row = room_kinds()[i];
      CHECK(static_cast<std::size_t>(row.kind) == i);
      CHECK(&row_of(row.kind) == &row);
      CHECK(row.channel_prefix == "ws:" + std::string{row.name} + ":");
      CHECK_FALSE(row.roles.empty());
    }
  }

  TEST_CASE("a room knows its kind, name and channel") {
    const auto room = room_id::parse("dialog:10");
    REQUIRE(room);
    CHECK((room->kind() == room_kind::dialog));
    CHECK(room->name() == "10");
    CHECK(room->text() == "dialog:10");
    CHECK(room->channel() == "ws:dialog:10");
  }

  TEST_CASE("a bare number means a dialog") {
    CHECK(parse("10") == "dialog:10");
  }

  TEST_CASE("dialog ids are decimal from 1 to 2^63-1") {
    CHECK(parse("dialog:1") == "dialog:1");
    CHECK(parse("dialog:9223372036854775807") == "dialog:9223372036854775807");
    for (const auto* bad : {"dialog:0", "dialog:000", "dialog:-1", "dialog:+1",
                            "dialog:9223372036854775808", "dialog:1e3",
                            "dialog:99999999999999999999", "dialog:",
                            "dialog:a", "dialog:1 ", "dialog: 1", "dialog:0x1"})
      CHECK_MESSAGE(parse(bad) == "none", bad);
  }

  TEST_CASE("leading zeros do not make another dialog") {
    CHECK(parse("dialog:0010") == "dialog:10");
    CHECK(parse("0010") == "dialog:10");
    CHECK(from_channel("ws:dialog:0010") == "dialog:10");
    CHECK(room_id::make(room_kind::dialog, "010")
          == room_id::make(room_kind::dialog, "10"));
  }

  TEST_CASE("user names keep their zeros and may hold more than digits") {
    CHECK(parse("user:0010") == "user:0010");
    CHECK(parse("user:a.b+c_d-e@F") == "user:a.b+c_d-e@F");
    CHECK(parse("user:" + std::string(64, 'x')) != "none");
  }

  TEST_CASE("malformed names and unknown kinds are refused") {
    const std::string too_long = "user:" + std::string(65, 'x');
    for (const std::string& bad :
         {too_long, std::string{"user:"}, std::string{"user:a b"},
          std::string{"user:a:b"}, std::string{"user:\xC3\xA9"},
          std::string{"user:a\0b", 8}, std::string{"duel:x"}, std::string{":1"},
          std::string{"dialog"}, std::string{}})
      CHECK_MESSAGE(parse(bad) == "none", bad);
  }

  TEST_CASE("a channel names the room behind its last colon") {
    CHECK(from_channel("ws:dialog:10") == "dialog:10");
    CHECK(from_channel("ws:dialog:x:10") == "dialog:10");
    CHECK(from_channel("ws:user:5") == "user:5");
    CHECK(from_channel("ws:duel:07") == "duel:7");
    for (const auto* bad : {"ws:dialog:", "ws:dialog:x", "ws:dialog",
                            "ws:duel:x", "dialog:10", "ws:dialog:10:", ""})
      CHECK_MESSAGE(from_channel(bad) == "none", bad);
  }

  TEST_CASE("equal rooms have equal hashes") {
    const std::hash<room_id> hash;
    const auto a = room_id::parse("dialog:7");
    const auto b = room_id::parse("007");
    REQUIRE(a);
    REQUIRE(b);
    CHECK(*a == *b);
    CHECK(hash(*a) == hash(*b));
    CHECK_FALSE(*a == *room_id::parse("user:7"));
  }

} // TEST_SUITE

} // namespace wsgw::protocol
