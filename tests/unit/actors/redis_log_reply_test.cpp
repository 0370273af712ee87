#include "actors/redis_log_reply.hpp"

#include <doctest/doctest.h>

using namespace wsgw;
using namespace wsgw::actors;
using transport::redis_reply;

namespace {

redis_reply text(std::string value) { return {std::move(value)}; }
redis_reply number(std::int64_t value) { return {value}; }
redis_reply error(std::string value) {
  return {redis_reply::failure{std::move(value)}};
}
redis_reply list(redis_reply::array values) { return {std::move(values)}; }
redis_reply entry(std::int64_t seq, std::string json) {
  return list({number(seq), text(std::move(json))});
}

store_result<protocol::log_page> page(redis_reply::array fields,
                                      std::size_t most = 100) {
  auto reply = list(std::move(fields));
  return read_log_page(reply, most);
}

template <class T>
std::string problem(const store_result<T>& result) {
  const auto* wrong = std::get_if<store_error>(&result);
  return wrong == nullptr ? std::string{} : wrong->text;
}

const std::string unexpected = "unexpected reply of Redis";

} // namespace

TEST_SUITE("actors/redis_log_reply") {
  TEST_CASE("a cursor is read, anything else is an error") {
    CHECK(std::get<protocol::cursor>(read_cursor(text("k3x:42")))
          == protocol::cursor{"k3x", 42});
    for (const auto& reply :
         {text("k3x"), text("K:1"), number(7), redis_reply{}, list({})})
      CHECK(problem(read_cursor(reply)) == unexpected);
  }

  TEST_CASE("an appended event is read") {
    const auto result = std::get<appended>(
      read_appended(list({text("k3x"), number(3), number(1)})));
    CHECK(result.at == protocol::cursor{"k3x", 3});
    CHECK(result.is_duplicate);
  }

  TEST_CASE("an appended event of another shape is an error") {
    for (const auto& reply :
         {text("x"), list({}), list({text("k3x"), number(3)}),
          list({text(""), number(3), number(0)}),
          list({text("k3x"), number(-1), number(0)}),
          list({text("k3x"), text("3"), number(0)}),
          list({number(1), number(3), number(0)})})
      CHECK(problem(read_appended(reply)) == unexpected);
  }

  TEST_CASE("Redis' own errors keep their text") {
    const auto full = std::get<store_error>(read_appended(error("OOM x")));
    CHECK(full.text == "OOM x");
    CHECK(!full.is_link_down);
    CHECK(std::get<store_error>(read_cursor(error("link down"))).is_link_down);
    CHECK(problem(page({})) == unexpected);
    auto reply = error("READONLY x");
    CHECK(problem(read_log_page(reply, 1)) == "READONLY x");
  }

  TEST_CASE("a page is read with its events in order") {
    const auto result = std::get<protocol::log_page>(
      page({text("k3x"), number(9), number(4), text("broker_lost_tail"),
            entry(5, "{\"a\":1}"), entry(8, "{}")}));
    CHECK(result.epoch == "k3x");
    CHECK(result.head == 9);
    CHECK(result.first == 4);
    CHECK(result.renewed == "broker_lost_tail");
    REQUIRE(result.events.size() == 2);
    CHECK(result.events[0].seq == 5);
    CHECK(result.events[0].json == "{\"a\":1}");
  }

  TEST_CASE("the page of an unknown room has no epoch") {
    CHECK(std::get<protocol::log_page>(
            page({text(""), number(0), number(1), text("")}))
            .epoch.empty());
  }

  TEST_CASE("an event that is too large keeps its number") {
    const auto result = std::get<protocol::log_page>(
      page({text("k3x"), number(2), number(1), text(""), entry(1, "12345"),
            entry(2, "123456")},
           5));
    CHECK(result.events[0].json == "12345");
    CHECK(result.events[1].json == "{");
    CHECK(result.events[1].seq == 2);
  }

  TEST_CASE("a page of another shape is an error") {
    const auto e = [] { return text("k3x"); };
    for (const auto& fields : std::vector<redis_reply::array>{
           {e(), number(1), number(1)},
           {text("A"), number(1), number(1), text("")},
           {e(), number(-1), number(1), text("")},
           {e(), number(1), text("1"), text("")},
           {e(), number(1), number(1), number(0)},
           {e(), number(1), number(1), text(""), text("x")},
           {e(), number(1), number(1), text(""), list({number(1)})},
           {e(), number(1), number(1), text(""), list({text("1"), text("")})},
           {e(), number(2), number(1), text(""), entry(2, ""), entry(1, "")},
           {e(), number(2), number(1), text(""), entry(2, ""), entry(2, "")}})
      CHECK(problem(page(fields)) == unexpected);
  }

  TEST_CASE("a version, its absence and an error are told apart") {
    CHECK(std::get<std::uint64_t>(read_version(number(3))) == 3);
    CHECK(std::holds_alternative<absent>(
      read_version(error("ERR Function not found"))));
    CHECK(std::get<store_error>(read_version(error("NOPERM x"))).text
          == "NOPERM x");
    CHECK(std::get<store_error>(read_version(text("3"))).text == unexpected);
  }
}
