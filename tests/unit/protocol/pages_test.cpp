#include "protocol/audience.hpp"
#include "protocol/close_code.hpp"
#include "protocol/duel_text.hpp"
#include "protocol/errc.hpp"
#include "protocol/pages.hpp"
#include "protocol/route.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <map>
#include <string>
#include <string_view>

using namespace wsgw::protocol;

namespace {

bool has(std::string_view page, std::string_view text) {
  return page.find(text) != std::string_view::npos;
}

std::string in_code(std::string_view text) {
  return "<code>" + std::string{text} + "</code>";
}

/// The words in which the docs page tells a reader when to come back.
std::string_view words_of(reconnect policy) {
  static const std::map<reconnect, std::string_view> words{
    {reconnect::never, "no"},
    {reconnect::at_once, "at once"},
    {reconnect::new_token, "fetch a new token or ticket, then at once"},
    {reconnect::backoff, "with backoff"},
    {reconnect::long_backoff, "with long backoff"},
  };
  return words.at(policy);
}

/// The words of the client.
std::string_view rule_of(reconnect policy) {
  static const std::map<reconnect, std::string_view> rules{
    {reconnect::never, "never"},
    {reconnect::at_once, "at_once"},
    {reconnect::new_token, "new_token"},
    {reconnect::backoff, "backoff"},
    {reconnect::long_backoff, "long_backoff"},
  };
  return rules.at(policy);
}

/// The paths of the page's first table, read as a client would.
std::map<endpoint, std::string> documented_endpoints() {
  std::map<endpoint, std::string> found;
  const std::string_view opening = "<td><code>/ws";
  const auto page = docs_page();
  for (auto at = page.find(opening); at != page.npos;
       at = page.find(opening, at + 1)) {
    const auto begin = at + std::string_view{"<td><code>"}.size();
    std::string path{page.substr(begin, page.find('<', begin) - begin)};
    if (const auto id = path.find("{id}"); id != path.npos)
      path.replace(id, 4, "10");
    if (const auto route = parse_ws_route(path))
      found.emplace(route->where, path);
  }
  return found;
}

} // namespace

TEST_SUITE("protocol/pages") {

  TEST_CASE("the docs page names every WebSocket endpoint") {
    const auto found = documented_endpoints();
    for (const auto where :
         {endpoint::admin_dialog, endpoint::site_dialog,
          endpoint::widget_dialog, endpoint::inbox, endpoint::widget_test,
          endpoint::echo, endpoint::duel}) {
      CAPTURE(to_string(where));
      CHECK(found.contains(where));
    }
  }

  TEST_CASE("the docs page shows what a player of a duel hears") {
    const std::chrono::system_clock::time_point at{
      std::chrono::seconds{1'771'234'567}};
    for (const auto& text :
         {duel_connected("7", at), duel_pong(at), duel_closed("7"),
          duel_update_text("{…}"), duel_error("…")})
      CHECK_MESSAGE(has(docs_page(), in_code(text)), text);
    for (const auto word : {row_of(duel_refusal::invalid_ticket).legacy,
                            row_of(duel_refusal::ticket_already_used).legacy,
                            row_of(duel_refusal::duel_access_denied).legacy,
                            row_of(duel_refusal::duel_closed).legacy,
                            duel_message_too_large, duel_connection_timeout})
      CHECK_MESSAGE(has(docs_page(), in_code(word)), word);
  }

  TEST_CASE("the docs page tells of every close code when to come back") {
    const std::string page{docs_page()};
    for (const auto& row : close_table) {
      const auto reason = row.text.empty() ? "–" : in_code(row.text);
      const auto start =
        "<tr><td>" + std::to_string(row.code) + "<td>" + reason;
      const auto at = page.find(start);
      CAPTURE(start);
      REQUIRE(at != page.npos);
      const auto cell = page.find("<td>", at + start.size()) + 4;
      const auto words = page.substr(cell, page.find('\n', cell) - cell);
      CHECK(words == words_of(row.policy));
    }
  }

  TEST_CASE("the docs page names every type of event and its audience") {
    for (const auto& row : event_table) {
      const auto is_for_all = row.audience == role_set::all();
      const auto line = "<tr><td>" + in_code(row.type) + "<td>"
                        + (is_for_all ? "everyone\n" : "widget, site\n");
      CAPTURE(line);
      CHECK(has(docs_page(), line));
    }
  }

  TEST_CASE("the docs page gives every error word under its status") {
    const auto page = docs_page();
    const auto errors = page.substr(page.find("<section id=\"errors\">"));
    for (int i = 1; i < static_cast<int>(errc::event_not_json); ++i) {
      const auto e = static_cast<errc>(i);
      CAPTURE(word_of(e));
      const auto row =
        errors.find("<tr><td>" + std::to_string(http_status_of(e)) + "<td>");
      REQUIRE(row != errors.npos);
      const auto line = errors.substr(row, errors.find("<tr>", row + 1) - row);
      CHECK(has(line, in_code(word_of(e))));
    }
  }

  TEST_CASE("the client reconnects by the table of close codes") {
    for (const auto& row : close_table) {
      const auto rule = std::to_string(row.code) + ": \""
                        + std::string{rule_of(row.policy)} + '"';
      CAPTURE(rule);
      CHECK(has(client_module(), rule));
    }
  }

  TEST_CASE("the client's entity tag is a quoted text") {
    const auto tag = client_module_tag();
    CHECK(tag.size() == 18);
    CHECK(tag.starts_with('"'));
    CHECK(tag.ends_with('"'));
  }

  TEST_CASE("no page loads anything from elsewhere") {
    CHECK(has(demo_page(), "default-src 'none'"));
    CHECK(has(docs_page(), "default-src 'none'"));
    for (const auto page : {demo_page(), docs_page(), inspector_page()}) {
      CHECK(page.starts_with("<!doctype html>"));
      CHECK_FALSE(has(page, "src=\""));
      CHECK_FALSE(has(page, "rel=\"stylesheet\""));
      CHECK_FALSE(has(page, "href=\"http"));
    }
  }

  TEST_CASE("the inspector never makes markup of what it is told") {
    for (const auto* sink :
         {"innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval(",
          " onclick=", " style=", "javascript:", "localStorage."})
      CHECK_FALSE_MESSAGE(has(inspector_page(), sink), sink);
    const std::string sources{inspector_page_sources()};
    CHECK(sources.starts_with("style-src 'sha256-"));
    CHECK(has(sources, "; script-src 'sha256-"));
  }

} // TEST_SUITE
