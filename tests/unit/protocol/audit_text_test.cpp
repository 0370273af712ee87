#include "protocol/audit_text.hpp"

#include <doctest/doctest.h>

#include <string>

namespace wsgw::protocol {

TEST_SUITE("protocol/audit_text") {

  TEST_CASE("rooms are read as they were written") {
    const auto room = *room_id::parse("dialog:10");
    const auto other = *room_id::parse("dialog:11");
    const auto text = encode(std::vector<audited_room>{
      {room, {"k3x", 42}, {1, 2, 3}, {{41, 0x9f}, {42, 0xffffffffffffffff}}},
      {other, {}, {}, {}}});
    CHECK(text
          == "dialog:10 k3x:42 1,2,3 41=9f,42=ffffffffffffffff\n"
             "dialog:11 - 0,0,0 \n");
    const auto read = parse_audited_rooms(text);
    REQUIRE(read);
    REQUIRE(read->size() == 2);
    CHECK(read->front().head == cursor{"k3x", 42});
    CHECK(read->front().members == role_counts{1, 2, 3});
    CHECK(read->front().latest
          == std::vector<event_digest>{{41, 0x9f}, {42, 0xffffffffffffffff}});
    CHECK(read->back().head.epoch.empty());
    CHECK(read->back().latest.empty());
  }

  TEST_CASE("lines of another form are refused") {
    CHECK(parse_audited_rooms("")->empty());
    for (const std::string text :
         {"\n", "dialog:10", "dialog:10 k3x:42", "user:5 k3x:42 1,2,3 ",
          "dialog:10 k3x 1,2,3 ", "dialog:10 k3x:42 1,2 ",
          "dialog:10 k3x:42 1,2,3 41", "dialog:10 k3x:42 1,2,3 41=xyz",
          "dialog:10 k3x:42 1,2,3 41=9f 42=1"})
      CHECK_MESSAGE(!parse_audited_rooms(text), text);
    std::string many;
    for (std::size_t i = 0; i <= max_audited_rooms; ++i)
      many += "dialog:10 - 0,0,0 \n";
    CHECK(!parse_audited_rooms(many));
  }

  TEST_CASE("a list of rooms names dialogs only, and not too many") {
    const auto room = *room_id::parse("dialog:10");
    CHECK(encode_room_list({room}) == "dialog:10\n");
    const auto rooms = parse_room_list("dialog:10\nuser:5\nnonsense\n\n");
    REQUIRE(rooms.size() == 1);
    CHECK(rooms[0] == room);
    std::string many;
    for (std::size_t i = 0; i <= max_audited_rooms; ++i)
      many += "dialog:10\n";
    CHECK(parse_room_list(many).size() == max_audited_rooms);
  }
}

} // namespace wsgw::protocol
