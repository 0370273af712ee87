#include "protocol/node_message.hpp"

#include <doctest/doctest.h>

#include <string>

namespace wsgw::protocol {

namespace {

constexpr std::string_view node = "0123456789abcdef";

bool is_question(const std::string& text) {
  return parse_node_question(text).has_value();
}

bool is_answer(const std::string& text) {
  return parse_node_answer(text).has_value();
}

} // namespace

TEST_SUITE("protocol/node_message") {

  TEST_CASE("a question is read as it was written") {
    const auto text = encode(node_question{7, node, "explain", R"({"seq":1})"});
    CHECK(text == "1 7 0123456789abcdef explain\n{\"seq\":1}");
    const auto read = parse_node_question(text);
    REQUIRE(read);
    CHECK(read->id == 7);
    CHECK(read->node == node);
    CHECK(read->topic == "explain");
    CHECK(read->json == R"({"seq":1})");
  }

  TEST_CASE("an answer is read as it was written, a refusal without a text") {
    const auto read =
      parse_node_answer(encode(node_answer{7, node, true, "[1,\n2]"}));
    REQUIRE(read);
    CHECK(read->is_answered);
    CHECK(read->json == "[1,\n2]");
    const auto text = encode(node_answer{7, node, false, "left out"});
    CHECK(text == "1 7 0123456789abcdef no\n");
    const auto refusal = parse_node_answer(text);
    REQUIRE(refusal);
    CHECK_FALSE(refusal->is_answered);
    CHECK(refusal->id == 7);
  }

  TEST_CASE("anything else is no message") {
    const std::string header = "1 7 0123456789abcdef ";
    REQUIRE(is_question(header + "explain\n{}"));
    for (const std::string text :
         {"", "\n", "1", "1 7\n", "{}", "2 7 0123456789abcdef explain\n{}",
          "1 x 0123456789abcdef explain\n{}", "1 -7 0123456789abcdef a\n",
          "1 7x 0123456789abcdef a\n", "1  0123456789abcdef a\n",
          "1 7 0123456789ABCDEF explain\n{}", "1 7 0123 explain\n{}",
          "1 7 0123456789abcdef explain", "1 7 0123456789abcdef \n{}",
          "1 7 0123456789abcdef Explain\n{}",
          "1 7 0123456789abcdef explain more\n{}",
          "1 99999999999999999999 0123456789abcdef explain\n{}"}) {
      CAPTURE(text);
      CHECK_FALSE(is_question(text));
      CHECK_FALSE(is_answer(text));
    }
    CHECK_FALSE(is_answer(header + "maybe\n{}"));
    CHECK_FALSE(is_answer(header + "no\n{}"));
  }

  TEST_CASE("a message over the limit is no message") {
    auto text = encode(node_answer{1, node, true, ""});
    text.resize(max_node_message, ' ');
    CHECK(is_answer(text));
    text += ' ';
    CHECK_FALSE(is_answer(text));
  }

  TEST_CASE("a topic is short and plain") {
    CHECK(is_topic("audit_rooms"));
    CHECK(is_topic(std::string(max_topic, 'a')));
    CHECK_FALSE(is_topic(std::string(max_topic + 1, 'a')));
    CHECK_FALSE(is_topic(""));
    CHECK_FALSE(is_topic("a b"));
    CHECK_FALSE(is_topic("A"));
  }
}

} // namespace wsgw::protocol
