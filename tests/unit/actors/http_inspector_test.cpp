#include "protocol/pages.hpp"
#include "tests/support/http_fixture.hpp"
#include "tests/support/json_document.hpp"

#include <doctest/doctest.h>

using namespace wsgw;
using namespace wsgw::actors;
using wsgw::protocol::role;
using wsgw::tests::contains;
using wsgw::tests::http_fixture;
using wsgw::tests::json_document;

namespace {

struct crowd : http_fixture {
  crowd() {
    hub.add_dialog(0, "10", {1, 0, 0});
    hub.add_dialog(1, "9", {0, 0, 1});
    first = hub.add_subscriber(0, "dialog:10", role::admin);
    second = hub.add_subscriber(1, "dialog:9", role::site);
    second->conn = "beef";
    second->user_id = "5";
    second->address = "10.0.0.7";
  }

  /// The names in a list, in its order.
  std::string names(const std::string& target, const std::string& list,
                    const std::string& member) {
    const auto answer = get(target);
    if (answer.status != 200)
      return std::to_string(answer.status);
    const json_document body{answer.body};
    std::string found;
    const auto rows = "/" + list + "/rows";
    for (std::size_t i = 0; i < body.size(rows.c_str()); ++i)
      found +=
        body.text((rows + "/" + std::to_string(i) + "/" + member).c_str())
        + " ";
    return found;
  }
  std::string rooms(const std::string& query) {
    return names("/debug/v1/rooms?" + query, "rooms", "room");
  }
  std::string sockets(const std::string& query) {
    return names("/debug/v1/sockets?" + query, "sockets", "conn");
  }

  actor_info* first;
  actor_info* second;
};

} // namespace

TEST_SUITE("actors/http_inspector") {

  TEST_CASE_FIXTURE(crowd, "the overview tells each shard's load") {
    second->outbox_bytes = hub.shared.config().outbox_bytes / 4;
    hub.shards[1].counters().events_in.add(3);
    const json_document body{get("/debug/v1/overview").body};
    CHECK(body.text("/source/kind") == "embedded");
    CHECK(body.number("/shards/0/sockets") == 1);
    CHECK(body.number("/shards/0/slow_sockets") == 0);
    CHECK(body.number("/shards/1/slow_sockets") == 1);
    CHECK(body.number("/shards/1/outbox_most")
          == static_cast<std::int64_t>(second->outbox_bytes));
    CHECK(body.number("/shards/1/counters/events_in") == 3);
    CHECK(!body.boolean("/truncated"));
  }

  TEST_CASE_FIXTURE(crowd, "rooms are found by name, user and address") {
    CHECK(rooms("") == "dialog:9 dialog:10 ");
    CHECK(rooms("q=10") == "dialog:10 dialog:9 "); // 10.0.0.7 is in dialog:9
    CHECK(rooms("q=10&by=room") == "dialog:10 ");
    CHECK(rooms("q=dialog:9") == "dialog:9 ");
    CHECK(rooms("q=5&by=user") == "dialog:9 ");
    CHECK(rooms("q=10.0.&by=address") == "dialog:9 ");
    CHECK(rooms("q=be&by=conn") == "dialog:9 ");
    CHECK(rooms("q=nobody") == "");
  }

  TEST_CASE_FIXTURE(crowd, "lists are sorted, and cut after that") {
    first->outbox_bytes = 100;
    CHECK(rooms("sort=outbox") == "dialog:10 dialog:9 ");
    CHECK(rooms("sort=-outbox") == "dialog:9 dialog:10 ");
    CHECK(rooms("sort=outbox&limit=1") == "dialog:10 ");
    CHECK(contains(get("/debug/v1/rooms?limit=1").body,
                   R"("total":2,"truncated":true)"));
    CHECK(sockets("sort=address") == "beef 7f3a ");
    CHECK(sockets("sort=-address") == "7f3a beef ");
    CHECK(sockets("sort=user") == "7f3a beef ");
  }

  TEST_CASE_FIXTURE(crowd, "the best of many rows are kept") {
    for (std::size_t i = 0; i < 300; ++i) {
      auto* socket = hub.add_subscriber(0, "dialog:10", role::admin);
      socket->conn = std::to_string(i);
      socket->outbox_bytes = 1000 + (i * 7) % 300; // each once, not in order
    }
    CHECK(sockets("sort=outbox&limit=3") == "257 214 171 ");
    CHECK(sockets("sort=-outbox&limit=2") == "7f3a beef ");
    CHECK(sockets("limit=0") == "");
    CHECK(contains(get("/debug/v1/sockets?limit=0").body, R"("total":302)"));
  }

  TEST_CASE_FIXTURE(crowd, "who lags is slow and comes first") {
    first->is_lagging = true;
    first->sent_seq = 40;
    CHECK(sockets("") == "7f3a beef ");
    CHECK(contains(get("/debug/v1/sockets?q=7f3a").body,
                   R"("behind":2,"outbox_bytes":7,"mailbox":0,)"
                   R"("lagging":true,"slow":true)"));
    const json_document room{get("/debug/v1/rooms?q=10&by=room").body};
    CHECK(room.boolean("/rooms/rows/0/slow"));
    CHECK(room.number("/rooms/rows/0/behind") == 2);
    CHECK(room.number("/rooms/rows/0/slow_sockets") == 1);
  }

  TEST_CASE_FIXTURE(crowd, "questions that make no sense are refused") {
    for (const auto* target :
         {"/debug/v1/rooms?by=colour", "/debug/v1/rooms?sort=colour",
          "/debug/v1/sockets?limit=1001", "/debug/v1/sockets?limit=x",
          "/debug/v1/room", "/debug/v1/room?room=nothing",
          "/debug/v1/room?dialog_id=0"})
      CHECK_MESSAGE(get(target).status == 400, target);
  }

  TEST_CASE_FIXTURE(crowd, "a shard that does not answer is left out") {
    std::optional<transport::http_response> answer;
    api.on_request(request("GET", "/debug/v1/rooms"),
                   [&](transport::http_response r) { answer = std::move(r); });
    hub.loops[0].advance(std::chrono::seconds{3});
    REQUIRE(answer);
    CHECK(contains(answer->body, R"("total":1,"truncated":true)"));
    hub.run();
  }

  TEST_CASE_FIXTURE(http_fixture, "the data is behind the door of /debug") {
    for (const auto* target :
         {"/debug/v1/overview", "/debug/v1/rooms", "/debug/v1/sockets",
          "/debug/v1/room?room=dialog:1"}) {
      auto remote = request("GET", target);
      remote.peer = "192.0.2.7";
      CHECK_MESSAGE(ask(remote)->status == 403, target);
    }
  }

  TEST_CASE_FIXTURE(http_fixture, "the page is open and may run only itself") {
    auto remote = request("GET", "/debug/ui");
    remote.peer = "192.0.2.7";
    const auto page = *ask(remote);
    CHECK(page.status == 200);
    CHECK(page.body == protocol::inspector_page());
    const auto policy = header(page, "Content-Security-Policy");
    CHECK(policy.starts_with("default-src 'none'; style-src 'sha256-"));
    CHECK(contains(policy, "; script-src 'sha256-"));
    CHECK(contains(policy, "frame-ancestors 'none'"));
    CHECK(!contains(policy, "unsafe"));
    CHECK(header(page, "X-Content-Type-Options") == "nosniff");
  }
}
