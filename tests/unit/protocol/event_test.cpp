#include "protocol/event.hpp"
#include "protocol/event_reader.hpp"

#include <doctest/doctest.h>

#include <ostream>
#include <string>

namespace wsgw::protocol {

namespace {

/// The flat text of an event, or the word of the error.
std::string flat_of(std::string_view json) {
  const auto e = parse_event(json);
  return e ? e->flat : std::string{word_of(e.error())};
}

std::string user_of(const std::string& value) {
  const auto e = parse_event(R"({"type":"x","user_id":)" + value + "}");
  return e ? e->user_id : std::string{word_of(e.error())};
}

std::string id_of(const std::string& message) {
  const auto e =
    parse_event(R"({"type":"message:new","message":)" + message + "}");
  return e ? e->message_id : std::string{word_of(e.error())};
}

bool is_taken_in_compat(const std::string& message) {
  const auto e = parse_event(
    R"({"type":"message:new","message":)" + message + "}", {true, false});
  if (e)
    CHECK(e->message == message);
  else
    CHECK(word_of(e.error()) == "event_without_message");
  return static_cast<bool>(e);
}

std::string nested(std::size_t depth) {
  return R"({"type":"x","a":)" + std::string(depth - 1, '[')
         + std::string(depth - 1, ']') + "}";
}

} // namespace

TEST_SUITE("protocol/event") {

  TEST_CASE("numbers, order, empty containers and literals are kept") {
    const auto* const json =
      R"({"type":"x","z":1.0,"a":-0,"e":1E+2,"n":null,"b":[true,false,[],{}],)"
      R"("big":123456789012345678901234567890,"o":{"_in":1,"":""}})";
    CHECK(flat_of(json) == json);
  }

  TEST_CASE("white space goes, around and between the values") {
    CHECK(flat_of("\r\n\t { \"type\" : \"x\" ,\n \"a\" : [ 1 , 2 , { } ] } ")
          == R"({"type":"x","a":[1,2,{}]})");
  }

  TEST_CASE("hidden fields go wherever they stand") {
    CHECK(flat_of(R"({"_a":1,"type":"x","_b":{"c":[{}]},"d":2,"_":"e"})")
          == R"({"type":"x","d":2})");
  }

  TEST_CASE("escapes that JSON does not demand are resolved") {
    CHECK(flat_of(R"({"type":"x","\u0061\/":"\u042f\ud83d\ude00\u0007\u001F"})")
          == R"({"type":"x","a/":"Я😀\u0007\u001f"})");
  }

  TEST_CASE("escaped keys have the meaning of plain ones") {
    const auto e = parse_event(R"({"t\u0079pe":"x","\u005fto":["admin"]})");
    REQUIRE(e);
    CHECK(e->type == "x");
    CHECK((e->audience == role_set{role::admin, role::user}));
    CHECK(e->flat == R"({"type":"x"})");
  }

  TEST_CASE("what is not JSON is refused") {
    for (const auto* json :
         {"", " ", "x", "{", R"({"type":"x"} {})", R"({"type":"x",})",
          R"({type:"x"})", R"({"type":"x","a":NaN})", R"({"type":"x","a":01})",
          R"({"type":"x","a":1e999})", "{\"type\":\"x\n\"}", R"({"type":"\x"})",
          R"({"type":"\u12g4"})", "\xEF\xBB\xBF{\"type\":\"x\"}", "[1,"})
      CHECK_MESSAGE(flat_of(json) == "event_not_json", json);
  }

  TEST_CASE("a NUL byte ends nothing") {
    CHECK(flat_of({"{\"type\":\"x\"}\0", 13}) == "event_not_json");
    CHECK(flat_of({"{\"type\":\"x\0y\"}", 14}) == "event_not_json");
    CHECK(flat_of(R"({"type":"x","a":"\u0000"})")
          == R"({"type":"x","a":"\u0000"})");
  }

  TEST_CASE("JSON that is no object is refused as such") {
    for (const auto* json : {"null", "1", "\"type\"", "[{\"type\":\"x\"}]"})
      CHECK_MESSAGE(flat_of(json) == "event_not_object", json);
  }

  TEST_CASE("strings that are not UTF-8 are refused") {
    for (const std::string bytes :
         {"\x80", "\xC3", "\xC0\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80",
          "\xE2\x82", "\xFF", "a\xF0\x9F\x98"}) {
      CHECK(flat_of(R"({"type":"x","a":")" + bytes + "\"}")
            == "event_not_utf8");
      CHECK(flat_of("{\"" + bytes + R"(":1,"type":"x"})") == "event_not_utf8");
    }
  }

  TEST_CASE("an event needs a type that is a string with something in it") {
    for (const auto* json :
         {"{}", R"({"type":null})", R"({"type":["x"]})", R"({"type":""})",
          R"({"a":{"type":"x"}})", R"({"type":"x","type":1})"})
      CHECK_MESSAGE(flat_of(json) == "event_without_type", json);
  }

  TEST_CASE("the user is a string or an integer, else nobody") {
    CHECK(user_of("7") == "7");
    CHECK(user_of("-7") == "-7");
    CHECK(user_of("\"a@b\"") == "a@b");
    for (const auto* other : {"null", "1.5", "1e3", "true", "[7]", "{\"a\":7}"})
      CHECK_MESSAGE(user_of(other).empty(), other);
    CHECK(user_of(R"(7,"user_id":null)").empty());
  }

