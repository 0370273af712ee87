#include "protocol/base64.hpp"

#include <doctest/doctest.h>

#include <string>

namespace wsgw::protocol {

TEST_SUITE("protocol/base64") {
  constexpr auto strict = base64_padding::forbidden;
  constexpr auto lenient = base64_padding::accepted;

  TEST_CASE("the vectors of RFC 4648 encode without padding") {
    CHECK(base64url_encode("") == "");
    CHECK(base64url_encode("f") == "Zg");
    CHECK(base64url_encode("fo") == "Zm8");
    CHECK(base64url_encode("foo") == "Zm9v");
    CHECK(base64url_encode("foob") == "Zm9vYg");
    CHECK(base64url_encode("\xFB\xFF\xBF") == "-_-_");
  }

  TEST_CASE("every byte survives the way there and back") {
    std::string bytes;
    for (int i = 0; i < 256; ++i) {
      bytes += static_cast<char>(i);
      CHECK(base64url_decode(base64url_encode(bytes), strict) == bytes);
    }
  }

  TEST_CASE("padding is accepted only where asked for, and only when right") {
    CHECK(base64url_decode("Zg==", lenient) == "f");
    CHECK(base64url_decode("Zm8=", lenient) == "fo");
    CHECK(base64url_decode("Zm9v", lenient) == "foo");
    CHECK_FALSE(base64url_decode("Zg==", strict));
    CHECK_FALSE(base64url_decode("Zg=", lenient));
    CHECK_FALSE(base64url_decode("Zg===", lenient));
    CHECK_FALSE(base64url_decode("====", lenient));
    CHECK_FALSE(base64url_decode("Z===", lenient));
  }

  TEST_CASE("the standard alphabet is for tickets only") {
    CHECK(base64url_decode("+/+/", lenient) == "\xFB\xFF\xBF");
    CHECK_FALSE(base64url_decode("+/+/", strict));
  }

  TEST_CASE("foreign characters and impossible lengths are refused") {
    for (const auto* text : {"Z", "Zm9vY", "Zm 9", "Zm9\n", "Z.", "Zm9\x80"})
      CHECK_FALSE(base64url_decode(text, strict));
  }

  TEST_CASE("a second spelling of the same bytes is refused") {
    CHECK(base64url_decode("Zg", strict) == "f");
    CHECK_FALSE(base64url_decode("Zh", strict));
    CHECK_FALSE(base64url_decode("Zm9", strict));
  }
}

} // namespace wsgw::protocol
