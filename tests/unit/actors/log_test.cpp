#include "actors/line_limits.hpp"
#include "actors/log.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstdio>
#include <string>
#include <thread>
#include <vector>

using namespace wsgw;
using namespace wsgw::actors;
using namespace std::chrono_literals;

namespace {

/// Runs `what` while logging into a temporary file; returns what was written.
template <class F>
std::string logged(log_level least, log_format format, F what) {
  auto* out = std::tmpfile();
  REQUIRE(out != nullptr);
  {
    log::session session{least, format, out};
    what();
  }
  std::string text(static_cast<std::size_t>(std::ftell(out)), '\0');
  std::rewind(out);
  REQUIRE(std::fread(text.data(), 1, text.size(), out) == text.size());
  std::fclose(out);
  return text;
}

std::size_t count(const std::string& text, std::string_view what) {
  std::size_t found = 0;
  for (auto at = text.find(what); at != std::string::npos;
       at = text.find(what, at + 1))
    ++found;
  return found;
}

const auto dialog_10 = *protocol::room_id::parse("dialog:10");

} // namespace

TEST_SUITE("actors/log") {
  TEST_CASE("each role's lines carry its marker in both formats") {
    for (const auto format : {log_format::json, log_format::console}) {
      const auto text = logged(log_level::info, format, [] {
        for (const auto role : protocol::all_roles)
          log::connected({role, &dialog_10, "7f", "192.0.2.1"}, 1);
        log::disconnected({protocol::role::site, &dialog_10, "7f", "::1"}, 1001,
                          "Heartbeat timeout", 0);
      });
      CHECK(count(text, "[Admin] WebSocket connected to dialog 10") == 1);
      CHECK(count(text, "[Widget] WebSocket connected to dialog 10") == 1);
      CHECK(count(text, "[Site] WebSocket connected to dialog 10") == 1);
      CHECK(count(text, "[Site] WebSocket disconnected from dialog 10") == 1);
      CHECK(count(text, "Heartbeat timeout") == 1);
    }
  }

  TEST_CASE("a 4003 line has the format that operations grep for") {
    const std::vector<std::string> hosts{"a", "b"};
    const auto text = logged(log_level::info, log_format::json, [&] {
      log::forbidden_domain({"https://evil.com", std::nullopt, hosts, true});
    });
    CHECK(count(text, "WEBSOCKET_4003_ERROR: origin=https://evil.com, "
                      "parent_origin=None, trusted_hosts=['a', 'b']")
          == 1);
    CHECK(count(text, "Forbidden domain: origin=https://evil.com, "
                      "parent_origin=None for site_token")
          == 1);
  }

  TEST_CASE("without a token a forbidden domain is one plain warning") {
    const auto text = logged(log_level::info, log_format::console, [] {
      log::forbidden_domain({"https://x.spam", std::nullopt, {}, false});
    });
    CHECK(count(text, "Forbidden domain: https://x.spam (no token)") == 1);
    CHECK(count(text, "WEBSOCKET_4003_ERROR") == 0);
  }

  TEST_CASE("lines below the level are not written") {
    const auto text = logged(log_level::warning, log_format::json, [] {
      CHECK(!log::enabled(log_level::info));
      log::info("Test", "quiet");
      log::warning("Test", "loud", {{"code", 4003}});
    });
    CHECK(count(text, "quiet") == 0);
    CHECK(count(text, "\"msg\":\"loud\"") == 1);
    CHECK(count(text, "\"code\":4003") == 1);
  }

  TEST_CASE("the level may change while the session lasts") {
    const auto lines = logged(log_level::info, log_format::json, [] {
      log::debug("t", "before");
      log::set_level(log_level::debug);
      log::debug("t", "after");
    });
    CHECK(lines.find("before") == std::string::npos);
    CHECK(lines.find("after") != std::string::npos);
    log::set_level(log_level::debug);
    CHECK_FALSE(log::enabled(log_level::error));
  }

  TEST_CASE("without a session nothing is enabled and nothing happens") {
    CHECK(!log::enabled(log_level::error));
    log::error("Test", "into the void");
  }

  TEST_CASE("a repeated warning is written once a minute per key") {
    const auto text = logged(log_level::info, log_format::json, [] {
      for (int i = 0; i < 5; ++i)
        log::repeated_warning("log_test", "Redis", "link down");
      log::repeated_warning("log_test other", "Redis", "link down");
    });
    CHECK(count(text, "link down") == 2);
  }

  TEST_CASE("a burst of broadcasts is cut to a hundred lines a second") {
    const auto text = logged(log_level::info, log_format::console, [] {
      for (int i = 0; i < 1000; ++i)
        log::broadcasting(dialog_10, 2, {});
    });
    const auto lines =
      count(text, "Broadcasting message to dialog 10: 2 connections");
    CHECK(lines >= 100);
    CHECK(lines <= 300); // the second may turn once or twice meanwhile
  }

  TEST_CASE("a delivery names the trace of its event, if it has one") {
    const auto text = logged(log_level::info, log_format::json, [] {
      // Lines are counted by thread, and this one has had its share.
      std::thread{[] {
        log::broadcasting(dialog_10, 2, "4bf92f3577b34da6");
        log::broadcasting(dialog_10, 3, {});
      }}.join();
    });
    CHECK(count(text, R"("trace_id":"4bf92f3577b34da6")") == 1);
    CHECK(count(text, "trace_id") == 1);
  }

  TEST_CASE("token-like parameters are masked in targets") {
    CHECK(log::redact("/ws/dialogs/1?token=a.b.c&x=1")
          == "/ws/dialogs/1?token=***&x=1");
    CHECK(log::redact("/a?site_token=x&ticket=y&Token=z")
          == "/a?site_token=***&ticket=***&Token=***");
    CHECK(log::redact("/a?%74oken=x") == "/a?%74oken=***");
    CHECK(log::redact("/a?assistant_id=3") == "/a?assistant_id=3");
    CHECK(log::redact("/a") == "/a");
    CHECK(log::redact("/a?") == "/a?");
  }
}

TEST_SUITE("actors/line_limits") {
  const lines_per_key::clock::time_point start{1h};

  TEST_CASE("a new second admits again and tells what was left out") {
    lines_per_second limiter{2};
    CHECK(limiter.admit(start) == 0);
    CHECK(limiter.admit(start) == 0);
    CHECK(!limiter.admit(start + 999ms));
    CHECK(!limiter.admit(start + 999ms));
    CHECK(limiter.admit(start + 1s) == 2);
    CHECK(limiter.admit(start + 1s) == 0);
  }

  TEST_CASE("keys do not share their minute") {
    lines_per_key limiter;
    CHECK(limiter.admit("a", start) == 0);
    CHECK(!limiter.admit("a", start + 59s));
    CHECK(limiter.admit("b", start + 59s) == 0);
    CHECK(limiter.admit("a", start + 60s) == 1);
  }

  TEST_CASE("the number of remembered keys is bounded") {
    lines_per_key limiter{1, 10};
    for (int i = 0; i < 100; ++i)
      limiter.admit(std::to_string(i), start);
    CHECK(limiter.keys() <= 10);
  }
}
