#include "v1_samples.hpp"

#include "protocol/v1_message.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace wsgw::protocol {

namespace {

using namespace std::chrono_literals;
using clock = std::chrono::system_clock;

/// 2025-09-06T11:00:00.130Z
const clock::time_point noon{1'757'156'400'130ms};

cursor at(std::uint64_t seq) { return {"k3x", seq}; }

hello greeting() {
  static const auto room = *room_id::parse("dialog:10");
  hello h;
  h.conn = connection_id{0x7f3a5c};
  h.room = &room;
  h.head = at(42);
  h.ping = 25s;
  h.pong = 40s;
  h.now = noon;
  return h;
}

frame hello_fresh(dialect d) { return v1::hello_frame(d, greeting()); }

frame hello_replayed(dialect d) {
  auto h = greeting();
  h.as = role::site;
  h.resume = resume_outcome::replayed;
  h.from = at(39);
  h.replay = 3;
  return v1::hello_frame(d, h);
}

frame hello_more(dialect d) {
  auto h = greeting();
  h.as = role::widget;
  h.head = at(900);
  h.resume = resume_outcome::replayed;
  h.from = at(2);
  h.replay = 500;
  h.more = true;
  return v1::hello_frame(d, h);
}

frame hello_reset(dialect d) {
  auto h = greeting();
  h.resume = resume_outcome::reset;
  h.why = reset_reason::trimmed;
  return v1::hello_frame(d, h);
}

frame event_of(dialect d, std::string_view json, std::optional<cursor> at) {
  return v1::event_frame(d, *parse_event(json), at ? &*at : nullptr,
                         noon + 5ms);
}

frame event_message(dialect d) {
  return event_of(
    d,
    R"({"_epoch":"k3x","_seq":43,"type":"message:new","message":{"id":1,)"
    R"("sender":"user","text":"Привет"},)"
    R"("timestamp":"2025-09-06T11:00:00.130000","dialog_id":10})",
    at(43));
}

frame event_traced(dialect d) {
  return event_of(
    d,
    R"({"type":"handoff_released","traceparent":)"
    R"("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"})",
    at(45));
}

frame event_flat(dialect d) {
  return event_of(d, R"({"type":"handoff_started","manager":{"id":1}})",
                  at(44));
}

frame event_replay(dialect d) { return v1::replay_frame(d, event_message(d)); }

frame event_unnumbered(dialect d) {
  return event_of(d, R"({"type":"balance_changed","amount":5})", std::nullopt);
}

frame event_typing(dialect d) {
  return event_of(d,
                  R"({"type":"typing_start","_to":["admin"],)"
                  R"("_client":{"role":"widget","conn":"7f3a5c"}})",
                  std::nullopt);
}

frame event_read(dialect d) {
  return event_of(d,
                  R"({"type":"read","_to":["admin"],)"
                  R"("_client":{"role":"widget","conn":"7f3a5c","seq":43}})",
                  std::nullopt);
}

frame skip(dialect d) { return v1::skip_frame(d, 43, at(45)); }
frame ping(dialect) { return v1::ping_frame(45); }
frame pong(dialect) { return v1::pong_frame(); }
frame page(dialect) { return v1::page_frame(41, 141, true); }
frame lagging(dialect) { return v1::lagging_frame(120, 900); }
frame live(dialect) { return v1::live_frame(at(900)); }
frame presence(dialect d) { return v1::presence_frame(d, {1, 2, 0, 0}); }
frame expiring(dialect d) { return v1::expiring_frame(d, 60s); }
frame refreshed(dialect) { return v1::refreshed_frame(noon + 1h); }
frame drain(dialect d) { return v1::drain_frame(d, 2300ms, at(45)); }

frame reset(dialect d) {
  return v1::reset_frame(d, reset_reason::broker_lost_tail, at(40));
}

frame error(dialect) {
  return v1::error_frame("bad_command", "type must be a string", "");
}

frame error_with_ref(dialect) {
  return v1::error_frame("rate_limited", "too many commands", "\"t-7\"");
}

} // namespace

const std::vector<v1_sample>& v1_samples() {
  static const std::vector<v1_sample> samples{
    {"hello_fresh", hello_fresh},
    {"hello_replayed", hello_replayed},
    {"hello_more", hello_more},
    {"hello_reset", hello_reset},
    {"event_message", event_message},
    {"event_flat", event_flat},
    {"event_traced", event_traced},
    {"event_replay", event_replay},
    {"event_unnumbered", event_unnumbered},
    {"event_typing", event_typing},
    {"event_read", event_read},
    {"skip", skip},
    {"ping", ping, false},
    {"pong", pong, false},
    {"page", page, false},
    {"lagging", lagging, false},
    {"live", live, false},
    {"presence", presence},
    {"expiring", expiring},
    {"refreshed", refreshed, false},
    {"drain", drain},
    {"reset", reset},
    {"error", error, false},
    {"error_with_ref", error_with_ref, false},
  };
  return samples;
}

std::string_view text_in(dialect d, const frame& f) {
  return d == dialect::sse ? std::string_view{*f} : payload_of(f);
}

} // namespace wsgw::protocol
