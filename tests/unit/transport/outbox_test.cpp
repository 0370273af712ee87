#include "transport/outbox.hpp"

#include <doctest/doctest.h>

#include <array>
#include <memory>
#include <string>

using wsgw::protocol::frame;
using wsgw::transport::outbox;

namespace {

frame made(std::string text) {
  return std::make_shared<const std::string>(std::move(text));
}

/// Writes at most `most` bytes, as a socket would.
std::string write(outbox& box, std::size_t most) {
  std::array<iovec, outbox::max_buffers> buffers;
  const auto count = box.gather(buffers);
  std::string out;
  for (std::size_t i = 0; i < count; ++i)
    out.append(static_cast<const char*>(buffers[i].iov_base),
               buffers[i].iov_len);
  out.resize(std::min(most, out.size()));
  box.consume(out.size());
  return out;
}

} // namespace

TEST_SUITE("transport/outbox") {
  TEST_CASE("frames leave in order and a partial write goes on") {
    outbox box{100};
    for (const auto* text : {"one", "two", "three"})
      CHECK(box.push(made(text)));
    CHECK(box.bytes() == 11);
    CHECK(write(box, 4) == "onet");
    CHECK(box.frames() == 2);
    CHECK(write(box, 100) == "wothree");
    CHECK(box.is_empty());
    CHECK(box.frames() == 0);
  }

  TEST_CASE("a frame beyond the limit is refused") {
    outbox box{10};
    CHECK(box.push(made("12345")));
    CHECK(box.push(made("67890")));
    CHECK_FALSE(box.push(made("x")));
    CHECK(box.bytes() == 10);
    write(box, 1);
    CHECK(box.push(made("x")));
  }

  TEST_CASE("an empty outbox takes any frame") {
    outbox box{10};
    CHECK(box.push(made(std::string(1000, 'x'))));
    CHECK_FALSE(box.push(made("y")));
    CHECK(write(box, 1000).size() == 1000);
    CHECK(box.push(made(std::string(1000, 'x'))));
  }

  TEST_CASE("a close frame goes in whatever the limit") {
    outbox box{2};
    CHECK(box.push(made("ab")));
    box.push_always(made("close"));
    CHECK(write(box, 100) == "abclose");
  }

  TEST_CASE("the room is what a push would take, and never less than none") {
    outbox box{10};
    CHECK(box.room() == 10);
    CHECK(box.push(made("1234")));
    CHECK(box.room() == 6);
    box.push_always(made("a frame that says: too slow"));
    CHECK(box.room() == 0);
    CHECK_FALSE(box.push(made("x")));
    write(box, 100);
    CHECK(box.room() == 10);
  }

  TEST_CASE("the latest mark stays when a frame is refused or dropped") {
    outbox box{4};
    CHECK(box.push(made("1234"), 7));
    CHECK_FALSE(box.push(made("x"), 8));
    box.push_always(made("lagging"));
    CHECK(box.last_mark() == 7);
    box.drop_unsent();
    CHECK(box.last_mark() == 7);
    CHECK(box.push(made("x")));
    CHECK(box.last_mark() == 7);
  }

  TEST_CASE("an acknowledgement never goes back nor beyond what was sent") {
    outbox box{100};
    CHECK(box.push(made("1234"), 7));
    box.acknowledge(8);
    CHECK(box.acked_mark() == 0);
    box.acknowledge(6);
    box.acknowledge(5);
    CHECK(box.acked_mark() == 6);
  }

  TEST_CASE("marks of frames that are queued end when numbers begin anew") {
    outbox box{100};
    CHECK(box.push(made("1234"), 7));
    box.acknowledge(7);
    box.restart_marks(3);
    CHECK(box.last_mark() == 3);
    CHECK(box.acked_mark() == 0);
    CHECK(box.written_mark() == 0);
    CHECK(write(box, 100) == "1234");
    CHECK(box.written_mark() == 3); // nothing waits any more
    CHECK(box.push(made("5"), 4));
    CHECK(write(box, 100) == "5");
    CHECK(box.written_mark() == 4);
  }

  TEST_CASE("acknowledgements of old numbers are not taken for new ones") {
    outbox box{100};
    CHECK(box.push(made("1"), 50));
    box.acknowledge(20);
    box.restart_marks(3);
    CHECK(box.push(made("2"), 60));
    box.acknowledge(30); // still of the old ones, as far as anybody knows
    CHECK(box.acked_mark() == 0);
    box.acknowledge(3); // they never go back: these are the new ones
    CHECK(box.acked_mark() == 3);
    box.acknowledge(30);
    CHECK(box.acked_mark() == 30);
  }

  TEST_CASE("one write takes at most 64 frames") {
    outbox box{1000};
    for (int i = 0; i < 100; ++i)
      CHECK(box.push(made("x")));
    CHECK(write(box, 1000).size() == 64);
    CHECK(write(box, 1000).size() == 36);
  }

  TEST_CASE("dropping keeps a half-written frame whole") {
    outbox box{100};
    for (const auto* text : {"first", "second", "third"})
      CHECK(box.push(made(text)));
    write(box, 7);
    box.drop_unsent();
    box.push_always(made("!"));
    CHECK(box.bytes() == 5);
    CHECK(write(box, 100) == "cond!");
  }

  TEST_CASE("dropping what was not begun leaves nothing") {
    outbox box{100};
    CHECK(box.push(made("first")));
    box.drop_unsent();
    CHECK(box.is_empty());
    box.drop_unsent();
    CHECK(box.frames() == 0);
  }

  TEST_CASE("a frame is shared, not copied") {
    outbox box{100};
    const auto text = made("shared");
    box.push(text);
    std::array<iovec, 1> buffer;
    CHECK(box.gather(buffer) == 1);
    CHECK(buffer[0].iov_base == text->data());
    CHECK(text.use_count() == 2);
    write(box, 100);
    CHECK(text.use_count() == 1);
  }

  TEST_CASE("a long queue keeps its order while it is fed") {
    outbox box{1 << 20};
    std::string expected;
    std::string got;
    for (int i = 0; i < 1000; ++i) {
      for (int j = 0; j < 3; ++j) {
        expected += std::to_string(i) + ",";
        CHECK(box.push(made(std::to_string(i) + ",")));
      }
      got += write(box, 7);
    }
    while (!box.is_empty())
      got += write(box, 1000);
    CHECK(got == expected);
  }
}
