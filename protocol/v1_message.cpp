#include "protocol/v1_message.hpp"

#include "protocol/json_text.hpp"
#include "protocol/timestamp.hpp"
#include "protocol/utf8.hpp"

#include <charconv>
#include <initializer_list>
#include <span>
#include <vector>

namespace wsgw::protocol {

namespace {

/// A decimal number without memory of its own.
class decimal {
public:
  explicit decimal(std::uint64_t value)
      : end_(
        std::to_chars(digits_.data(), digits_.data() + digits_.size(), value)
          .ptr) {}
  decimal(const decimal&) = delete;
  decimal& operator=(const decimal&) = delete;

  operator std::string_view() const { // NOLINT(google-explicit-constructor)
    return {digits_.data(), end_};
  }

private:
  std::array<char, 20> digits_; // 64 bits
  const char* end_;
};

using parts = std::initializer_list<std::string_view>;

frame over_websocket(parts json) {
  return text_frame(std::span{json.begin(), json.size()});
}

/// One message as a frame of dialect `d`: `json` in parts, its `type` again for
/// the event line, and the cursor for the id line, if any.
frame as_frame(dialect d, std::string_view type, const cursor* id, parts json) {
  if (d != dialect::sse)
    return over_websocket(json);
  std::vector<std::string_view> block;
  block.reserve(json.size() + 8);
  const decimal seq{id != nullptr ? id->seq : 0};
  if (id != nullptr)
    block.insert(block.end(), {"id: ", id->epoch, ":", seq, "\n"});
  block.insert(block.end(), {"event: ", type, "\ndata: "});
  block.insert(block.end(), json);
  block.emplace_back("\n\n");
  return raw_frame(block);
}

std::string_view text_of(bool value) { return value ? "true" : "false"; }

std::string_view to_string(resume_outcome outcome) {
  constexpr std::array<std::string_view, 3> words{"fresh", "replayed", "reset"};
  return words[static_cast<std::size_t>(outcome)];
}

/// `text` (UTF-8) as a JSON string.
std::string quoted(std::string_view text) {
  std::string json;
  append_json_string(json,
                     is_utf8(text) ? std::string{text} : repaired_utf8(text));
  return json;
}

/// `"room":"dialog:10","dialog_id":10`; other rooms have no dialog_id.
std::string room_fields(const room_id& room) {
  std::string fields = R"("room":)" + quoted(room.text());
  if (room.kind() == room_kind::dialog)
    (fields += R"(,"dialog_id":)") += room.name();
  return fields;
}

milli_time millis_of(std::chrono::system_clock::time_point at) {
  return std::chrono::floor<std::chrono::milliseconds>(at);
}

std::uint64_t count_of(std::chrono::milliseconds span) {
  return span.count() > 0 ? static_cast<std::uint64_t>(span.count()) : 0;
}

constexpr std::string_view replay_mark = R"(,"replay":true})";

} // namespace

std::string_view to_string(reset_reason why) {
  constexpr std::array<std::string_view, 5> words{
    "epoch", "trimmed", "ahead", "malformed", "broker_lost_tail"};
  return words[static_cast<std::size_t>(why)];
}

std::string_view v1_data(const event& e) {
  if (!e.client.empty())
    return e.client;
  return e.message.empty() ? e.flat : e.message;
}

namespace v1 {

frame hello_frame(dialect d, const hello& h) {
  const auto* const id =
    h.resume == resume_outcome::replayed && h.from ? &*h.from : &h.head;
  std::string reason;
  if (h.why)
    ((reason += R"(,"reason":")") += to_string(*h.why)) += '"';
  return as_frame(d, "hello", id,
                  {R"({"type":"hello","v":1,"conn":")",
                   protocol::to_string(h.conn),
                   R"(",)",
                   room_fields(*h.room),
                   R"(,"role":")",
                   to_string(h.as),
                   R"(","cursor":")",
                   h.head.epoch,
                   ":",
                   decimal{h.head.seq},
                   R"(","resume":")",
                   to_string(h.resume),
                   R"(")",
                   reason,
                   R"(,"replay":)",
                   decimal{h.replay},
                   h.more ? R"(,"more":true)" : "",
                   R"(,"ping_ms":)",
                   decimal{count_of(h.ping)},
                   R"(,"pong_ms":)",
                   decimal{count_of(h.pong)},
                   R"(,"ts":")",
                   milli_text{millis_of(h.now)}.view(),
                   R"("})"});
}

