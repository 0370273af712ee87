#include "actors/explain_facts.hpp"

#include "actors/journal.hpp"
#include "protocol/cursor.hpp"

#include <unordered_map>
#include <utility>
#include <vector>

namespace wsgw::actors {

namespace explain = protocol::explain;

namespace {

/// Collects from the actors of one shard and from its journal.
class collector {
public:
  collector(shard& where, const explain::question& asked)
      : where_(where), asked_(asked) {}

  explain::node_fact run(std::chrono::system_clock::time_point now) {
    result_.since = where_.past().since();
    result_.events = where_.past().find(asked_);
    where_.actors().for_each([this](const describable& who) { look_at(who); });
    for (auto& who : where_.past().departed(asked_, now)) {
      // Its room may not have heard yet that it is gone.
      const auto settled = !who.stretches.empty();
      const auto conn = conn_of(who);
      add(conn, std::move(who), !settled);
    }
    for (auto& [conn, who] : present_)
      add(conn, std::move(who), true);
    return std::move(result_);
  }

private:
  static protocol::connection_id conn_of(const explain::connection_fact& who) {
    return protocol::connection_id{std::stoull(who.conn, nullptr, 16)};
  }

  void look_at(const describable& who) {
    connection_trace trace(asked_.room);
    if (who.trace(trace)) {
      take(trace);
      return;
    }
    actor_info info;
    who.describe(info);
    if (info.kind != "dialog" || info.room != asked_.room.text())
      return;
    if (auto head = protocol::parse_cursor(info.head)) {
      result_.epoch = std::move(head->epoch);
      result_.head = head->seq;
    }
    std::vector<room_reading> all;
    who.readings(all);
    for (const auto& each : all)
      readings_.insert_or_assign(each.conn, each.at);
  }

  void take(const connection_trace& trace) {
    const auto conn = protocol::to_string(trace.conn);
    if (trace.room != asked_.room
        || !asked_.is_about(conn, trace.user_id, trace.as))
      return;
    explain::connection_fact who;
    who.conn = conn;
    who.as = trace.as;
    who.speaks = trace.speaks;
    who.user_id = trace.user_id;
    who.connected_at = trace.joined_at;
    present_.emplace_back(trace.conn, std::move(who));
  }

  void add(protocol::connection_id conn, explain::connection_fact who,
           bool is_open) {
    if (result_.connections.size() >= most_explained) {
      result_.is_truncated = true;
      return;
    }
    auto stretches = where_.past().earlier(conn);
    stretches.insert(stretches.end(), who.stretches.begin(),
                     who.stretches.end());
    if (const auto found = readings_.find(conn);
        is_open && found != readings_.end())
      stretches.push_back(found->second);
    who.stretches = std::move(stretches);
    result_.connections.push_back(std::move(who));
  }

  shard& where_;
  const explain::question& asked_;
  explain::node_fact result_;
  std::vector<std::pair<protocol::connection_id, explain::connection_fact>>
    present_;
  std::unordered_map<protocol::connection_id, explain::stretch> readings_;
};

} // namespace

explain::node_fact explain_facts(shard& where, const explain::question& asked,
                                 std::chrono::system_clock::time_point now,
                                 const std::string& node) {
  auto facts = collector{where, asked}.run(now);
  facts.node = node;
  for (auto& each : facts.events)
    each.node = node;
  for (auto& each : facts.connections)
    each.node = node;
  return facts;
}

} // namespace wsgw::actors
