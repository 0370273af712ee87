#include "protocol/debug_body.hpp"

#include "protocol/json_writer.hpp"
#include "protocol/status_parts.hpp"
#include "protocol/timestamp.hpp"

namespace wsgw::protocol {

namespace {

using pool = std::size_t dialog_pools::*;

void write_pool(json_writer& json, const std::vector<dialog_pools>& dialogs,
                pool which) {
  json.begin_object();
  for (const auto& dialog : dialogs) {
    if (dialog.*which == 0)
      continue;
    json.key(dialog.id).begin_object();
    json.key("connection_count").number(dialog.*which);
    json.key("meta_count").number(dialog.*which).end_object();
  }
  json.end_object();
}

std::size_t total_of(const std::vector<dialog_pools>& dialogs, pool which) {
  std::size_t sum = 0;
  for (const auto& dialog : dialogs)
    sum += dialog.*which;
  return sum;
}

/// The ids of dialogs with somebody in `in` and, if given, nobody in `not_in`.
void write_ids(json_writer& json, const std::vector<dialog_pools>& dialogs,
               pool in, pool not_in = nullptr) {
  json.begin_array();
  for (const auto& dialog : dialogs)
    if (dialog.*in != 0 && (not_in == nullptr || dialog.*not_in == 0))
      json.raw(dialog.id);
  json.end_array();
}

dialog_pools asked_dialog(const sync_facts& facts) {
  for (const auto& dialog : facts.dialogs)
    if (dialog.id == facts.asked)
      return dialog;
  return {*facts.asked, 0, 0};
}

void write_sync_info(json_writer& json, const sync_facts& facts) {
  const auto& all = facts.dialogs;
  json.key("sync_info").begin_object().key("admin_dialogs");
  write_ids(json, all, &dialog_pools::admin);
  json.key("site_dialogs");
  write_ids(json, all, &dialog_pools::site);
  json.key("admin_connections_count")
    .number(total_of(all, &dialog_pools::admin));
  json.key("site_connections_count").number(total_of(all, &dialog_pools::site));
  if (facts.asked) {
    const auto one = asked_dialog(facts);
    json.key("specific_dialog").begin_object().key("dialog_id").raw(one.id);
    json.key("admin_connections").number(one.admin);
    json.key("site_connections").number(one.site);
    json.key("in_admin_pool").boolean(one.admin != 0);
    json.key("in_site_pool").boolean(one.site != 0).end_object();
  }
  json.key("admin_only_dialogs");
  write_ids(json, all, &dialog_pools::admin, &dialog_pools::site);
  json.key("site_only_dialogs");
  write_ids(json, all, &dialog_pools::site, &dialog_pools::admin);
  json.end_object();
}

void write_diagnosis(json_writer& json, const sync_facts& facts) {
  std::vector<std::string> issues;
  std::vector<std::string> recommendations;
  if (!facts.source.is_ready()) {
    issues.push_back("Redis is not ready: " + facts.source.reason);
    recommendations.emplace_back("Check REDIS_URL and the Redis server");
  }
  if (facts.stats.people.truncated)
    issues.emplace_back("A shard did not answer in time");
  if (facts.asked) {
    const auto one = asked_dialog(facts);
    if (one.admin + one.site == 0) {
      issues.push_back("Nobody is connected to dialog " + one.id);
      recommendations.emplace_back("Check the clients' address and token");
    }
  }
  json.key("diagnosis").begin_object().key("issues").begin_array();
  for (const auto& issue : issues)
    json.text(issue);
  json.end_array().key("recommendations").begin_array();
  for (const auto& recommendation : recommendations)
    json.text(recommendation);
  json.end_array();
  json.key("status").text(issues.empty() ? "healthy" : "has_issues");
  json.end_object();
}

void write_room(json_writer& json, const std::string& room) {
  if (!room.empty())
    json.key("room").text(room);
}

void write_actor(json_writer& json, const actor_facts& actor) {
  json.begin_object().key("kind").text(actor.kind).key("id").number(actor.id);
  json.key("shard").number(actor.shard);
  write_room(json, actor.room);
  json.key("mailbox").number(actor.mailbox);
  if (actor.kind == "dialog") {
    json.key("members");
    write_roles(json, actor.members);
    json.key("head").text(actor.head);
  } else if (actor.kind == "subscriber") {
    json.key("role").text(to_string(actor.as)).key("conn").text(actor.conn);
    json.key("outbox_bytes").number(actor.outbox_bytes);
    json.key("address").text(actor.address);
  }
  json.end_object();
}

/// The decimal id of `dialog:10`; null for rooms of other kinds.
void write_dialog_id(json_writer& json, const std::string& room) {
  constexpr std::string_view prefix = "dialog:";
  json.key("dialog_id");
  if (room.starts_with(prefix))
    json.raw(std::string_view{room}.substr(prefix.size()));
  else
    json.null();
}

void write_connection(json_writer& json, const actor_facts& actor) {
  json.begin_object().key("conn").text(actor.conn);
  json.key("role").text(to_string(actor.as));
  write_room(json, actor.room);
  write_dialog_id(json, actor.room);
  const auto is_stream = actor.speaks == dialect::sse;
  json.key("transport").text(is_stream ? "sse" : "websocket");
  // A stream's messages are those of v1.
  json.key("dialect").text(to_string(is_stream ? dialect::v1 : actor.speaks));
  json.key("address").text(actor.address);
  json.key("connected_at").text(rfc3339(actor.connected_at));
  json.key("last_seen_ms").signed_number(actor.last_seen.count());
  json.key("sent_seq").number(actor.sent_seq);
  json.key("acked_seq");
  if (actor.speaks == dialect::v1)
    json.number(actor.acked_seq);
  else
    json.null(); // it has no way to say
  json.key("outbox_bytes").number(actor.outbox_bytes);
  json.key("lagging").boolean(actor.is_lagging).end_object();
}

} // namespace

std::string encode_pool_status(const std::vector<dialog_pools>& dialogs,
                               bool truncated) {
  json_writer json;
  json.begin_object().key("service").text("ws-gateway").key("admin_pools");
  write_pool(json, dialogs, &dialog_pools::admin);
  json.key("site_pools");
  write_pool(json, dialogs, &dialog_pools::site);
  json.key("total_admin_connections")
    .number(total_of(dialogs, &dialog_pools::admin));
  json.key("total_site_connections")
    .number(total_of(dialogs, &dialog_pools::site));
  return json.key("truncated").boolean(truncated).end_object().take();
}

std::string encode_sync(const sync_facts& facts) {
  json_writer json;
  json.begin_object();
  if (facts.asked) {
    const auto one = asked_dialog(facts);
    json.key("dialog_id").raw(one.id);
    json.key("admin_connections").number(one.admin);
    json.key("site_connections").number(one.site);
    json.key("admin_metadata").number(one.admin);
    json.key("site_metadata").number(one.site);
    json.key("synchronized").boolean(true); // one owner, no second table
  }
  write_sync_info(json, facts);
  json.key("connection_stats");
  write_stats(json, facts.stats);
  write_diagnosis(json, facts);
  json.key("truncated").boolean(facts.stats.people.truncated);
  return json.end_object().take();
}

std::string encode_actors(const actor_list& list) {
  json_writer json;
  json.begin_object().key("actors").begin_array();
  for (const auto& actor : list.actors)
    write_actor(json, actor);
  json.end_array().key("total").number(list.total);
  return json.key("truncated").boolean(list.truncated).end_object().take();
}

std::string encode_connections(const actor_list& list) {
  json_writer json;
  json.begin_object().key("total").number(list.total).key("by_role");
  write_roles(json, list.by_role);
  json.key("connections").begin_array();
  for (const auto& actor : list.actors)
    write_connection(json, actor);
  json.end_array();
  return json.key("truncated").boolean(list.truncated).end_object().take();
}

} // namespace wsgw::protocol
