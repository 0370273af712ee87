#include "protocol/domain_rule.hpp"

#include <doctest/doctest.h>

namespace wsgw::protocol {

TEST_SUITE("protocol/domain_rule") {
  TEST_CASE("a host loses scheme, port, path and case") {
    CHECK(host_of("https://Client.COM:8443/a?b") == "client.com");
    CHECK(host_of("client.com") == "client.com");
    CHECK(host_of("http://[::1]:3000") == "[::1]");
    CHECK(host_of("null") == "null");
    CHECK(host_of("") == "");
    CHECK(host_of("https://") == "");
    CHECK(host_of("https://client.com\\@evil.com") == "client.com");
  }

  TEST_CASE("a host is within a domain or below it, never beside it") {
    const std::vector<std::string> allowed{"client.com", "shop.ru"};
    CHECK(is_within("client.com", allowed));
    CHECK(is_within("a.b.client.com", allowed));
    CHECK(is_within("shop.ru", allowed));
    for (const auto* host : {"notclient.com", "client.com.evil.com", "com",
                             ".com", "", "evil.com", "client.co", "null"})
      CHECK_FALSE(is_within(host, allowed));
  }

  TEST_CASE("wildcards, ports and empty entries match nothing") {
    for (const auto* entry : {"*.client.com", "client.com:3000", "", "*"})
      CHECK_FALSE(is_within("a.client.com", {entry}));
  }

  TEST_CASE("userinfo cannot borrow a domain") {
    for (const auto* origin :
         {"https://client.com@evil.com", "https://client.com:1@evil.com",
          "https://evil.com@client.com", "https://evil.com @.client.com"})
      CHECK_FALSE(is_within(host_of(origin), {"client.com", "evil.com"}));
  }

  TEST_CASE("a trusted iframe host speaks for its parent, others do not") {
    const std::vector<std::string> trusted{"replyx.ru", "www.replyx.ru"};
    CHECK(host_under_rule({"https://replyx.ru", "https://client.com"}, trusted)
          == "client.com");
    CHECK(host_under_rule({"https://WWW.replyx.ru", "client.com:1"}, trusted)
          == "client.com");
    CHECK(host_under_rule({"https://replyx.ru", std::nullopt}, trusted)
          == "replyx.ru");
    CHECK(host_under_rule({"https://evil.com", "https://client.com"}, trusted)
          == "evil.com");
    CHECK(host_under_rule({"https://a.replyx.ru", "client.com"}, trusted)
          == "a.replyx.ru");
    CHECK(host_under_rule({std::nullopt, "client.com"}, trusted).empty());
  }
}

} // namespace wsgw::protocol
