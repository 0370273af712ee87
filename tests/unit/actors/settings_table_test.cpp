#include "actors/settings_table.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>

using namespace wsgw::actors;
using namespace std::chrono_literals;

namespace {

const setting_row& row_called(std::string_view name) {
  for (const auto& row : settings_table())
    if (row.name == name)
      return row;
  throw std::logic_error{"no row " + std::string{name}};
}

/// The value that `text` gives, as text again; "refused" when it is not taken.
std::string normalised(std::string_view name, std::string_view text) {
  settings target;
  const auto& row = row_called(name);
  return apply_text(row, text, target) ? value_text(row, target) : "refused";
}

} // namespace

TEST_SUITE("actors/settings_table") {
  TEST_CASE("names and flags are unique") {
    std::set<std::string> seen;
    for (const auto& row : settings_table()) {
      CHECK_MESSAGE(seen.insert(std::string{row.name}).second, row.name);
      CHECK_MESSAGE(seen.insert(flag_of(row)).second, row.name);
    }
  }

  TEST_CASE("every default is a value that its own row accepts") {
    for (const auto& row : settings_table()) {
      settings target;
      const auto text = value_text(row, settings{});
      if (!text.empty())
        CHECK_MESSAGE(apply_text(row, text, target), row.name);
      CHECK_MESSAGE(value_text(row, target) == text, row.name);
    }
  }

  TEST_CASE("flags are kebab-case without the prefix") {
    CHECK(flag_of(row_called("WS_PORT")) == "--port");
    CHECK(flag_of(row_called("ENVIRONMENT")) == "--environment");
    CHECK(flag_of(row_called("REDIS_URL")) == "--redis-url");
    CHECK(flag_of(row_called("SITE_SECRET")) == "--site-secret-file");
    CHECK(flag_of(row_called("WS_MAX_CONNECTIONS_PER_DIALOG"))
          == "--max-connections-per-dialog");
  }

  TEST_CASE("durations take units, fractions and bare seconds") {
    CHECK(normalised("WS_PING_INTERVAL_SECONDS", "25") == "25s");
    CHECK(normalised("WS_PING_INTERVAL_SECONDS", "0.5") == "500ms");
    CHECK(normalised("WS_PING_INTERVAL_SECONDS", "250ms") == "250ms");
    CHECK(normalised("WS_PING_INTERVAL_SECONDS", "1.5 m") == "90s");
    CHECK(normalised("WS_HISTORY_TTL", "2h") == "2h");
    CHECK(normalised("WS_HISTORY_TTL", "0") == "0");
    for (const auto* bad : {"", "s", "-1", "1d", "1.2.3", "0.0001", "9e9",
                            "1h1", "0x10", "99h", "inf", "nan"})
      CHECK_MESSAGE(normalised("WS_PING_INTERVAL_SECONDS", bad) == "refused",
                    bad);
  }

  TEST_CASE("what is called _MS counts milliseconds without a unit") {
    CHECK(normalised("WEBSOCKET_FORCED_MIN_INTERVAL_MS", "120") == "120ms");
    CHECK(normalised("WEBSOCKET_FORCED_MIN_INTERVAL_MS", "1s") == "1s");
  }

  TEST_CASE("the duels' limits raise what is too small, and only that") {
    const auto clamped = [](std::string_view name, std::string_view text) {
      return clamped_text(row_called(name), text).value_or("as it is");
    };
    CHECK(clamped("WEBSOCKET_CLIENT_TIMEOUT_SECONDS", "5") == "30s");
    CHECK(clamped("WEBSOCKET_CLIENT_TIMEOUT_SECONDS", "30") == "as it is");
    CHECK(clamped("WEBSOCKET_SYNC_INTERVAL", "0.00001") == "500ms");
    CHECK(clamped("WEBSOCKET_FORCED_MIN_INTERVAL_MS", "-5") == "0");
    CHECK(clamped("WEBSOCKET_FULL_SYNC_BATCH_SIZE", "0") == "1");
    CHECK(clamped("WEBSOCKET_MAX_MESSAGE_BYTES", "10") == "256");
    CHECK(clamped("WEBSOCKET_MAX_MESSAGE_BYTES", "ten") == "as it is");
    CHECK(clamped("WEBSOCKET_MAX_MESSAGE_BYTES", "-") == "as it is");
    CHECK(clamped("WEBSOCKET_MAX_PER_PLAYER", "0") == "as it is");
    CHECK(clamped("WS_MAX_MESSAGE_BYTES", "10") == "as it is");
  }

  TEST_CASE("sizes take binary units") {
    CHECK(normalised("WS_OUTBOX_BYTES", "1048576") == "1MiB");
    CHECK(normalised("WS_OUTBOX_BYTES", "1.5KIB") == "refused");
    CHECK(normalised("WS_OUTBOX_BYTES", "64kib") == "64KiB");
    CHECK(normalised("WS_OUTBOX_BYTES", "0.5MiB") == "512KiB");
    CHECK(normalised("WS_OUTBOX_BYTES", "1MB") == "refused");
    CHECK(normalised("WS_PORT", "8KiB") == "refused");
  }

  TEST_CASE("words are understood in any case") {
    CHECK(normalised("WS_ECHO", "Yes") == "true");
    CHECK(normalised("WS_ECHO", "0") == "false");
    CHECK(normalised("WS_LOG_LEVEL", "WARN") == "warning");
    CHECK(normalised("ENVIRONMENT", "staging") == "refused");
  }

  TEST_CASE("lists are trimmed, lower case and may be emptied by none") {
    CHECK(normalised("WS_TRUSTED_IFRAME_HOSTS", " A.com , b.com,,")
          == "a.com,b.com");
    CHECK(normalised("WS_TRUSTED_IFRAME_HOSTS", "none").empty());
    CHECK(normalised("WS_TRUSTED_PROXIES", "none").empty());
  }

  TEST_CASE("secrets are masked, of a URL only the credentials") {
    settings config;
    config.secret_key = "hush";
    config.redis_url = "redis://u:p@ss@host:1/2";
    CHECK(masked_value(row_called("SECRET_KEY"), config) == "***");
    CHECK(masked_value(row_called("REDIS_URL"), config)
          == "redis://***@host:1/2");
    config.redis_url = "redis://:pw@a/1,unix:///s,redis://u:p,w@b";
    CHECK(masked_value(row_called("REDIS_URL"), config)
          == "redis://***@a/1,unix:///s,redis://***@b");
    CHECK(masked_value(row_called("SITE_SECRET"), config).empty());
  }
}
