#include "protocol/event.hpp"
#include "protocol/trace_context.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace wsgw::protocol;

namespace {

const std::string trace = "4bf92f3577b34da6a3ce929d0e0e4736";
const std::string parent = "00-" + trace + "-00f067aa0ba902b7-01";

std::string traced(const std::string& fields) {
  return parse_event(R"({"type":"note",)" + fields + "}")->trace_id;
}

} // namespace

TEST_SUITE("protocol/trace_context") {

  TEST_CASE("the trace id of a traceparent is taken") {
    CHECK(trace_id_of(parent) == trace);
    CHECK(trace_id_of("cc" + parent.substr(2) + "-more") == trace);
  }

  TEST_CASE("a malformed traceparent has none") {
    const std::string zeros(32, '0');
    const std::vector<std::string> malformed{
      "",
      parent.substr(1),
      parent + "0",
      parent + "-more",
      "ff" + parent.substr(2),
      "00-" + zeros + "-00f067aa0ba902b7-01",
      "00-" + trace + "-0000000000000000-01",
      "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
      "00_" + trace + "-00f067aa0ba902b7-01"};
    for (const auto& bad : malformed) {
      CAPTURE(bad);
      CHECK(trace_id_of(bad).empty());
    }
  }

  TEST_CASE("a trace id is short and printable") {
    CHECK(is_trace_id("req-7f3a/1"));
    CHECK(is_trace_id(std::string(64, 'a')));
    CHECK_FALSE(is_trace_id(std::string(65, 'a')));
    for (const auto* bad : {"", "a b", "a\"", "a\\", "a\n", "Ж", "\x7F"})
      CHECK_FALSE(is_trace_id(bad));
  }

  TEST_CASE("an event names its trace by traceparent, else by trace_id") {
    CHECK(traced(R"("traceparent":")" + parent + '"') == trace);
    CHECK(traced(R"("trace_id":"req-1")") == "req-1");
    CHECK(traced(R"("trace_id":"req-1","traceparent":")" + parent + '"')
          == trace);
    CHECK(traced(R"("traceparent":"00-x","trace_id":"req-1")") == "req-1");
  }

  TEST_CASE("what is no trace id is ignored and the event goes on") {
    CHECK(traced(R"("trace_id":7)").empty());
    CHECK(traced(R"("trace_id":"a\"b")").empty());
    CHECK(traced(R"("trace_id":{"trace_id":"x"})").empty());
    CHECK(traced(R"("data":{"trace_id":"x"})").empty());
    CHECK(traced(R"("trace_id":"first","trace_id":"a b")").empty());
  }

  TEST_CASE("a refused event still tells its trace") {
    CHECK(trace_id_in(R"({"trace_id":"req-1","message":1})") == "req-1");
    CHECK(trace_id_in("{").empty());
  }
}
