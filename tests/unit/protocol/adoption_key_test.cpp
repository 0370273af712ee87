#include "protocol/adoption_key.hpp"
#include "protocol/digest.hpp"
#include "protocol/log_library.hpp"

#include <doctest/doctest.h>

using namespace wsgw::protocol;

namespace {

std::string key_of(const std::string& json) {
  const auto parsed = parse_event(json);
  REQUIRE(parsed);
  return adoption_key(*parsed, json);
}

} // namespace

TEST_SUITE("protocol/adoption_key") {
  TEST_CASE("a chat message is known by its id, as JSON") {
    CHECK(key_of(R"({"type":"message:new","message":{"id":7,"a":1}})")
          == "id:7");
    CHECK(key_of(R"({"type":"message:new", "message":{"a":2, "id": 7 }})")
          == "id:7");
    CHECK(key_of(R"({"type":"message:new","message":{"id":"7"}})")
          == R"(id:"7")");
  }

  TEST_CASE("what has no id is known by its bytes") {
    for (const std::string json :
         {R"({"type":"message:new","message":{"a":1}})",
          R"({"type":"message:new","message":{"id":null}})",
          R"({"type":"handoff_started","id":7})"})
      CHECK(key_of(json) == "sha256:" + sha256_hex(json));
  }

  TEST_CASE("an id of any length gives a short key") {
    const auto json = R"({"type":"message:new","message":{"id":")"
                      + std::string(5000, 'x') + R"("}})";
    CHECK(key_of(json) == "sha256:" + sha256_hex(json));
  }
}

TEST_SUITE("protocol/log_library") {
  TEST_CASE("the library is what FUNCTION LOAD wants") {
    CHECK(log_library().starts_with("#!lua name=wsgw\n"));
    CHECK(log_library().ends_with("{'no-writes'})\n"));
    CHECK(log_library_version() >= 1);
  }
}
