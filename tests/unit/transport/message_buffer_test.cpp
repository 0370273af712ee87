#include "transport/message_buffer.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

using wsgw::transport::message_buffer;

namespace {

void add(message_buffer& to, std::string_view text) {
  while (!text.empty()) {
    const auto room = to.room();
    const auto n = std::min(room.size(), text.size());
    std::copy_n(text.begin(), n, room.begin());
    to.commit(n);
    text.remove_prefix(n);
  }
}

} // namespace

TEST_SUITE("transport/message_buffer") {
  TEST_CASE("pieces of any size become one text") {
    for (const auto size : {0, 1, 127, 128, 129, 1151, 1152, 1153, 100'000}) {
      message_buffer buffer;
      std::string text(static_cast<std::size_t>(size), 'a');
      for (std::size_t i = 0; i < text.size(); ++i)
        text[i] = static_cast<char>('a' + i % 23);
      add(buffer, std::string_view{text}.substr(0, text.size() / 3));
      add(buffer, std::string_view{text}.substr(text.size() / 3));
      CHECK(buffer.text() == text);
    }
  }

  TEST_CASE("there is always room") {
    message_buffer buffer;
    for (int i = 0; i < 5000; ++i) {
      REQUIRE_FALSE(buffer.room().empty());
      buffer.commit(1);
    }
    CHECK(buffer.text().size() == 5000);
  }

  TEST_CASE("the next message begins empty") {
    message_buffer buffer;
    add(buffer, std::string(5000, 'x'));
    buffer.clear();
    CHECK(buffer.text().empty());
    CHECK(buffer.room().size() < 1000);
    add(buffer, "next");
    CHECK(buffer.text() == "next");
  }
}
