#include "protocol/frame.hpp"

#include <doctest/doctest.h>

#include <initializer_list>
#include <ostream>

namespace wsgw::protocol {

namespace {

std::string bytes(std::initializer_list<int> values) {
  std::string result;
  for (const int value : values)
    result += static_cast<char>(value);
  return result;
}

/// The header that the frame of a payload of `size` bytes begins with.
std::string header_for(std::size_t size) {
  const auto f = text_frame(std::string(size, 'x'));
  return f->substr(0, f->size() - size);
}

} // namespace

TEST_SUITE("protocol/frame") {

  TEST_CASE("a text frame is final, unmasked and has the payload behind it") {
    CHECK(*text_frame("hi") == bytes({0x81, 0x02, 'h', 'i'}));
    CHECK(*text_frame("") == bytes({0x81, 0x00}));
  }

  TEST_CASE("a binary frame differs in its opcode alone") {
    CHECK(*binary_frame("hi") == bytes({0x82, 0x02, 'h', 'i'}));
  }

  TEST_CASE("the length takes 7, 16 or 64 bits, the fewest that hold it") {
    CHECK(header_for(125) == bytes({0x81, 125}));
    CHECK(header_for(126) == bytes({0x81, 126, 0, 126}));
    CHECK(header_for(65'535) == bytes({0x81, 126, 0xFF, 0xFF}));
    CHECK(header_for(65'536) == bytes({0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0}));
  }

  TEST_CASE("the payload of a frame is what was put in, at every length") {
    for (const std::size_t size :
         {0, 1, 125, 126, 127, 65'535, 65'536, 70'000}) {
      const std::string payload(size, '~'); // 126, as in a header
      CHECK(payload_of(text_frame(payload)) == payload);
      CHECK(payload_of(binary_frame(payload)) == payload);
    }
  }

} // TEST_SUITE

} // namespace wsgw::protocol
