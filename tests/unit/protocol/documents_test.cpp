#include "protocol/close_code.hpp"
#include "protocol/duel_state.hpp"
#include "protocol/duel_text.hpp"
#include "protocol/errc.hpp"
#include "protocol/event.hpp"
#include "protocol/numbered_event.hpp"
#include "protocol/route.hpp"
#include "protocol/v1_command.hpp"

#include <doctest/doctest.h>
#include <rapidjson/document.h>

#include <chrono>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "v1_samples.hpp"

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

/// The blocks of `language` below the heading `## <title>`.
std::vector<std::string> blocks_of(const std::string& title,
                                   const std::string& language) {
  const auto& text = protocol_document();
  const auto begin = text.find("\n## " + title + "\n");
  REQUIRE_MESSAGE(begin != text.npos, title);
  const auto section =
    text.substr(begin, text.find("\n## ", begin + 1) - begin);
  const auto opening = "\n```" + language + "\n";
  std::vector<std::string> blocks;
  for (auto at = section.find(opening); at != section.npos;
       at = section.find(opening, at)) {
    at += opening.size();
    const auto end = section.find("\n```", at);
    blocks.push_back(section.substr(at, end - at));
    at = end + 4;
  }
  return blocks;
}

/// What the encoders write for each message that dialect `d` knows.
std::set<std::string> samples_in(dialect d) {
  std::set<std::string> texts;
  for (const auto& sample : v1_samples())
    if (d == dialect::v1 || sample.sse)
      texts.emplace(text_in(d, sample.make(d)));
  return texts;
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

  TEST_CASE("every frame of v1 is shown as the encoders write it") {
    const auto shown = blocks_of("v1: from the server", "json");
    CHECK(std::set<std::string>(shown.begin(), shown.end())
          == samples_in(dialect::v1));
    CHECK(shown.size() == v1_samples().size());
  }

  TEST_CASE("every message of v1 stands below a heading of its name") {
    std::string headings;
    std::istringstream lines{protocol_document()};
    for (std::string line; std::getline(lines, line);)
      if (line.starts_with("### "))
        headings += line;
    for (const auto& frame : samples_in(dialect::v1)) {
      rapidjson::Document json;
      json.Parse(frame);
      const auto word = '`' + std::string{json["type"].GetString()} + '`';
      CAPTURE(word);
      CHECK(headings.find(word) != headings.npos);
    }
  }

  TEST_CASE("the blocks of server-sent events are the encoders'") {
    const auto known = samples_in(dialect::sse);
    const auto shown = blocks_of("Server-sent events", "text");
    CHECK(shown.size() >= 3);
    for (const auto& block : shown)
      CHECK_MESSAGE(known.count(block + "\n\n") == 1, block);
  }

  TEST_CASE("every command of v1 is shown, and taken as it is shown") {
    std::set<std::size_t> shown;
    for (const auto& text : blocks_of("v1: from the client", "json")) {
      CAPTURE(text);
      const auto command = v1::parse_command(text);
      CHECK_FALSE(std::holds_alternative<v1::malformed>(command.body));
      CHECK_FALSE(std::holds_alternative<v1::unknown>(command.body));
      shown.insert(command.body.index());
    }
    CHECK(shown.size() == std::variant_size_v<v1::command_body> - 2);
  }

  TEST_CASE("what is published is shown as an event with its number") {
    const auto shown = blocks_of("Publishing", "json");
    REQUIRE_FALSE(shown.empty());
    CHECK(number_of(shown.front()) == cursor{"k3x", 43});
    CHECK(parse_event(shown.front()));
    for (const auto& text : shown)
      CHECK_FALSE(rapidjson::Document{}.Parse(text).HasParseError());
  }

  TEST_CASE("every frame of a duel is shown as the encoders write it") {
    const std::chrono::system_clock::time_point at{
      std::chrono::seconds{1'771'234'567}};
    std::set<std::string> written{
      duel_connected("7", at), duel_pong(at), duel_closed("7"),
      duel_error(duel_message_too_large), duel_error(duel_connection_timeout)};
    for (const auto& block : blocks_of("Duels", "json"))
      if (const auto update = read_duel_update(block))
        CHECK(block == duel_update_text(update->payload));
      else
        CHECK_MESSAGE(written.erase(block) == 1, block);
    CHECK(written.empty());
  }

  TEST_CASE("every refusal of a duel is in its table") {
    for (const auto why :
         {duel_refusal::invalid_ticket, duel_refusal::ticket_expired,
          duel_refusal::ticket_already_used, duel_refusal::duel_access_denied,
          duel_refusal::duel_closed}) {
      const auto& row = row_of(why);
      const auto cells = "| `" + std::string{row.legacy} + "` | `"
                         + std::string{row.v1} + "`, "
                         + std::to_string(row_of(row.close).code) + " |";
      CHECK_MESSAGE(shows(cells), cells);
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
