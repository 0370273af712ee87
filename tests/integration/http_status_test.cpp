#include "tests/support/json_document.hpp"
#include "tests/support/running_hub.hpp"

#include <doctest/doctest.h>

#include <cstdio>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <unistd.h>

namespace wsgw::tests {

namespace {

/// Dialog 10 with two admins, a widget and a site, dialog 20 with an admin.
struct populated_hub {
  running_hub hub;
  ws_client first = connect(hub.gateway, admin_target(10));
  ws_client second = connect(hub.gateway, admin_target(10));
  ws_client widget = connect(hub.gateway, widget_target(10));
  ws_client site = connect(hub.gateway, site_target(10));
  ws_client other = connect(hub.gateway, admin_target(20));

  /// A connection counts at once, its dialog learns of it a moment later.
  bool settled = eventually([this] {
    const auto target = "/debug/actors?kind=dialog&dialog_id=20";
    const json_document last{hub.gateway.get(target).body};
    return last.number("/total") == 1
           && last.number("/actors/0/members/admin") == 1;
  });

  json_document get(const std::string& target) const {
    REQUIRE(settled);
    const auto reply = hub.gateway.get(target);
    CAPTURE(target);
    CHECK(reply.status == 200);
    CHECK(reply.header("content-type").starts_with("application/json"));
    return json_document{reply.body};
  }
};

bool has_program(const std::string& name) {
  const auto found = run_to_end({"/bin/sh", "-c", "command -v " + name},
                                {{"PATH", "/usr/local/bin:/usr/bin:/bin"}});
  return found.exit_code == 0;
}

} // namespace

TEST_SUITE("integration/http_status") {

  TEST_CASE("health has both shapes that scripts know") {
    populated_hub at;
    for (const std::string path : {"/health", "/ws-health"}) {
      const auto health = at.get(path);
      CHECK(health.text("/status") == "healthy");
      CHECK(health.real("/timestamp") > 1.6e9);
      CHECK(health.text("/components/redis/status") == "healthy");
      CHECK(health.text("/components/database/status") == "not_used");
      CHECK(health.text("/service") == "ws-gateway");
      CHECK(health.text("/database") == "not_used"); // it has none
      CHECK(health.number("/websocket_connections/admin_pools") == 2);
      CHECK(health.number("/websocket_connections/site_pools") == 1);
      CHECK(health.number("/websocket_connections/total_connections") == 5);
    }
  }

  TEST_CASE("live and ready say yes in JSON") {
    populated_hub at;
    CHECK(at.get("/live").has("/status"));
    CHECK(at.get("/ready").has("/status"));
  }

  TEST_CASE("docs is a page that names every endpoint") {
    gateway_process gateway;
    const auto docs = gateway.get("/docs");
    CHECK(docs.status == 200);
    CHECK(docs.header("content-type").starts_with("text/html"));
    for (const std::string path :
         {"/ws/dialogs", "/ws/site/dialogs", "/ws/widget/dialogs", "/health",
          "/live", "/ready", "/ws-health", "/metrics", "/debug/actors",
          "/debug/connections", "/api/debug/websocket/status",
          "/api/debug/websocket/sync", "/api/websocket/stats",
          "/api/websocket/health", "/api/ws/bridge/health"})
      CHECK_MESSAGE(docs.body.find(path) != std::string::npos, path);
  }

  TEST_CASE("the pool status counts widgets as site") {
    populated_hub at;
    const auto status = at.get("/api/debug/websocket/status");
    CHECK(status.text("/service") == "ws-gateway");
    CHECK(status.number("/admin_pools/10/connection_count") == 2);
    CHECK(status.number("/admin_pools/10/meta_count") == 2);
    CHECK(status.number("/admin_pools/20/connection_count") == 1);
    CHECK(status.number("/site_pools/10/connection_count") == 2);
    CHECK_FALSE(status.has("/site_pools/20"));
    CHECK(status.number("/total_admin_connections") == 3);
    CHECK(status.number("/total_site_connections") == 2);
  }

  TEST_CASE("sync of one dialog answers both shapes at once") {
    populated_hub at;
    const auto sync = at.get("/api/debug/websocket/sync?dialog_id=10");
    CHECK(sync.number("/dialog_id") == 10);
    CHECK(sync.number("/admin_connections") == 2);
    CHECK(sync.number("/site_connections") == 2);
    CHECK(sync.number("/admin_metadata") == 2);
    CHECK(sync.number("/site_metadata") == 2);
    CHECK(sync.boolean("/synchronized"));
    const auto in = [](const char* name) {
      return std::string{"/sync_info/specific_dialog/"} + name;
    };
    CHECK(sync.number(in("dialog_id").c_str()) == 10);
    CHECK(sync.number(in("admin_connections").c_str()) == 2);
    CHECK(sync.boolean(in("in_admin_pool").c_str()));
    CHECK(sync.boolean(in("in_site_pool").c_str()));
  }

  TEST_CASE("sync of everything says what is where") {
    populated_hub at;
    const auto sync = at.get("/api/debug/websocket/sync");
    CHECK(sync.size("/sync_info/admin_dialogs") == 2);
    CHECK(sync.size("/sync_info/site_dialogs") == 1);
    CHECK(sync.number("/sync_info/site_dialogs/0") == 10);
    CHECK(sync.number("/sync_info/admin_connections_count") == 3);
    CHECK(sync.number("/sync_info/site_connections_count") == 2);
    CHECK(sync.number("/connection_stats/total_connections") == 5);
    CHECK(sync.size("/diagnosis/issues") <= 5);
    CHECK(sync.has("/diagnosis/recommendations"));
    CHECK(sync.has("/diagnosis/status"));
    CHECK(at.hub.gateway.status_of("/api/debug/websocket/sync?dialog_id=x")
          == 400);
  }

  TEST_CASE("the statistics keep the shape of the reference") {
    populated_hub at;
    const auto stats = at.get("/api/websocket/stats");
    CHECK(stats.number("/total_connections") == 5);
    CHECK(stats.number("/connection_details/admin_dialogs") == 2);
    CHECK(stats.number("/connection_details/admin_connections") == 3);
    CHECK(stats.number("/connection_details/site_dialogs") == 1);
    CHECK(stats.number("/connection_details/site_connections") == 2);
    for (const auto* member :
         {"/performance/dialog_locks", "/performance/cleanup_cycles",
          "/rate_limiting/rate_limited_ips", "/rate_limiting/rate_limit_window",
          "/rate_limiting/rate_limit_per_ip",
          "/rate_limiting/total_rate_limit_entries",
          "/message_queue/pending_messages",
          "/message_queue/processed_messages", "/message_queue/retry_ready",
          "/message_queue/registered_websockets"})
      CHECK(stats.number(member) >= 0);
    CHECK(stats.real("/timestamp") > 1.6e9);
    const auto health = at.get("/api/websocket/health");
    CHECK(health.text("/status") == "healthy");
    CHECK(health.number("/connections") == 5);
    CHECK(health.boolean("/uptime"));
  }

  TEST_CASE("the bridge's health follows Redis") {
    running_hub hub;
    const auto state = [&] {
      return json_document{hub.gateway.get("/api/ws/bridge/health").body};
    };
    CHECK(state().text("/status") == "healthy");
    CHECK(state().text("/subscriber") == "running");
    CHECK(state().text("/redis") == "ok");
    CHECK(state().text("/channels/0") == "ws:dialog:*");
    CHECK(state().text("/service") == "ws-bridge");
    CHECK(state().boolean("/enabled"));
    CHECK(state().text("/timestamp").size() >= 19);
    hub.redis.stop();
    CHECK(eventually([&] { return state().text("/status") == "unhealthy"; }));
    CHECK(state().text("/subscriber") == "stopped");
    CHECK(state().text("/redis") == "error");
  }

  TEST_CASE("every connection is listed with where it is from") {
    populated_hub at;
    const auto list = at.get("/debug/connections");
    CHECK(list.number("/total") == 5);
    CHECK(list.number("/by_role/admin") == 3);
    CHECK(list.number("/by_role/widget") == 1);
    CHECK(list.number("/by_role/site") == 1);
    CHECK(list.number("/by_role/user") == 0);
    CHECK_FALSE(list.boolean("/truncated"));
    REQUIRE(list.size("/connections") == 5);
    CHECK(list.text("/connections/0/address") == "127.0.0.1");
    CHECK(list.text("/connections/0/transport") == "websocket");
    CHECK(list.text("/connections/0/dialect") == "legacy");
    for (const auto* member : {"conn", "role", "dialog_id", "connected_at",
                               "last_seen_ms", "sent_seq", "outbox_bytes"})
      CHECK(list.has((std::string{"/connections/0/"} + member).c_str()));
  }

  TEST_CASE("every actor is listed, by kind and dialog if asked") {
    populated_hub at;
    const auto all = at.get("/debug/actors");
    CHECK(all.number("/total") >= 5 + 2 + 1);
    CHECK(static_cast<std::int64_t>(all.size("/actors"))
          == all.number("/total"));
    CHECK(at.get("/debug/actors?kind=broadcaster").number("/total") == 1);
    CHECK(at.get("/debug/actors?kind=subscriber").number("/total") == 5);
    CHECK(at.get("/debug/actors?dialog_id=20").number("/total") == 2);
    const auto dialog = at.get("/debug/actors?kind=dialog&dialog_id=10");
    REQUIRE(dialog.number("/total") == 1);
    CHECK(dialog.text("/actors/0/room") == "dialog:10");
    CHECK(dialog.number("/actors/0/members/admin") == 2);
    CHECK(dialog.number("/actors/0/members/widget") == 1);
    CHECK(dialog.number("/actors/0/members/site") == 1);
    CHECK(dialog.number("/actors/0/shard") <= 1);
    CHECK(dialog.number("/actors/0/mailbox") >= 0);
    const auto one = at.get("/debug/actors?limit=1");
    CHECK(one.size("/actors") == 1);
    CHECK(one.number("/total") == all.number("/total"));
    CHECK(one.boolean("/truncated"));
  }

  TEST_CASE("the metrics hold the reference's names and ours") {
    populated_hub at;
    at.hub.publish(10, message_new(10, bare_message(1, "counted")));
    REQUIRE(at.site.read_text().has_value());
    const auto& gateway = at.hub.gateway;
    CHECK(gateway.metric("websocket_connections_total") == 5);
    CHECK(gateway.metric("websocket_connections_by_type", R"("admin")") == 3);
    CHECK(gateway.metric("websocket_connections_by_type", R"("site")") == 2);
    CHECK(gateway.metric("redis_available") == 1);
    CHECK(gateway.metric("wsgw_events_received_total") == 1);
    CHECK(gateway.metric("wsgw_events_delivered_total") == 4);
    const auto text = gateway.get("/metrics");
    CHECK(text.header("content-type").starts_with("text/plain"));
    for (const std::string name :
         {"websocket_rate_limited_ips", "websocket_message_queue_pending",
          "websocket_message_queue_processed_total",
          "websocket_close_codes_total",
          "websocket_connection_duration_seconds", "wsgw_build_info"})
      CHECK_MESSAGE(text.body.find(name) != std::string::npos, name);
  }

  TEST_CASE("the metrics are well-formed: families, types, no series twice") {
    populated_hub at;
    std::istringstream lines{at.hub.gateway.get("/metrics").body};
    const std::regex sample{
      R"re(([a-z_][a-z0-9_]*)(\{([a-z_]+="[^"\n]*",?)*\})? [-+0-9.eInf]+)re"};
    std::set<std::string> series;
    std::string family;
    for (std::string line; std::getline(lines, line);) {
      CAPTURE(line);
      std::smatch parts;
      if (line.starts_with("# TYPE "))
        family = line.substr(7, line.find(' ', 7) - 7);
      if (line.starts_with("#"))
        continue;
      REQUIRE(std::regex_match(line, parts, sample));
      CHECK(parts[1].str().starts_with(family));
      CHECK(series.insert(line.substr(0, line.rfind(' '))).second);
    }
    CHECK(series.size() > 40);
  }

  TEST_CASE("promtool finds no fault with the metrics") {
    if (!has_program("promtool"))
      return; // not packaged with what the build needs
    populated_hub at;
    const auto path = "/tmp/ws-gateway-metrics." + std::to_string(::getpid());
    std::ofstream{path} << at.hub.gateway.get("/metrics").body;
    const auto checked =
      run_to_end({"/bin/sh", "-c", "promtool check metrics < " + path},
                 {{"PATH", "/usr/local/bin:/usr/bin:/bin"}});
    CHECK_MESSAGE(checked.exit_code == 0, checked.output, checked.errors);
    std::remove(path.c_str());
  }
}

} // namespace wsgw::tests
