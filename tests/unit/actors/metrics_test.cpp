#include "actors/metrics.hpp"
#include "actors/process_figures.hpp"
#include "tests/support/fake_hub.hpp"
#include "tests/support/http_fixture.hpp"
#include "transport/redis_link.hpp"

#include <doctest/doctest.h>

#include <set>
#include <sstream>

using namespace wsgw;
using namespace wsgw::actors;
using wsgw::tests::contains;
using wsgw::tests::fake_hub;

/// The family of a sample: a histogram's samples have a word more.
static std::string family_of(const std::string& sample,
                             const std::set<std::string>& families) {
  for (const auto* suffix : {"_bucket", "_sum", "_count"}) {
    const auto name = sample.substr(0, sample.rfind(suffix));
    if (sample.ends_with(suffix) && families.count(name) == 1)
      return name;
  }
  return sample;
}

TEST_SUITE("actors/metrics") {
  TEST_CASE_FIXTURE(fake_hub, "the contract's names carry the shards' sums") {
    add_dialog(0, "10", {2, 1, 0});
    add_dialog(1, "11", {0, 0, 3});
    shared.closed.add("1001");
    shared.closed.add("4003");
    const auto text = metrics_text(shared, {});
    for (const auto* line :
         {"websocket_connections_total 6\n",
          "websocket_connections_by_type{connection_type=\"admin\"} 2\n",
          "websocket_connections_by_type{connection_type=\"site\"} 4\n",
          "websocket_rate_limited_ips 0\n",
          "websocket_message_queue_pending 0\n", "redis_available 0\n",
          "websocket_close_codes_total{code=\"4003\","
          "reason=\"domain_not_allowed\"} 1\n",
          "wsgw_connections{role=\"widget\",transport=\"websocket\"} 1\n"})
      CHECK_MESSAGE(contains(text, line), line);
  }

  TEST_CASE_FIXTURE(tests::http_fixture, "each loop tells how late it is") {
    using std::chrono::milliseconds;
    auto& stuck = hub.loops[1].change_figures();
    stuck.probed(steady, steady + milliseconds{3}, steady + milliseconds{200});
    steady += milliseconds{1700}; // no loop has to work for this page
    std::optional<transport::http_response> answer;
    api.on_request(request("GET", "/metrics"),
                   [&](transport::http_response r) { answer = std::move(r); });
    REQUIRE(answer);
    CHECK(contains(answer->content_type, "text/plain"));
    for (const auto* line :
         {"wsgw_eventloop_lag_max_seconds{shard=\"0\"} 0\n",
          "wsgw_eventloop_lag_max_seconds{shard=\"1\"} 1.5\n",
          "wsgw_eventloop_lag_seconds_count{shard=\"1\"} 1\n",
          "wsgw_eventloop_lag_seconds_bucket{shard=\"1\",le=\"0.0025\"} 0\n",
          "wsgw_eventloop_lag_seconds_bucket{shard=\"1\",le=\"0.005\"} 1\n"})
      CHECK_MESSAGE(contains(answer->body, line), line);
  }

  TEST_CASE_FIXTURE(fake_hub, "ends of connections tell who began them") {
    for (const auto* name : {"1000 client", "1000 server", "1000 server"})
      shared.closed.add(name);
    const auto text = metrics_text(shared, {});
    for (const auto* line :
         {"wsgw_connections_closed_total{code=\"1000\","
          "initiator=\"client\"} 1\n",
          "wsgw_connections_closed_total{code=\"1000\","
          "initiator=\"server\"} 2\n",
          "websocket_close_codes_total{code=\"1000\",reason=\"normal\"} 3\n"})
      CHECK_MESSAGE(contains(text, line), line);
  }

  TEST_CASE_FIXTURE(fake_hub, "members are those here and elsewhere") {
    auto& counters = shards[0].counters();
    counters.members[0].add(2);
    shards[1].counters().members_elsewhere[0].add(3);
    shared.draining = true;
    shared.connections = 7;
    const auto text = metrics_text(shared, {});
    for (const auto* line : {"wsgw_subscriptions{role=\"admin\"} 2\n",
                             "wsgw_presence_members{role=\"admin\"} 5\n",
                             "wsgw_drain_clients_remaining 7\n"})
      CHECK_MESSAGE(contains(text, line), line);
  }

  TEST_CASE_FIXTURE(fake_hub, "Redis' answers are timed by command") {
    auto& times = shared.log_counts.commands;
    const std::vector<std::string> read{"FCALL_RO", "wsgw_read", "1"};
    std::size_t answers = 0;
    const auto count = [&](const transport::redis_reply&) { ++answers; };
    timed(times, read, count)(transport::redis_reply{});
    timed(times, {"PUBLISH", "ws:dialog:10"}, count)(transport::redis_reply{});
    timed(times, read, count)(
      transport::redis_reply{transport::redis_reply::failure{"link down"}});
    CHECK(answers == 3);
    const auto text = metrics_text(shared, {});
    for (const auto* line :
         {"wsgw_redis_command_duration_seconds_count{command=\"wsgw_read\"} "
          "1\n",
          "wsgw_redis_command_duration_seconds_count{command=\"PUBLISH\"} 1\n"})
      CHECK_MESSAGE(contains(text, line), line);
  }

  TEST_CASE_FIXTURE(fake_hub, "labels are bounded whatever peers invent") {
    for (int code = 3000; code < 5000; ++code)
      shared.closed.add(std::to_string(code));
    shared.refused.add("a sentence of the backend");
    shared.refused.add("not_found");
    shared.refused.add("Domain not allowed");
    const auto text = metrics_text(shared, {});
    CHECK(contains(text, "wsgw_connections_closed_total{code=\"other\","));
    CHECK(!contains(text, "code=\"3000\""));
    CHECK(contains(text, "reason=\"other\"} 1\n"));
    CHECK(contains(text, "reason=\"not_found\"} 1\n"));
    CHECK(contains(text, "reason=\"domain_not_allowed\"} 1\n"));
  }

  TEST_CASE_FIXTURE(fake_hub,
                    "every family has help, a type and a right name") {
    shared.closed.add("1000");
    std::istringstream text{metrics_text(shared, {})};
    std::set<std::string> helped;
    std::set<std::string> typed;
    for (std::string line; std::getline(text, line);) {
      std::istringstream words{line};
      std::string hash;
      std::string what;
      std::string name;
      words >> hash >> what >> name;
      if (what == "HELP") {
        CHECK_MESSAGE(helped.insert(name).second, name);
      } else if (what == "TYPE") {
        std::string type;
        words >> type;
        CHECK_MESSAGE(typed.insert(name).second, name);
        if (type != "untyped")
          CHECK_MESSAGE(name.ends_with("_total") == (type == "counter"), name);
      } else {
        const auto sample = hash.substr(0, hash.find('{'));
        CHECK_MESSAGE(typed.count(family_of(sample, typed)) == 1, line);
      }
    }
    CHECK(helped == typed);
    CHECK(helped.count("wsgw_build_info") == 1);
    CHECK(helped.count("process_resident_memory_bytes") == 1);
  }

  TEST_CASE_FIXTURE(fake_hub,
                    "Redis shows as up only when it is used and ready") {
    set_source(source_status::kind::redis, source_status::state::ready);
    CHECK(contains(metrics_text(shared, {}), "\nwsgw_redis_up 1\n"));
    set_source(source_status::kind::redis, source_status::state::down);
    CHECK(contains(metrics_text(shared, {}), "\nwsgw_redis_up 0\n"));
  }
}

TEST_SUITE("actors/process_figures") {
  TEST_CASE("a name with blanks and parentheses does not shift the fields") {
    const auto figures = parse_process_stat(
      "7 (a) b (c)) S 1 7 7 0 -1 4194560 100 0 0 0 250 50 0 0 20 0 3 0 "
      "1000 4096000 2 18446744073709551615 1 1",
      1'000.0);
    REQUIRE(figures);
    CHECK(figures->cpu_seconds == doctest::Approx(3.0));
    CHECK(figures->threads == 3);
    CHECK(figures->virtual_bytes == 4'096'000);
    CHECK(figures->start_seconds == doctest::Approx(1'010.0));
  }

  TEST_CASE("a line that is cut short gives nothing") {
    CHECK(!parse_process_stat("7 (a) S 1 2", 0));
    CHECK(!parse_process_stat("", 0));
  }
}
