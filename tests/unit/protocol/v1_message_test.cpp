#include "protocol/v1_message.hpp"

#include <doctest/doctest.h>
#include <rapidjson/document.h>

#include <filesystem>
#include <fstream>
#include <ostream>
#include <set>
#include <sstream>
#include <string>

#include "v1_samples.hpp"

namespace wsgw::protocol {

namespace {

const std::filesystem::path folder{WSGW_TEST_DATA "/v1"};

/// The text of `name` in dialect `d`, from its golden file; empty if none.
std::string golden(std::string_view name, dialect d) {
  std::ostringstream content;
  content << std::ifstream{folder / (std::string{name} + ".json")}.rdbuf();
  rapidjson::Document document;
  document.Parse(content.str());
  REQUIRE_MESSAGE(document.IsObject(), name);
  const std::string word{to_string(d)};
  return document.HasMember(word) ? document[word].GetString() : "";
}

event parsed(std::string_view json) {
  auto e = parse_event(json);
  REQUIRE(e);
  return *std::move(e);
}

std::string live_text(const event& e, const cursor* at) {
  return std::string{payload_of(v1::event_frame(dialect::v1, e, at, {}))};
}

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

} // namespace

TEST_SUITE("protocol/v1_message") {

  TEST_CASE("every message is written as its golden file says") {
    for (const auto& sample : v1_samples()) {
      CAPTURE(sample.name);
      CHECK(text_in(dialect::v1, sample.make(dialect::v1))
            == golden(sample.name, dialect::v1));
      const auto sse = golden(sample.name, dialect::sse);
      CHECK(sse.empty() != sample.sse);
      if (sample.sse)
        CHECK(text_in(dialect::sse, sample.make(dialect::sse)) == sse);
    }
  }

  TEST_CASE("every golden file belongs to a message") {
    std::set<std::string> names;
    for (const auto& sample : v1_samples())
      names.insert(std::string{sample.name} + ".json");
    for (const auto& file : std::filesystem::directory_iterator{folder})
      CHECK_MESSAGE(names.erase(file.path().filename()) == 1, file.path());
    CHECK(names.empty());
  }

  TEST_CASE("every message over WebSocket is one text frame of JSON") {
    for (const auto& sample : v1_samples()) {
      CAPTURE(sample.name);
      const auto f = sample.make(dialect::v1);
      CHECK(*f == *text_frame(payload_of(f)));
      rapidjson::Document json;
      json.Parse(std::string{payload_of(f)});
      CHECK(json.IsObject());
    }
  }

  TEST_CASE("a live frame becomes the block of server-sent events") {
    for (const auto* json :
         {R"({"type":"message:new","message":{"id":1}})", R"({"type":"x"})"}) {
      const auto e = parsed(json);
      const cursor at{"k3x", 7};
      const auto live = v1::event_frame(dialect::v1, e, &at, {});
      const auto block = v1::event_frame(dialect::sse, e, &at, {});
      CHECK(*v1::as_sse(live, at) == *block);
      const auto replayed = v1::replay_frame(dialect::v1, live);
      CHECK(*v1::as_sse(replayed, at)
            == *v1::replay_frame(dialect::sse, block));
    }
  }

  TEST_CASE("the time is the publisher's, else the gateway's") {
    const cursor at{"k", 1};
    const auto theirs =
      live_text(parsed(R"({"type":"x","ts":"2025-09-06T11:00:00Z"})"), &at);
    CHECK(has(theirs, R"(,"ts":"2025-09-06T11:00:00.000Z"})"));
    const auto ours = live_text(parsed(R"({"type":"x","ts":"noon"})"), &at);
    CHECK(has(ours, R"(,"ts":"1970-01-01T00:00:00.000Z"})"));
  }

  TEST_CASE("an ephemeral event has neither number nor time") {
    const auto text = live_text(
      parsed(R"({"type":"typing_stop","ts":"2025-09-06T11:00:00Z"})"), nullptr);
    CHECK(text
          == R"({"type":"event","name":"typing_stop","data":)"
             R"({"type":"typing_stop","ts":"2025-09-06T11:00:00Z"}})");
  }

  TEST_CASE("a type and an error text are escaped") {
    const auto text = live_text(parsed(R"({"type":"a\"\n"})"), nullptr);
    CHECK(has(text, R"("name":"a\"\n","data":{"type":"a\"\n"})"));
    CHECK(payload_of(v1::error_frame("c", "\"\xFF", ""))
          == "{\"type\":\"error\",\"code\":\"c\",\"message\":\"\\\"\uFFFD\"}");
  }

  TEST_CASE("frames of every length carry the right header") {
    for (const std::size_t size : {1, 100, 200, 65'000, 66'000, 200'000}) {
      CAPTURE(size);
      const auto e =
        parsed(R"({"type":"x","a":")" + std::string(size, 'a') + R"("})");
      const cursor at{"k3x", max_seq};
      const auto live = v1::event_frame(dialect::v1, e, &at, {});
      CHECK(*live == *text_frame(payload_of(live)));
      const auto again = v1::replay_frame(dialect::v1, live);
      CHECK(*again == *text_frame(payload_of(again)));
      CHECK(payload_of(again).size() == payload_of(live).size() + 14);
    }
  }

  TEST_CASE("a compat message that is no object is the data as it is") {
    const auto e =
      parse_event(R"({"type":"message:new","message":"hi"})", {true, false});
    REQUIRE(e);
    CHECK(v1_data(*e) == "\"hi\"");
  }

  TEST_CASE("the comment of a stream is no event") {
    CHECK(*v1::sse_comment() == ":\n\n");
  }

} // TEST_SUITE

} // namespace wsgw::protocol