frame event_frame(dialect d, const event& e, const cursor* at,
                  std::chrono::system_clock::time_point now) {
  const auto name = quoted(e.type);
  const auto data = v1_data(e);
  // Without quotes, backslashes or control characters: is_trace_id.
  const auto has_trace = !e.trace_id.empty();
  const std::string_view trace_key = has_trace ? R"(,"trace_id":")" : "";
  const std::string_view trace_end = has_trace ? R"("})" : "}";
  if (at == nullptr && e.kind == durability::ephemeral)
    return as_frame(d, "event", nullptr,
                    {R"({"type":"event","name":)", name, R"(,"data":)", data,
                     trace_key, e.trace_id, trace_end});
  const milli_text time{e.ts.value_or(millis_of(now))};
  const auto ts = time.view();
  if (at == nullptr)
    return as_frame(d, "event", nullptr,
                    {R"({"type":"event","name":)", name, R"(,"data":)", data,
                     R"(,"ts":")", ts, R"(")", trace_key, e.trace_id,
                     trace_end});
  const decimal seq{at->seq};
  return as_frame(d, "event", at,
                  {R"({"type":"event","seq":)", seq, R"(,"cursor":")",
                   at->epoch, ":", seq, R"(","name":)", name, R"(,"data":)",
                   data, R"(,"ts":")", ts, R"(")", trace_key, e.trace_id,
                   trace_end});
}

frame replay_frame(dialect d, const frame& live) {
  // What stands behind the object: an empty line ends a block of SSE.
  const std::string_view tail = d == dialect::sse ? "\n\n" : "";
  std::string_view text = d == dialect::sse ? *live : payload_of(live);
  text.remove_suffix(tail.size() + 1); // the brace
  const std::array<std::string_view, 3> marked{text, replay_mark, tail};
  return d == dialect::sse ? raw_frame(marked) : text_frame(marked);
}

frame as_sse(const frame& live, const cursor& at) {
  constexpr std::string_view before_type = R"({"type":")";
  const auto json = payload_of(live);
  const auto type = json.substr(before_type.size());
  return as_frame(dialect::sse, type.substr(0, type.find('"')), &at, {json});
}

frame skip_frame(dialect d, std::uint64_t after, const cursor& to) {
  const decimal seq{to.seq};
  return as_frame(d, "skip", &to,
                  {R"({"type":"skip","seq":)", seq, R"(,"cursor":")", to.epoch,
                   ":", seq, R"(","after":)", decimal{after}, "}"});
}

frame ping_frame(std::uint64_t head) {
  return over_websocket({R"({"type":"ping","seq":)", decimal{head}, "}"});
}

frame pong_frame() { return over_websocket({R"({"type":"pong"})"}); }

frame page_frame(std::uint64_t after, std::uint64_t to, bool more) {
  return over_websocket({R"({"type":"page","after":)", decimal{after},
                         R"(,"to":)", decimal{to}, R"(,"more":)", text_of(more),
                         "}"});
}

frame lagging_frame(std::uint64_t sent, std::uint64_t head) {
  return over_websocket({R"({"type":"lagging","sent":)", decimal{sent},
                         R"(,"head":)", decimal{head}, "}"});
}

frame live_frame(const cursor& head) {
  return over_websocket({R"({"type":"live","cursor":")", head.epoch, ":",
                         decimal{head.seq}, R"("})"});
}

frame presence_frame(dialect d, const role_counts& counts) {
  const auto count = [&counts](role r) {
    return static_cast<std::uint64_t>(counts[static_cast<std::size_t>(r)]);
  };
  return as_frame(d, "presence", nullptr,
                  {R"({"type":"presence","admin":)",
                   decimal{count(role::admin)}, R"(,"widget":)",
                   decimal{count(role::widget)}, R"(,"site":)",
                   decimal{count(role::site)}, "}"});
}

frame expiring_frame(dialect d, std::chrono::milliseconds in) {
  return as_frame(
    d, "expiring", nullptr,
    {R"({"type":"expiring","in_ms":)", decimal{count_of(in)}, "}"});
}

frame refreshed_frame(
  std::optional<std::chrono::system_clock::time_point> expires_at) {
  if (!expires_at)
    return over_websocket({R"({"type":"refreshed","expires_at":null})"});
  return over_websocket({R"({"type":"refreshed","expires_at":")",
                         milli_text{millis_of(*expires_at)}.view(), R"("})"});
}

frame drain_frame(dialect d, std::chrono::milliseconds retry_after,
                  const cursor& head) {
  return as_frame(d, "drain", &head,
                  {R"({"type":"drain","retry_after_ms":)",
                   decimal{count_of(retry_after)}, R"(,"cursor":")", head.epoch,
                   ":", decimal{head.seq}, R"("})"});
}

frame reset_frame(dialect d, reset_reason why, const cursor& head) {
  return as_frame(d, "reset", &head,
                  {R"({"type":"reset","reason":")", to_string(why),
                   R"(","cursor":")", head.epoch, ":", decimal{head.seq},
                   R"("})"});
}

frame error_frame(std::string_view code, std::string_view message,
                  std::string_view ref) {
  return over_websocket({R"({"type":"error","code":)", quoted(code),
                         R"(,"message":)", quoted(repaired_utf8(message)),
                         ref.empty() ? "" : R"(,"ref":)", ref, "}"});
}

frame sse_comment() {
  constexpr std::array<std::string_view, 1> comment{":\n\n"};
  return raw_frame(comment);
}

} // namespace v1

} // namespace wsgw::protocol
