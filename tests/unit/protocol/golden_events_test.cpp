#include "protocol/audience.hpp"
#include "protocol/event.hpp"
#include "protocol/frame.hpp"

#include <doctest/doctest.h>
#include <rapidjson/document.h>

#include <filesystem>
#include <fstream>
#include <ostream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace wsgw::protocol {

namespace {

/// One file of tests/data/events.
struct golden_event {
  std::string name;
  rapidjson::Document document;

  std::string text(const char* field) const {
    return document.HasMember(field) ? document[field].GetString() : "";
  }
  /// What role `r` gets; empty when the event is not for it.
  std::string frame(role r) const {
    const auto& frames = document["frames"];
    const std::string word{to_string(r)};
    return frames.HasMember(word) ? frames[word].GetString() : "";
  }
  bool is_refusal() const { return document.HasMember("error"); }

  result<event> parse() const {
    return parse_event(text("published"), {text("mode") == "compat", true});
  }
};

std::vector<golden_event> load_all() {
  std::vector<golden_event> all;
  const std::filesystem::path folder{WSGW_TEST_DATA "/events"};
  for (const auto& entry : std::filesystem::directory_iterator{folder}) {
    std::ostringstream content;
    content << std::ifstream{entry.path()}.rdbuf();
    auto& golden = all.emplace_back();
    golden.name = entry.path().stem();
    golden.document.Parse(content.str());
    REQUIRE_MESSAGE(golden.document.IsObject(), golden.name);
  }
  return all;
}

std::string_view to_string(durability kind) {
  return kind == durability::durable ? "durable" : "ephemeral";
}

} // namespace

TEST_SUITE("protocol/event: golden files") {

  TEST_CASE("every role receives the text of the golden file, or nothing") {
    for (const auto& golden : load_all()) {
      if (golden.is_refusal())
        continue;
      CAPTURE(golden.name);
      const auto e = golden.parse();
      REQUIRE(e);
      for (const auto r : {role::admin, role::widget, role::site, role::user}) {
        CAPTURE(to_string(r));
        const auto expected = golden.frame(r);
        CHECK(e->audience.contains(r) == !expected.empty());
        if (!expected.empty())
          CHECK(legacy_payload(*e, r) == expected);
      }
    }
  }

  TEST_CASE("a number in front changes nothing that a legacy client gets") {
    for (const auto& golden : load_all()) {
      const auto published = golden.text("published");
      const auto plain = golden.parse();
      if (!plain || published.size() < 3)
        continue;
      CAPTURE(golden.name);
      const auto numbered =
        parse_event(R"({"_epoch":"k3x","_seq":43,)" + published.substr(1),
                    {golden.text("mode") == "compat", true});
      REQUIRE(numbered);
      CHECK(numbered->audience == plain->audience);
      CHECK_FALSE(numbered->v1_only);
      for (const auto r : all_roles)
        CHECK(legacy_payload(*numbered, r) == legacy_payload(*plain, r));
    }
  }

  TEST_CASE("a legacy frame is the golden text behind a plain header") {
    for (const auto& golden : load_all()) {
      if (golden.is_refusal())
        continue;
      for (const auto r : all_roles) {
        const auto expected = golden.frame(r);
        if (expected.empty())
          continue;
        CAPTURE(golden.name);
        std::string header{"\x81"};
        if (expected.size() < 126)
          header += static_cast<char>(expected.size());
        else
          ((header += '\x7E') += static_cast<char>(expected.size() >> 8)) +=
            static_cast<char>(expected.size() & 0xFF);
        CHECK(*text_frame(legacy_payload(*golden.parse(), r))
              == header + expected);
      }
    }
  }

  TEST_CASE("durability, id and user are those of the golden file") {
    for (const auto& golden : load_all()) {
      if (golden.is_refusal())
        continue;
      CAPTURE(golden.name);
      const auto e = golden.parse();
      REQUIRE(e);
      CHECK(to_string(e->kind) == golden.text("durability"));
      CHECK(e->message_id == golden.text("message_id"));
      CHECK(e->user_id == golden.text("user_id"));
    }
  }

  TEST_CASE("what the golden files refuse is refused for their reason") {
    std::size_t refused = 0;
    for (const auto& golden : load_all()) {
      if (!golden.is_refusal())
        continue;
      CAPTURE(golden.name);
      const auto e = golden.parse();
      REQUIRE_FALSE(e);
      CHECK(word_of(e.error()) == golden.text("error"));
      ++refused;
    }
    CHECK(refused > 0);
  }

  TEST_CASE("every event type of the table has a golden file") {
    std::set<std::string> seen;
    for (const auto& golden : load_all())
      if (const auto e = golden.parse())
        seen.insert(e->type);
    for (const auto& row : event_table)
      CHECK_MESSAGE(seen.count(std::string{row.type}) == 1, row.type);
  }

  TEST_CASE("reading a flat event again changes nothing") {
    for (const auto& golden : load_all()) {
      const auto once = golden.parse();
      if (!once)
        continue;
      CAPTURE(golden.name);
      const auto twice =
        parse_event(once->flat, {golden.text("mode") == "compat", true});
      REQUIRE(twice);
      CHECK(twice->flat == once->flat);
      CHECK(twice->message == once->message);
    }
  }

} // TEST_SUITE

} // namespace wsgw::protocol