  TEST_CASE("the id of a message is its JSON text") {
    CHECK(id_of(R"({"id": 178})") == "178");
    CHECK(id_of(R"({"text":"x","id":"178"})") == "\"178\"");
    CHECK(id_of(R"({"id": {"a": [1, 2]} ,"z":1})") == R"({"a":[1,2]})");
    CHECK(id_of(R"({"a":{"id":1},"b":[{"id":2}]})").empty());
    CHECK(id_of(R"({"id":null})").empty());
    CHECK(id_of("{}").empty());
  }

  TEST_CASE("the id is that of the last message, not of what follows it") {
    const auto id = [](std::string_view members) {
      const auto e =
        parse_event(R"({"type":"message:new",)" + std::string{members} + "}");
      return e ? e->message_id : std::string{word_of(e.error())};
    };
    CHECK(id(R"("message":{"id":1},"a":[5,{"id":6}])") == "1");
    CHECK(id(R"("message":{"id":1},"message":{"a":2})").empty());
    CHECK(id(R"("message":{"id":1},"message":{"id":2})") == "2");
  }

  TEST_CASE("only words at the top of _to name receivers") {
    const auto e =
      parse_event(R"({"type":"x","_to":["admin",["site"],{"a":"widget"}]})");
    REQUIRE(e);
    CHECK((e->audience == role_set{role::admin, role::user}));
  }

  TEST_CASE("of several _to the last one counts") {
    const auto e =
      parse_event(R"({"type":"x","_to":["admin"],"_to":["site"]})");
    REQUIRE(e);
    CHECK((e->audience == role_set{role::site, role::user}));
  }

  TEST_CASE("the id of another type's message is none") {
    const auto e = parse_event(R"({"type":"note","message":{"id":1}})");
    REQUIRE(e);
    CHECK(e->message_id.empty());
    CHECK(e->message.empty());
  }

  TEST_CASE("strict takes objects for messages, even empty ones") {
    CHECK(id_of("{}").empty());
    for (const auto* other : {"null", "1", "\"x\"", "[{}]", "true"})
      CHECK_MESSAGE(id_of(other) == "event_without_message", other);
  }

  TEST_CASE("compat takes whatever Python holds for true") {
    for (const auto* value :
         {"\"x\"", "[0]", R"({"a":1})", "true", "1", "-0.5", "0.1e9", "1e-3"})
      CHECK_MESSAGE(is_taken_in_compat(value), value);
    for (const auto* value :
         {"\"\"", "[]", "{}", "false", "null", "0", "-0", "0.00", "0e7"})
      CHECK_MESSAGE(!is_taken_in_compat(value), value);
  }

  TEST_CASE("a type that is nested deeper does not confuse") {
    const auto e = parse_event(
      R"({"data":{"type":"message:new","message":{"id":1}},"type":"x"})");
    REQUIRE(e);
    CHECK(e->type == "x");
    CHECK(e->message.empty());
    CHECK(legacy_payload(*e, role::admin) == e->flat);
  }

  TEST_CASE("the flat form of a message is made only when it is asked for") {
    const auto* const json = R"({"type":"message:new","message":{"id":1}})";
    const auto lean = parse_event(json);
    const auto full = parse_event(json, {false, true});
    REQUIRE(lean);
    REQUIRE(full);
    CHECK(lean->flat.empty());
    CHECK(full->flat == json);
    CHECK(lean->message == full->message);
    CHECK(legacy_payload(*full, role::user) == json);
    CHECK(legacy_payload(*full, role::site) == R"({"id":1})");
  }

  TEST_CASE("nesting is bounded") {
    CHECK(flat_of(nested(event_reader::max_depth))
          == nested(event_reader::max_depth));
    CHECK(flat_of(nested(event_reader::max_depth + 1)) == "event_not_json");
    const std::string endless(1 << 20, '[');
    CHECK(flat_of(endless) == "event_not_json");
    CHECK(flat_of(R"({"type":"x","a":)" + endless) == "event_not_json");
    std::string objects;
    for (int i = 0; i < 200'000; ++i)
      objects += R"({"a":)";
    CHECK(flat_of(objects) == "event_not_json");
  }

  TEST_CASE("a large event is read whole") {
    std::string text(1 << 20, 'x');
    text += "Я\\n";
    const auto json = R"({"type":"x","a":")" + text + "\"}";
    CHECK(flat_of(json) == json);
  }

} // TEST_SUITE

TEST_SUITE("protocol/event: encode_message_new") {

  TEST_CASE("a posted message becomes what the reference publishes") {
    CHECK(encode_message_new(
            "10", {1, "user", "Привет", "2025-09-06T11:00:00.123456Z"})
          == R"({"type":"message:new","message":{"id":1,"sender":"user",)"
             R"("text":"Привет","timestamp":"2025-09-06T11:00:00.123456Z"},)"
             R"("timestamp":"2025-09-06T11:00:00.123456","dialog_id":10,)"
             R"("source":"backend"})");
  }

  TEST_CASE("whatever was posted, the result is an event with that text") {
    const auto json =
      encode_message_new("10", {2, "a\"b", "\\\n\x01\t😀\xFF", ""});
    const auto e = parse_event(json);
    REQUIRE(e);
    CHECK(e->message_id == "2");
    CHECK(
      e->message
      == R"({"id":2,"sender":"a\"b","text":"\\\n\u0001\t😀�","timestamp":""})");
  }

  TEST_CASE("the name of another kind of room is written as a string") {
    CHECK(encode_message_new("a\"b", {}).find(R"("dialog_id":"a\"b")")
          != std::string::npos);
  }

} // TEST_SUITE

} // namespace wsgw::protocol
