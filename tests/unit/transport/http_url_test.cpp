#include "transport/http_url.hpp"

#include <doctest/doctest.h>

namespace wsgw::transport {

TEST_SUITE("transport/http_url") {

  TEST_CASE("scheme, host, port and target are read") {
    const auto url = parse_http_url("https://auth.example:8443/check?a=b#part");
    REQUIRE(url);
    CHECK(url->is_tls);
    CHECK(url->host == "auth.example");
    CHECK(url->port == 8443);
    CHECK(url->target == "/check?a=b");
    CHECK(url->authority() == "auth.example:8443");
    CHECK(url->origin() == "https://auth.example:8443");
  }

  TEST_CASE("ports default by scheme and are left out of the Host header") {
    CHECK(parse_http_url("http://a")->port == 80);
    CHECK(parse_http_url("https://a")->port == 443);
    CHECK(parse_http_url("https://a:443")->authority() == "a");
    CHECK(parse_http_url("http://a:443")->authority() == "a:443");
    CHECK(parse_http_url("http://a")->target == "/");
    CHECK(parse_http_url("http://a?x=1")->target == "/?x=1");
  }

  TEST_CASE("IPv6 addresses stand in brackets") {
    CHECK(parse_http_url("http://[::1]:81/x")->host == "::1");
    CHECK(parse_http_url("http://[::1]:81/x")->authority() == "[::1]:81");
  }

  TEST_CASE("what is not such a URL is refused") {
    for (const auto* url :
         {"", "a", "ftp://a/", "http://", "http:///x", "http://a:0/",
          "http://a:x/", "http://a:70000/", "http://user:pw@a/", "http://[::1/",
          "http://[]/", "http://[::1]x/", "http://a b/", "http://a/\r\nX: y",
          "http://a/\x80", "http://a:/"})
      CHECK_FALSE_MESSAGE(parse_http_url(url), url);
  }

} // TEST_SUITE

} // namespace wsgw::transport
