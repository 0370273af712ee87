#include "actors/redis_fleet.hpp"
#include "tests/support/blocking_log.hpp"
#include "tests/support/redis_server.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <mutex>

using namespace wsgw;
using namespace wsgw::actors;
using namespace wsgw::tests;
using namespace std::chrono_literals;

namespace {

/// Notes what a source sends to its broadcaster, in order: `event <json>`, or
/// the server and its news.
class record {
public:
  void add(std::string text) {
    std::lock_guard lock{mutex_};
    seen_.push_back(std::move(text));
  }
  std::vector<std::string> seen() const {
    std::lock_guard lock{mutex_};
    return seen_;
  }
  std::ptrdiff_t times(const std::string& text) const {
    const auto all = seen();
    return std::count(all.begin(), all.end(), text);
  }
  bool hears(const std::string& text, std::ptrdiff_t count = 1) const {
    return eventually([&] { return times(text) >= count; }, 20s);
  }

private:
  mutable std::mutex mutex_;
  std::vector<std::string> seen_;
};

std::string word(const messages::link_state& state) {
  constexpr std::array words{"lost", "restored", "commands_ready"};
  return std::to_string(state.server) + ' '
         + words.at(static_cast<std::size_t>(state.what));
}

broadcaster_actor::behavior_type noting(record* into) {
  return {
    [into](messages::ingest& batch) {
      for (auto& each : batch.events)
        into->add("event " + each.json);
    },
    [](messages::append&) {},
    [into](const messages::link_state& state) { into->add(word(state)); },
    [](const messages::room_presence&) {},
    [](const messages::pulse&) {},
    [](messages::join&) {},
    [](const messages::retire&) {},
  };
}

/// A fleet of Redis servers over one loop, and what its broadcaster hears.
class fleet_fixture {
public:
  fleet_fixture(const std::string& urls, settings config)
      : shared(std::move(config)),
        fleet_(shared,
               std::get<std::vector<transport::redis_endpoint>>(
                 transport::parse_redis_urls(urls)),
               {{&home_, &*loop_}}) {
    shared.broadcaster = system_.spawn(
      [this](broadcaster_actor::pointer) { return noting(&heard); });
    fleet_.install();
    fleet_.start();
  }
  ~fleet_fixture() {
    fleet_.stop();
    caf::anon_send_exit(shared.broadcaster, caf::exit_reason::user_shutdown);
    shared.broadcaster = nullptr;
  }

  bool is_ready() {
    return eventually(
      [this] { return shared.source().now == source_status::state::ready; });
  }
  /// Appends and waits for the answer.
  store_result<appended> append(const std::string& room,
                                const std::string& json,
                                const std::string& key) {
    std::promise<store_result<appended>> promise;
    shared.append(room_of(room), json, key, [&promise](auto result) {
      promise.set_value(std::move(result));
    });
    return promise.get_future().get();
  }

  record heard;

private:
  caf::actor_system_config config_;
  caf::actor_system system_{config_};
  running_loop loop_;
  shard home_{system_, *loop_, 0};

public:
  hub shared;

private:
  redis_fleet fleet_;
};

settings with_log(log_mode mode) {
  settings config;
  config.log = mode;
  return config;
}

const std::string event = R"({"type":"x"})";

} // namespace

