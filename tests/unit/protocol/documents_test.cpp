#include "protocol/close_code.hpp"
#include "protocol/errc.hpp"
#include "protocol/route.hpp"

#include <doctest/doctest.h>
#include <rapidjson/document.h>

#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

using namespace wsgw::protocol;

namespace {

std::string content_of(const std::string& path) {
  std::ostringstream content;
  content << std::ifstream{path}.rdbuf();
  REQUIRE_MESSAGE(!content.str().empty(), path);
  return content.str();
}

const std::string& protocol_document() {
  static const auto text = content_of(WSGW_TEST_DATA "/../../docs/protocol.md");
  return text;
}

bool shows(std::string_view text) {
  return protocol_document().find(text) != std::string::npos;
}

std::string_view words_of(reconnect policy) {
  switch (policy) {
  case reconnect::never:
    return "no";
  case reconnect::at_once:
    return "at once";
  case reconnect::new_token:
    return "fetch a new token or ticket, then at once";
  case reconnect::backoff:
    return "with backoff";
  case reconnect::long_backoff:
    return "with long backoff";
  }
  return {};
}

} // namespace

TEST_SUITE("docs/protocol.md") {

  TEST_CASE("the examples of events are those of the golden files") {
    for (const auto* name :
         {"message_new", "handoff_requested", "handoff_started",
          "handoff_released", "handoff_cancelled", "operator_handling",
          "message_received", "typing_start", "typing_stop", "any_other_type",
          "to_admin"}) {
      CAPTURE(name);
      rapidjson::Document golden;
      golden.Parse(
        content_of(std::string{WSGW_TEST_DATA "/events/"} + name + ".json"));
      CHECK(shows("```json\n" + std::string{golden["published"].GetString()}
                  + "\n```"));
      const auto received = golden["frames"].MemberBegin();
      CHECK(shows("```json\n" + std::string{received->value.GetString()}
                  + "\n```"));
    }
  }

  TEST_CASE("the table of close codes is the one of the code") {
    for (const auto& row : close_table) {
      const auto reason =
        row.text.empty() ? "–" : '`' + std::string{row.text} + '`';
      const auto line = "\n| " + std::to_string(row.code) + " | " + reason
                        + " | " + std::string{words_of(row.policy)} + " | ";
      CAPTURE(line);
      CHECK(shows(line));
    }
  }

  TEST_CASE("every reason to skip an event is named") {
    for (int i = static_cast<int>(errc::event_not_json);
         i <= static_cast<int>(errc::event_bad_room); ++i) {
      const auto word = word_of(static_cast<errc>(i));
      CAPTURE(word);
      CHECK(shows('`' + std::string{word} + '`'));
    }
  }

} // TEST_SUITE
