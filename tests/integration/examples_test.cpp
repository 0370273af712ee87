#include "tests/support/child_process.hpp"
#include "tests/support/json_document.hpp"
#include "tests/support/running_hub.hpp"

#include <doctest/doctest.h>

#include <filesystem>

namespace wsgw::tests {

namespace {

const std::string examples = WSGW_SOURCE_ROOT "/deploy/examples/";

/// Runs an example, which must succeed, and reads what it prints.
json_document run_example(const std::vector<std::string>& words) {
  const auto done = run_to_end(words, {});
  REQUIRE_MESSAGE(done.exit_code == 0, done.output, done.errors);
  return json_document{done.output};
}

/// The words of the example up to the dialog, message and text.
void check_example(running_hub& hub, std::vector<std::string> words) {
  auto client = connect(hub.gateway, admin_target(10));
  for (const auto* each : {"10", "7", "hello"})
    words.emplace_back(each);
  const auto first = run_example(words);
  CHECK(first.number("/seq") == 1);
  CHECK(first.text("/cursor") == first.text("/epoch") + ":0");
  CHECK(!first.boolean("/duplicate"));
  const auto heard = client.read_text(patience);
  REQUIRE(heard);
  CHECK(json_document{*heard}.text("/text") == "hello");
  const auto again = run_example(words);
  CHECK(again.number("/seq") == 1);
  CHECK(again.boolean("/duplicate"));
  CHECK(hub.redis.cli("XLEN", "ws:log:{dialog:10}") == "1");
}

} // namespace

TEST_SUITE("integration/examples") {

  TEST_CASE("the Python example publishes once") {
    running_hub hub{{{"WS_LOG", "on"}}};
    check_example(
      hub, {"/usr/bin/python3", examples + "publish.py", hub.redis.url()});
  }

  TEST_CASE("the PHP example publishes once") {
    if (!std::filesystem::exists("/usr/bin/php")) {
      MESSAGE("skipped: no /usr/bin/php (php-cli, php-redis)");
      return;
    }
    running_hub hub{{{"WS_LOG", "on"}}};
    check_example(hub, {"/usr/bin/php", examples + "publish.php", "127.0.0.1",
                        std::to_string(hub.redis.port())});
  }
}

} // namespace wsgw::tests