TEST_SUITE("integration/log/redis_source") {
  TEST_CASE("a lost subscription is said, and its return before any event") {
    redis_server redis;
    fleet_fixture fleet{redis.url(), with_log(log_mode::off)};
    REQUIRE(fleet.is_ready());
    for (std::ptrdiff_t round = 1; round <= 5; ++round) {
      REQUIRE(redis.cli("CLIENT", "KILL", "TYPE", "pubsub") != "0");
      CHECK(eventually([&] {
        redis.cli("PUBLISH", "ws:dialog:1", event);
        return fleet.heard.times("0 restored") > round;
      }));
    }
    CHECK(fleet.heard.hears("0 lost", 5));
    auto is_up = false;
    for (const auto& each : fleet.heard.seen()) {
      if (each.starts_with("event"))
        CHECK(is_up);
      else
        is_up = each == "0 restored";
    }
  }

  TEST_CASE("with a log the node is ready when that can be used") {
    redis_server redis;
    fleet_fixture fleet{redis.url(), with_log(log_mode::on)};
    REQUIRE(fleet.is_ready());
    CHECK(fleet.heard.hears("0 commands_ready"));
    redis.cli("CLIENT", "KILL", "TYPE", "normal");
    CHECK(fleet.heard.hears("0 commands_ready", 2));
    const auto result = std::get<appended>(fleet.append("dialog:1", event, ""));
    CHECK(result.at.seq == 1);
    CHECK(fleet.heard.hears(R"(event {"_epoch":")" + result.at.epoch
                            + R"(","_seq":1,"type":"x"})"));
  }

  TEST_CASE("an event that is too large leaves its number") {
    auto config = with_log(log_mode::on);
    config.max_event_bytes = 1024;
    redis_server redis;
    fleet_fixture fleet{redis.url(), config};
    REQUIRE(fleet.is_ready());
    const auto big = R"({"type":")" + std::string(2000, 'x') + R"("})";
    const auto at = std::get<appended>(fleet.append("dialog:1", big, "")).at;
    CHECK(
      fleet.heard.hears(R"(event {"_epoch":")" + at.epoch + R"(","_seq":1,)"));
    redis.cli("PUBLISH", "ws:dialog:1", big);
    redis.cli("PUBLISH", "ws:dialog:1", event);
    CHECK(fleet.heard.hears("event " + event));
    CHECK(fleet.heard.times("event " + big) == 0);
    CHECK(fleet.shared.bad_events.snapshot().at("event_too_large") == 2);
  }

  TEST_CASE("without a log a key publishes once") {
    redis_server redis;
    fleet_fixture fleet{redis.url(), with_log(log_mode::off)};
    REQUIRE(fleet.is_ready());
    const auto first = std::get<appended>(fleet.append("dialog:1", event, "k"));
    const auto again = std::get<appended>(fleet.append("dialog:1", event, "k"));
    const auto other = std::get<appended>(fleet.append("dialog:2", event, "k"));
    CHECK(first.at.epoch.empty());
    CHECK(!first.is_duplicate);
    CHECK(again.is_duplicate);
    CHECK(!other.is_duplicate);
    fleet.append("dialog:1", R"({"type":"end"})", "");
    CHECK(fleet.heard.hears(R"(event {"type":"end"})"));
    CHECK(fleet.heard.times("event " + event) == 2);
    const auto ttl = std::stol(redis.cli("PTTL", "ws:idem:{dialog:1}:k"));
    CHECK(ttl > 290'000);
  }

  TEST_CASE("the news of several servers are told apart") {
    redis_server one;
    redis_server two;
    fleet_fixture fleet{one.url() + "?name=one," + two.url() + "?name=two",
                        with_log(log_mode::on)};
    REQUIRE(fleet.is_ready());
    two.stop();
    CHECK(fleet.heard.hears("1 lost"));
    CHECK(fleet.heard.times("0 lost") == 0);
    CHECK(eventually(
      [&] { return fleet.shared.source().now == source_status::state::down; }));
    CHECK(fleet.shared.source().reason.starts_with("two: "));
    two.start();
    CHECK(fleet.is_ready());
    CHECK(fleet.heard.hears("1 restored", 2));
    CHECK(fleet.heard.hears("1 commands_ready", 2));
  }

  TEST_CASE("rooms are appended where rendezvous hashing puts them") {
    redis_server one;
    redis_server two;
    fleet_fixture fleet{one.url() + "?name=one," + two.url() + "?name=two",
                        with_log(log_mode::on)};
    REQUIRE(fleet.is_ready());
    for (int n = 1; n <= 20; ++n)
      CHECK(error_of(fleet.append("dialog:" + std::to_string(n), event, ""))
              .empty());
    std::size_t on_two = 0;
    for (int n = 1; n <= 20; ++n) {
      const auto room = "dialog:" + std::to_string(n);
      const auto is_on_two = fleet.shared.server_of(room_of(room)) == 1;
      on_two += is_on_two ? 1 : 0;
      CHECK((is_on_two ? two : one).cli("EXISTS", "ws:log:{" + room + "}")
            == "1");
    }
    CHECK(on_two > 0);
    CHECK(on_two < 20);
  }
}
