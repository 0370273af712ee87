#include "protocol/audience.hpp"
#include "protocol/event.hpp"
#include "protocol/v1_message.hpp"

#include <doctest/doctest.h>

#include <ostream>
#include <string>

namespace wsgw::protocol {

namespace {

event parsed(const std::string& json) {
  auto e = parse_event(json, {false, true});
  REQUIRE_MESSAGE(e, json);
  return *std::move(e);
}

/// The publisher's time in an event with these members, as v1 writes it.
std::string time_in(const std::string& members) {
  const auto e = parsed(R"({"type":"x",)" + members + "}");
  return e.ts ? std::string{milli_text{*e.ts}.view()} : std::string{};
}

constexpr auto typing =
  R"({"type":"typing_start","_to":["admin"],)"
  R"("_client":{ "role":"widget", "conn":"7f3a" },"ts":"now"})";

} // namespace

TEST_SUITE("protocol/event: what v1 adds") {

  TEST_CASE("the publisher's time is `ts`, else `timestamp`") {
    const std::string ts = R"("ts":"2025-09-06T11:00:00+03:00")";
    const std::string timestamp = R"("timestamp":"2025-09-06T11:00:00.130999")";
    CHECK(time_in(ts) == "2025-09-06T08:00:00.000Z");
    CHECK(time_in(timestamp) == "2025-09-06T11:00:00.130Z");
    CHECK(time_in(timestamp + ',' + ts) == "2025-09-06T08:00:00.000Z");
    CHECK(time_in(R"("ts":1757156400,)" + timestamp)
          == "2025-09-06T11:00:00.130Z");
    CHECK(time_in(R"("ts":"soon",)" + timestamp) == "2025-09-06T11:00:00.130Z");
  }

  TEST_CASE("an event without a time that can be read has none") {
    for (const auto* members :
         {R"("ts":null)", R"("ts":"")", R"("ts":"x\n")", R"("timestamp":[])",
          R"("a":{"ts":"2025-09-06T11:00:00Z"})",
          R"("_ts":"2025-09-06T11:00:00Z")",
          R"("ts":"2025-09-06T11:00:00Z","ts":1)"})
      CHECK_MESSAGE(time_in(members) == "", members);
  }

  TEST_CASE("the time of a message is the event's, not the message's") {
    const auto e = parsed(
      R"({"type":"message:new","message":{"ts":"2020-01-01T00:00:00Z"}})");
    CHECK_FALSE(e.ts);
  }

  TEST_CASE("a client's typing is flat for legacy, its sender for v1") {
    const auto e = parsed(typing);
    CHECK(e.kind == durability::ephemeral);
    CHECK((e.audience == role_set{role::admin, role::user}));
    CHECK(e.flat == R"({"type":"typing_start"})");
    CHECK(legacy_payload(e, role::admin) == R"({"type":"typing_start"})");
    CHECK(v1_data(e) == R"({"role":"widget","conn":"7f3a"})");
    CHECK(e.client_conn == "7f3a");
    CHECK_FALSE(e.v1_only);
  }

  TEST_CASE("a client's read mark is for v1 only, a backend's is durable") {
    const auto mark = parsed(
      R"({"type":"read","_client":{"role":"site","conn":"1","seq":43}})");
    CHECK(mark.kind == durability::ephemeral);
    CHECK(mark.v1_only);
    CHECK(v1_data(mark) == R"({"role":"site","conn":"1","seq":43})");
    const auto plain = parsed(R"({"type":"read","seq":43})");
    CHECK(plain.kind == durability::durable);
    CHECK_FALSE(plain.v1_only);
    CHECK(v1_data(plain) == R"({"type":"read","seq":43})");
  }

  TEST_CASE("for other types `_client` is a hidden field like any other") {
    const auto e = parsed(R"({"type":"note","_client":{"conn":"1"},"a":1})");
    CHECK(e.kind == durability::durable);
    CHECK(e.client.empty());
    CHECK(e.flat == R"({"type":"note","a":1})");
    for (const auto& row : event_table)
      if (client_row_of(row.type) == nullptr)
        CHECK(row.type.find("typing") == std::string_view::npos);
  }

  TEST_CASE("`_client` has to be an object, its `conn` a string") {
    for (const auto* value : {"1", "\"a\"", "null", R"(["conn","a"])"}) {
      const auto e = parsed(std::string{R"({"type":"typing_stop","_client":)"}
                            + value + R"(,"a":["b"]})");
      CHECK(e.client.empty());
      CHECK(e.flat == R"({"type":"typing_stop","a":["b"]})");
    }
    for (const auto* conn : {"1", R"(["a"])", R"({"conn":"a"})", "null"})
      CHECK(parsed(std::string{R"({"type":"typing_stop","_client":{"conn":)"}
                   + conn + R"(},"a":["b"]})")
              .client_conn.empty());
  }

  TEST_CASE("an empty `_client` means nothing: the event stays durable") {
    for (const std::string client : {"{}", "{ }", "[]", "[1]"}) {
      const auto e = parsed(R"({"type":"read","_client":)" + client + "}");
      CHECK(e.kind == durability::durable);
      CHECK(e.client.empty());
    }
  }

  TEST_CASE("of two `_client` the last one counts") {
    const auto e = parsed(
      R"({"type":"read","_client":{"conn":"1"},"_client":{"conn":"2"}})");
    CHECK(e.client == R"({"conn":"2"})");
    CHECK(e.client_conn == "2");
  }

} // TEST_SUITE

} // namespace wsgw::protocol
