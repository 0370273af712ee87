#include "protocol/route.hpp"

#include <doctest/doctest.h>

#include <ostream>
#include <string>

namespace wsgw::protocol {

namespace {

/// `<endpoint> <role> <room>`, with a dash for what is absent, or the error.
std::string resolve(std::string_view path) {
  const auto route = parse_ws_route(path);
  if (!route)
    return std::string{word_of(route.error())};
  std::string text{to_string(route->where)};
  text += ' ';
  text += route->as ? to_string(*route->as) : "-";
  text += ' ';
  text += route->room ? route->room->text() : "-";
  return text;
}

} // namespace

TEST_SUITE("protocol/route") {

  TEST_CASE("every endpoint is found, with and without a trailing slash") {
    for (const std::string slash : {"", "/"}) {
      CHECK(resolve("/ws/dialogs/10" + slash)
            == "admin_dialog admin dialog:10");
      CHECK(resolve("/ws/site/dialogs/10" + slash)
            == "site_dialog site dialog:10");
      CHECK(resolve("/ws/widget/dialogs/10" + slash)
            == "widget_dialog widget dialog:10");
      CHECK(resolve("/ws/dialogs" + slash) == "inbox user -");
      CHECK(resolve("/ws/widget/test" + slash) == "widget_test - -");
      CHECK(resolve("/ws/echo" + slash) == "echo - -");
      CHECK(resolve("/ws/duels" + slash) == "duel - -");
    }
  }

  TEST_CASE("unknown paths are not found") {
    for (const auto* path : {"",
                             "/",
                             "/ws",
                             "/ws/",
                             "/ws/dialogs//",
                             "/ws/dialogs//10",
                             "/ws/dialogs/10//",
                             "/ws/dialogs/10/x",
                             "/ws/site",
                             "/ws/site/dialogs",
                             "/ws/site/dialogs/",
                             "/ws/widget",
                             "/ws/widget/dialogs",
                             "/ws/widget/test/1",
                             "/ws/echo//",
                             "/ws/Dialogs/10",
                             "/ws/dialogsx",
                             "/ws/dialog/10",
                             "/ws/realtime-metrics",
                             "ws/dialogs/10",
                             "/x/ws/dialogs/10"})
      CHECK_MESSAGE(resolve(path) == "not_found", path);
  }

  TEST_CASE("a dialog id that is no number in range is malformed") {
    for (const auto* id :
         {"abc", "0", "-1", "1.5", "10x", "9223372036854775808",
          "12345678901234567890123", " 10", "+10"})
      for (const std::string path :
           {"/ws/dialogs/", "/ws/site/dialogs/", "/ws/widget/dialogs/"})
        CHECK_MESSAGE(resolve(path + id) == "bad_dialog_id", path, id);
  }

  TEST_CASE("leading zeros lead to the same dialog") {
    CHECK(resolve("/ws/dialogs/0010") == "admin_dialog admin dialog:10");
  }

  TEST_CASE("the WebSocket namespace is /ws and what is below") {
    CHECK(is_ws_path("/ws"));
    CHECK(is_ws_path("/ws/"));
    CHECK(is_ws_path("/ws/nothing"));
    CHECK_FALSE(is_ws_path("/ws-health"));
    CHECK_FALSE(is_ws_path("/api/ws/bridge/health"));
    CHECK_FALSE(is_ws_path(""));
  }

  TEST_CASE("a target is split at the first question mark") {
    const auto target = request_target::parse("/ws/dialogs/10?token=a?b&v=1");
    CHECK(target.path == "/ws/dialogs/10");
    CHECK(target.query.last("token") == "a?b");
    CHECK(target.query.last("v") == "1");
  }

  TEST_CASE("the path is decoded once, a plus in it stays") {
    CHECK(request_target::parse("/ws/dialogs/%31%30").path == "/ws/dialogs/10");
    CHECK(request_target::parse("/a%2531+b").path == "/a%31+b");
    CHECK(request_target::parse("/a%3fb").path == "/a?b");
  }

  TEST_CASE("a whole URL is reduced to its path and query") {
    const auto target =
      request_target::parse("http://hub:8001/ws/dialogs/10?token=t");
    CHECK(target.path == "/ws/dialogs/10");
    CHECK(target.query.last("token") == "t");
    CHECK(request_target::parse("https://hub").path == "/");
  }

} // TEST_SUITE

TEST_SUITE("protocol/route: query_params") {

  TEST_CASE("of several values a token takes the last one") {
    const auto query = query_params::parse("token=a&x=1&token=b");
    CHECK(query.last("token") == "b");
    CHECK(query.last("x") == "1");
  }

  TEST_CASE("an empty last value counts as absent") {
    const auto query = query_params::parse("token=a&token=&site_token&=x&&");
    CHECK_FALSE(query.last("token"));
    CHECK_FALSE(query.last("site_token"));
    CHECK_FALSE(query.last("assistant_id"));
  }

  TEST_CASE("parent_origin takes the first value that is not empty") {
    const auto query = query_params::parse(
      "parent_origin=&parent_origin=https%3A%2F%2Fa.com&parent_origin=b");
    CHECK(query.first("parent_origin") == "https://a.com");
    CHECK_FALSE(query.first("token"));
  }

  TEST_CASE("names and values are decoded; bad escapes stay as they are") {
    const auto query =
      query_params::parse("a%62=%D0%AF+x&b=%zz%4&c=100%&d=%2&e=1=2=");
    CHECK(query.last("ab") == "Я x");
    CHECK(query.last("b") == "%zz%4");
    CHECK(query.last("c") == "100%");
    CHECK(query.last("d") == "%2");
    CHECK(query.last("e") == "1=2=");
  }

  TEST_CASE("a list of subprotocols offers v1 as a token of its own") {
    for (const auto* list :
         {"wsgw.v1", "a, wsgw.v1", "\twsgw.v1 ,b", ",wsgw.v1"})
      CHECK_MESSAGE(offers_v1(list), list);
    for (const auto* list :
         {"", ",", " ", "wsgw.v2", "WSGW.V1", "wsgw.v1x", "wsgw.v1 b", "a b"})
      CHECK_MESSAGE(!offers_v1(list), list);
  }

  TEST_CASE("v1 is spoken when it is asked for, but not by the inbox") {
    const auto opted = query_params::parse("v=1");
    const query_params none;
    for (const auto where : {endpoint::admin_dialog, endpoint::site_dialog,
                             endpoint::widget_dialog, endpoint::duel}) {
      CHECK(dialect_of(where, opted, "") == dialect::v1);
      CHECK(dialect_of(where, none, "wsgw.v1") == dialect::v1);
      CHECK(dialect_of(where, none, "chat") == dialect::legacy);
      CHECK(dialect_of(where, query_params::parse("v=2"), "")
            == dialect::legacy);
    }
    for (const auto where :
         {endpoint::inbox, endpoint::widget_test, endpoint::echo})
      CHECK(dialect_of(where, opted, "wsgw.v1") == dialect::legacy);
  }

  TEST_CASE("event streams exist for dialogs only") {
    const auto where = [](std::string_view path) {
      const auto route = parse_stream_route(path);
      return route ? std::string{to_string(route->where)} + " "
                       + route->room->text()
                   : std::string{word_of(route.error())};
    };
    for (const std::string slash : {"", "/"}) {
      CHECK(where("/sse/dialogs/10" + slash) == "admin_dialog dialog:10");
      CHECK(where("/sse/site/dialogs/7" + slash) == "site_dialog dialog:7");
      CHECK(where("/sse/widget/dialogs/7" + slash) == "widget_dialog dialog:7");
    }
    for (const auto* path : {"/sse", "/sse/", "/sse/dialogs", "/sse/dialogs/",
                             "/sse/echo", "/sse/widget/test", "/ws/dialogs/10",
                             "/ssedialogs/10", "/sse//dialogs/10", ""})
      CHECK_MESSAGE(where(path) == "not_found", path);
    CHECK(where("/sse/dialogs/0") == "bad_dialog_id");
    CHECK(is_stream_path("/sse"));
    CHECK(is_stream_path("/sse/x"));
    CHECK_FALSE(is_stream_path("/ssex"));
  }

} // TEST_SUITE

} // namespace wsgw::protocol
