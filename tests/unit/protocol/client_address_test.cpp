#include "protocol/client_address.hpp"

#include <doctest/doctest.h>

#include <string>

namespace wsgw::protocol {

namespace {

cidr_set proxies() {
  auto set = cidr_set::parse(default_trusted_proxies);
  REQUIRE(set);
  return *set;
}

std::string seen(std::string_view peer, std::string_view forwarded_for) {
  return client_address(proxies(), peer, forwarded_for);
}

} // namespace

TEST_SUITE("protocol/client_address") {
  TEST_CASE("an untrusted peer is the client, whatever it forwards") {
    CHECK(seen("203.0.113.9", "1.2.3.4") == "203.0.113.9");
    CHECK(seen("203.0.113.9", "") == "203.0.113.9");
    CHECK(seen("172.32.0.1", "1.2.3.4") == "172.32.0.1");
  }

  TEST_CASE("behind a proxy the right-most untrusted entry is the client") {
    CHECK(seen("127.0.0.1", "1.2.3.4") == "1.2.3.4");
    CHECK(seen("10.0.0.1", "6.6.6.6, 1.2.3.4") == "1.2.3.4");
    CHECK(seen("10.0.0.1", "6.6.6.6, 1.2.3.4, 192.168.0.7") == "1.2.3.4");
    CHECK(seen("::1", "2001:db8::1") == "2001:db8::1");
  }

  TEST_CASE("when all are trusted the farthest is the client") {
    CHECK(seen("127.0.0.1", "10.0.0.5, 192.168.0.7") == "10.0.0.5");
  }

  TEST_CASE("an entry that is no address ends the walk") {
    CHECK(seen("10.0.0.1", "1.2.3.4, unknown") == "10.0.0.1");
    CHECK(seen("10.0.0.1", "1.2.3.4, garbage, 10.0.0.2") == "10.0.0.2");
    CHECK(seen("10.0.0.1", "1.2.3.4,") == "10.0.0.1");
    CHECK(seen("10.0.0.1", "1.2.3.4, 010.0.0.1") == "10.0.0.1");
    CHECK(seen("10.0.0.1", ",") == "10.0.0.1");
  }

  TEST_CASE("ports and brackets are taken off") {
    CHECK(seen("10.0.0.1", "1.2.3.4:567") == "1.2.3.4");
    CHECK(seen("10.0.0.1", "[2001:db8::1]:443") == "2001:db8::1");
    CHECK(seen("10.0.0.1", "[2001:db8::1]") == "2001:db8::1");
    CHECK(seen("10.0.0.1", "[2001:db8::1") == "10.0.0.1");
  }

  TEST_CASE("one address has one spelling") {
    CHECK(seen("::ffff:203.0.113.9", "") == "203.0.113.9");
    CHECK(seen("10.0.0.1", "2001:DB8:0::0001") == "2001:db8::1");
    CHECK(seen("::ffff:10.0.0.1", "::ffff:1.2.3.4") == "1.2.3.4");
    CHECK(seen("fe80::1%eth0", "1.2.3.4") == "1.2.3.4");
  }

  TEST_CASE("a peer without an address is returned as it is") {
    CHECK(seen("", "1.2.3.4") == "");
    CHECK(seen("@socket", "1.2.3.4") == "@socket");
  }

  TEST_CASE("the walk is bounded") {
    std::string chain = "1.2.3.4";
    for (int i = 0; i < 63; ++i)
      chain += ",10.0.0.2";
    CHECK(seen("10.0.0.1", chain) == "1.2.3.4");
    CHECK(seen("10.0.0.1", chain + ",10.0.0.2") == "10.0.0.2");
  }

  TEST_CASE("bad lists of proxies are refused") {
    for (const auto* list :
         {"x", "10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/-1", "10.0.0/8",
          "10.0.0.0/8,", ",10.0.0.0/8", "10.0.0.0/8 x", "::1%lo", "/8"}) {
      CAPTURE(list);
      CHECK_FALSE(cidr_set::parse(list));
    }
  }

  TEST_CASE("blocks match by prefix and by family") {
    const auto set =
      cidr_set::parse(" 10.1.2.3/12 , 2001:db8::/33,::/0,1.1.1.1");
    REQUIRE(set);
    CHECK(set->contains("10.15.255.255"));
    CHECK_FALSE(set->contains("10.16.0.0"));
    CHECK(set->contains("::ffff:10.0.0.1"));
    CHECK(set->contains("9::9"));
    CHECK(set->contains("1.1.1.1"));
    CHECK_FALSE(set->contains("1.1.1.2"));
    CHECK_FALSE(set->contains("nonsense"));
    CHECK_FALSE(cidr_set::parse("")->contains("127.0.0.1"));
  }

  TEST_CASE("an IPv6 block is cut at the bit") {
    const auto set = cidr_set::parse("2001:db8::/33");
    REQUIRE(set);
    CHECK(set->contains("2001:db8:7fff::1"));
    CHECK_FALSE(set->contains("2001:db8:8000::1"));
  }

  TEST_CASE("loopback is known in all its forms") {
    for (const auto* address :
         {"127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"})
      CHECK(is_loopback(address));
    for (const auto* address :
         {"128.0.0.1", "::2", "", "localhost", "10.0.0.1"})
      CHECK_FALSE(is_loopback(address));
  }
}

} // namespace wsgw::protocol
