#include "tests/support/running_hub.hpp"

#include <doctest/doctest.h>

namespace wsgw::tests {

namespace {

/// A published payload that must not reach anybody, and how it is counted.
struct bad_event {
  std::string channel;
  std::string payload;
  std::string counted_as;
};

std::vector<bad_event> bad_events() {
  const std::string channel = "ws:dialog:10";
  return {
    {channel, "{not json", "event_not_json"},
    {channel, "", "event_not_json"},
    {channel, R"({"type":"message:new"} trailing)", "event_not_json"},
    {channel, R"([{"type":"handoff_started"}])", "event_not_object"},
    {channel, "42", "event_not_object"},
    {channel, "{\"type\":\"handoff_started\",\"x\":\"\xff\xfe\"}",
     "event_not_utf8"},
    {channel, R"({"message":{"id":1}})", "event_without_type"},
    {channel, R"({"type":7})", "event_without_type"},
    {channel, R"({"type":"message:new"})", "event_without_message"},
    {channel, R"({"type":"message:new","message":"text"})",
     "event_without_message"},
    {channel, R"({"type":"x","y":")" + std::string(70'000, 'y') + R"("})",
     "event_too_large"},
    {"ws:dialog:ten", R"({"type":"handoff_started"})", "event_bad_room"},
    {"ws:dialog:0", R"({"type":"handoff_started"})", "event_bad_room"},
    {"ws:dialog:-10", R"({"type":"handoff_started"})", "event_bad_room"},
    {"ws:dialog:10:", R"({"type":"handoff_started"})", "event_bad_room"},
    {channel, std::string(2'000, '['), "event_not_json"},
    {channel, std::string(60'000, '['), "event_not_json"},
  };
}

environment_map small_events() { return {{"WS_MAX_EVENT_BYTES", "65536"}}; }

} // namespace

TEST_SUITE("integration/bad_events") {

  TEST_CASE(
    "a malformed event reaches nobody, is counted and disturbs nobody") {
    running_hub hub{small_events()};
    dialog_clients clients{hub.gateway, 10};
    int id = 0;
    for (const auto& bad : bad_events()) {
      CAPTURE(bad.channel);
      CAPTURE(bad.payload.substr(0, 60));
      const auto label = "reason=\"" + bad.counted_as + "\"";
      const auto count = [&] {
        return hub.gateway.metric("wsgw_events_refused_total", label);
      };
      const auto before = count();
      hub.publish_on(bad.channel, bad.payload);
      const auto good = bare_message(++id, "good");
      hub.publish(10, message_new(10, good));
      clients.each(
        [&](ws_client& client) { CHECK(client.read_text(patience) == good); });
      CHECK(count() == before + 1);
    }
  }

  TEST_CASE("a lone surrogate escape is replaced, not refused") {
    running_hub hub;
    auto admin = connect(hub.gateway, admin_target(10));
    hub.publish(10, R"({"type":"handoff_started","name":"a\ud800b"})");
    CHECK(admin.read_text(patience)
          == "{\"type\":\"handoff_started\",\"name\":\"a\xEF\xBF\xBD"
             "b\"}");
  }

  TEST_CASE(
    "compat forwards a message that is no object as the reference did") {
    running_hub hub{{{"WS_COMPAT", "true"}}};
    auto admin = connect(hub.gateway, "/ws/dialogs/10");
    hub.publish(10, R"({"type":"message:new","message":"just text"})");
    CHECK(admin.read_text(patience) == R"("just text")");
    hub.publish(10, R"({"type":"message:new","message":[1,2]})");
    CHECK(admin.read_text(patience) == "[1,2]");
  }

  TEST_CASE("compat forwards flat events and drops duplicates as strict does") {
    running_hub hub{{{"WS_COMPAT", "true"}}};
    auto site = connect(hub.gateway, "/ws/site/dialogs/10");
    const auto message = bare_message(5, "once");
    hub.publish(10, message_new(10, message));
    hub.publish(10, message_new(10, message));
    hub.publish(10, R"({"type":"typing_start"})");
    CHECK(site.read_text(patience) == message);
    CHECK(site.read_text(patience) == R"({"type":"typing_start"})");
  }
}

} // namespace wsgw::tests
