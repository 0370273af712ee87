#include "protocol/status_body.hpp"

#include "protocol/json_writer.hpp"
#include "protocol/room.hpp"
#include "protocol/status_parts.hpp"
#include "protocol/timestamp.hpp"

namespace wsgw::protocol {

namespace {

constexpr std::string_view service_name = "ws-gateway";

/// The reference's thresholds, scaled to our limit.
constexpr std::size_t busy_percent = 90;
constexpr std::size_t many_limited_addresses = 50;

void write_component(json_writer& json, std::string_view name,
                     std::string_view status) {
  json.key(name).begin_object().key("status").text(status).end_object();
}

void write_redis(json_writer& json, const source_facts& source) {
  if (!source.is_redis) {
    write_component(json, "redis", "not_used");
    return;
  }
  json.key("redis").begin_object();
  json.key("status").text(source.is_ready() ? "healthy" : "unhealthy");
  json.key("state").text(source.state);
  if (!source.is_ready())
    json.key("error").text(source.reason);
  json.end_object();
}

/// Naive UTC without `Z`, as the reference prints it.
std::string naive_utc(std::chrono::system_clock::time_point at) {
  auto text = rfc3339_micro(at);
  text.pop_back();
  return text;
}

std::string_view verdict(const stats_facts& facts) {
  const auto now = facts.people.in_dialogs();
  if (facts.connection_limit != 0 && now >= facts.connection_limit)
    return "unhealthy";
  const auto busy = facts.connection_limit != 0
                    && now * 100 >= facts.connection_limit * busy_percent;
  return busy || facts.limited_addresses >= many_limited_addresses ? "degraded"
                                                                   : "healthy";
}

} // namespace

std::string encode_health(const health_facts& facts) {
  const auto& people = facts.people;
  const auto well = facts.source.is_ready();
  json_writer json;
  json.begin_object().key("status").text(well ? "healthy" : "degraded");
  json.key("service").text(service_name).key("version").text(facts.version);
  json.key("timestamp").real(unix_seconds(facts.now));
  json.key("uptime_seconds")
    .real(unix_seconds(facts.now) - unix_seconds(facts.started_at));
  json.key("database").text("not_used");
  json.key("components").begin_object();
  write_component(json, "database", "not_used");
  write_redis(json, facts.source);
  write_component(json, "ai_token_manager", "not_used");
  json.end_object();
  json.key("source").text(facts.source.is_redis ? "redis" : "embedded");
  json.key("websocket_connections").begin_object();
  json.key("admin_pools").number(people.admin_dialogs);
  json.key("site_pools").number(people.site_dialogs);
  json.key("total_connections").number(people.in_dialogs());
  json.key("by_role");
  write_roles(json, people.connections);
  return json.end_object().end_object().take();
}

std::string encode_liveness(const std::vector<shard_pulse>& shards) {
  auto stuck = false;
  for (const auto& shard : shards)
    stuck = stuck || shard.is_stuck;
  json_writer json;
  json.begin_object().key("status").text(stuck ? "stuck" : "alive");
  json.key("shards").begin_array();
  for (const auto& shard : shards) {
    json.begin_object().key("status").text(shard.is_stuck ? "stuck" : "alive");
    json.key("waiting_ms").signed_number(shard.waiting.count()).end_object();
  }
  return json.end_array().end_object().take();
}

std::string encode_readiness(const source_facts& source, bool draining) {
  const auto ready = source.is_ready() && !draining;
  json_writer json;
  json.begin_object().key("status").text(ready ? "ready" : "not_ready");
  json.key("checks").begin_object();
  json.key("source").begin_object();
  json.key("ok").boolean(source.is_ready());
  json.key("kind").text(source.is_redis ? "redis" : "embedded");
  json.key("state").text(source.state);
  if (!source.is_ready() && !source.reason.empty())
    json.key("reason").text(source.reason);
  json.end_object();
  json.key("not_draining").begin_object().key("ok").boolean(!draining);
  return json.end_object().end_object().end_object().take();
}

void write_stats(json_writer& json, const stats_facts& facts) {
  const auto& people = facts.people;
  json.begin_object().key("total_connections").number(people.in_dialogs());
  json.key("connection_details").begin_object();
  json.key("admin_dialogs").number(people.admin_dialogs);
  json.key("admin_connections").number(people.of(role::admin));
  json.key("site_dialogs").number(people.site_dialogs);
  json.key("site_connections").number(people.site_pool()).end_object();
  json.key("performance").begin_object();
  json.key("dialog_locks").number(people.dialogs);
  json.key("cleanup_cycles").number(0).end_object();
  json.key("rate_limiting").begin_object();
  json.key("rate_limited_ips").number(facts.limited_addresses);
  json.key("rate_limit_window")
    .number(static_cast<std::uint64_t>(facts.attempt_window.count()) / 1000);
  json.key("rate_limit_per_ip").number(facts.attempts_per_address);
  json.key("total_rate_limit_entries").number(facts.tracked_addresses);
  json.end_object();
  json.key("message_queue").begin_object();
  json.key("pending_messages").number(facts.pending_events);
  json.key("processed_messages").number(facts.processed_events);
  json.key("retry_ready").number(0);
  json.key("registered_websockets").number(people.in_dialogs()).end_object();
  json.key("timestamp").real(unix_seconds(facts.now));
  if (people.truncated)
    json.key("truncated").boolean(true);
  json.end_object();
}

std::string encode_stats(const stats_facts& facts) {
  json_writer json;
  write_stats(json, facts);
  return json.take();
}

std::string encode_websocket_health(const stats_facts& facts) {
  json_writer json;
  json.begin_object().key("status").text(verdict(facts));
  json.key("connections").number(facts.people.in_dialogs());
  json.key("rate_limited_ips").number(facts.limited_addresses);
  json.key("timestamp").real(unix_seconds(facts.now));
  return json.key("uptime").boolean(true).end_object().take();
}

std::string encode_bridge_health(const source_facts& source,
                                 std::chrono::system_clock::time_point now) {
  const auto ready = source.is_ready();
  const auto pick = [&](std::string_view good, std::string_view bad,
                        std::string_view unused) {
    return !source.is_redis ? unused : ready ? good : bad;
  };
  json_writer json;
  json.begin_object();
  json.key("status").text(pick("healthy", "unhealthy", "disabled"));
  json.key("subscriber").text(pick("running", "stopped", "stopped"));
  json.key("redis").text(pick("ok", "error", "not_used"));
  json.key("channels").begin_array();
  for (const auto& kind : room_kinds())
    json.text(std::string{kind.channel_prefix} + '*');
  json.end_array().key("enabled").boolean(source.is_redis);
  json.key("timestamp").text(naive_utc(now));
  return json.key("service").text("ws-bridge").end_object().take();
}

std::string encode_error(errc why, std::string_view request_id,
                         std::string_view message) {
  return encode_refusal(why, 0, request_id, message);
}

std::string encode_refusal(errc why, std::uint16_t code,
                           std::string_view request_id,
                           std::string_view message) {
  json_writer json;
  json.begin_object().key("error").text(word_of(why));
  json.key("message").text(message.empty() ? sentence_of(why) : message);
  if (code != 0)
    json.key("code").number(code);
  return json.key("request_id").text(request_id).end_object().take();
}

std::string_view widget_test_body() {
  return R"({"status":"ok","websocket":"send Sec-WebSocket-Key to upgrade"})";
}

} // namespace wsgw::protocol
