#include "tests/support/deterministic_system.hpp"
#include "tests/support/fake_log_store.hpp"

#include <doctest/doctest.h>

using namespace wsgw;
using namespace wsgw::actors;
using tests::deterministic_system;
using tests::fake_log_store;

namespace {

const std::string event =
  R"({"type":"message:new","message":{"id":1},"user_id":5})";

settings adopting() {
  settings config;
  config.log = log_mode::adopt;
  return config;
}

/// A hub that adopts, and an inbox of user 5 that counts its texts.
struct adopting_system {
  adopting_system() : sys(adopting()) {
    sys.shared().log = &store;
    store.on_published = [this](const std::string& room, std::string json) {
      sys.publish_unsettled(room, {std::move(json)});
    };
    sys.shared().inbox_connections = 1;
    inbox = sys.connect("user:5", protocol::role::user);
    store.publishes = 0;
    inbox.fresh();
  }

  fake_log_store store;
  deterministic_system sys;
  deterministic_system::client inbox;
};

} // namespace

TEST_SUITE("actors/router: adoption") {
  TEST_CASE("a plain event of a closed room goes through the log, once") {
    adopting_system a;
    a.sys.publish("dialog:20", {event, event});
    CHECK(a.store.publishes == 2);
    CHECK(a.store.log("dialog:20").head().seq == 1);
    CHECK(a.inbox.fresh() == std::vector{event});
  }

  TEST_CASE("an event of a closed inbox is adopted, too") {
    adopting_system a;
    a.sys.publish("user:9", {R"({"type":"balance"})"});
    CHECK(a.store.log("user:9").head().seq == 1);
  }

  TEST_CASE("ephemeral, numbered and broken events are not adopted") {
    adopting_system a;
    a.sys.publish("dialog:20",
                  {R"({"type":"typing_start"})",
                   R"({"_epoch":"k3x","_seq":1,"type":"x"})", "no event"});
    CHECK(a.store.publishes == 0);
  }

  TEST_CASE("what the log does not take still reaches the inbox") {
    adopting_system a;
    a.store.fail(false, "OOM");
    a.sys.publish("dialog:20", {event});
    CHECK(a.inbox.fresh() == std::vector{event});
    std::uint64_t failed = 0;
    for (auto* one : a.sys.shared().shards)
      failed += one->counters().adoptions_failed.get();
    CHECK(failed == 1);
  }

  TEST_CASE("without adoption a plain event stays plain") {
    auto config = adopting();
    config.log = log_mode::on;
    deterministic_system sys{config};
    fake_log_store store;
    sys.shared().log = &store;
    sys.publish("dialog:20", {event});
    CHECK(store.publishes == 0);
  }
}
