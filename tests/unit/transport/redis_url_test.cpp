#include "transport/redis_url.hpp"

#include <doctest/doctest.h>

namespace wsgw::transport {

namespace {

redis_endpoint parsed(std::string_view url) {
  const auto outcome = parse_redis_url(url);
  REQUIRE_MESSAGE(outcome.index() == 0, url);
  return std::get<redis_endpoint>(outcome);
}

std::string refused(std::string_view url) {
  const auto outcome = parse_redis_url(url);
  REQUIRE_MESSAGE(outcome.index() == 1, url);
  return std::get<std::string>(outcome);
}

} // namespace

TEST_SUITE("transport/redis_url") {

  TEST_CASE("a bare host gets port 6379 and database 0") {
    const auto server = parsed("redis://cache");
    CHECK(server.host == "cache");
    CHECK(server.port == 6379);
    CHECK(server.database == 0);
    CHECK(server.password.empty());
    CHECK(parsed("redis://").host == "localhost");
    CHECK(parsed("redis://cache/").database == 0);
  }

  TEST_CASE("host, port, database and password are read") {
    const auto server = parsed("redis://:pw@cache:7000/3");
    CHECK(server.host == "cache");
    CHECK(server.port == 7000);
    CHECK(server.database == 3);
    CHECK(server.username.empty());
    CHECK(server.password == "pw");
  }

  TEST_CASE("user and password are percent-decoded") {
    const auto server = parsed("redis://us%3aer:p%40ss%2Fw%25rd@cache");
    CHECK(server.username == "us:er");
    CHECK(server.password == "p@ss/w%rd");
    CHECK(parsed("redis://:a@b@cache").password == "a@b");
    CHECK(parsed("redis://:a:b@cache").password == "a:b");
  }

  TEST_CASE("IPv6 addresses stand in brackets") {
    CHECK(parsed("redis://[::1]:6380/2").host == "::1");
    CHECK(parsed("redis://[::1]:6380/2").port == 6380);
    CHECK(parsed("redis://[fe80::2]").port == 6379);
    CHECK(parsed("redis://[::1]/1").masked() == "redis://[::1]:6379/1");
  }

  TEST_CASE("a unix socket is a path, with the database in the query") {
    const auto server = parsed("unix:///run/redis%20a/redis.sock?db=1");
    CHECK(server.unix_path == "/run/redis a/redis.sock");
    CHECK(server.database == 1);
    const auto locked = parsed("unix://me:pw@/run/redis.sock");
    CHECK(locked.username == "me");
    CHECK(locked.password == "pw");
    CHECK(locked.masked() == "unix:///run/redis.sock?db=0");
  }

  TEST_CASE("the query gives a name and foreign keys are passed over") {
    CHECK(parsed("redis://cache?name=left").name == "left");
    CHECK(parsed("redis://cache/2?socket_timeout=5&name=a%20b").name == "a b");
    CHECK(parsed("redis://cache?db=4").database == 4);
  }

  TEST_CASE("a masked URL shows no credentials") {
    CHECK(parsed("redis://user:secret@cache:7000/3").masked()
          == "redis://cache:7000/3");
  }

  TEST_CASE("TLS is refused with the way out") {
    CHECK(refused("rediss://cache").find("TLS tunnel") != std::string::npos);
  }

  TEST_CASE("malformed URLs are refused") {
    for (const auto* url : {"",
                            "cache:6379",
                            "http://cache",
                            "REDIS//x",
                            "redis://cache:0",
                            "redis://cache:65536",
                            "redis://cache:x",
                            "redis://cache:",
                            "redis://cache:6379/one",
                            "redis://cache/-1",
                            "redis://cache/0/1",
                            "redis://cache/99999999999",
                            "redis://ca che",
                            "redis://user@cache",
                            "redis://user:@cache",
                            "redis://:p%4@cache",
                            "redis://:p%zz@cache",
                            "redis://[::1",
                            "redis://[::1]x",
                            "redis://[]",
                            "redis://::1",
                            "unix://",
                            "unix:///",
                            "unix://host/path",
                            "unix:///a%00b",
                            "redis://cache?db=x",
                            "redis://cache?name=%4"})
      CHECK_FALSE(refused(url).empty());
    CHECK_FALSE(refused("unix:///" + std::string(120, 'x')).empty());
  }

  TEST_CASE("a refusal never quotes the password") {
    for (const auto* url : {"redis://:hidden@cache:x", "redis://:hid/den@cache",
                            "rediss://:hidden@cache", "redis:/:hidden@cache"}) {
      CHECK(refused(url).find("hidden") == std::string::npos);
      CHECK(refused(url).find("den@") == std::string::npos);
    }
  }

  TEST_CASE("a server is called by its name, else by its place") {
    CHECK(parsed("redis://u:pw@cache:7000/3?name=blue").label() == "blue");
    CHECK(parsed("redis://:pw@Cache").label() == "Cache:6379/0");
    CHECK(parsed("redis://[::1]/2").label() == "[::1]:6379/2");
    CHECK(parsed("unix://u:pw@/run/r.sock?db=1").label() == "/run/r.sock");
  }

  TEST_CASE("what is shown of a server has its name and no credentials") {
    CHECK(parsed("redis://u:pw@cache:7000/3?name=blue").masked()
          == "redis://cache:7000/3?name=blue");
    CHECK(parsed("unix://u:pw@/run/r.sock?db=1&name=x").masked()
          == "unix:///run/r.sock?db=1&name=x");
  }

  TEST_CASE("a list names several servers in order") {
    const auto list =
      parse_redis_urls("redis://a, unix:///run/b.sock ,redis://:pw@a:7000/1");
    const auto& servers = std::get<std::vector<redis_endpoint>>(list);
    REQUIRE(servers.size() == 3);
    CHECK(servers[0].host == "a");
    CHECK(servers[1].unix_path == "/run/b.sock");
    CHECK(servers[2].password == "pw");
  }

  TEST_CASE("a list that cannot work is refused without its passwords") {
    for (const auto* list :
         {"", "redis://a,", ",redis://a", "redis://a,,redis://b",
          "redis://a,redis://a:6379/0", "redis://:hidden@a,redis://:hidden2@a",
          "redis://a?name=x,redis://b?name=x", "redis://:hid,den@a",
          "unix:///x,unix:///x?db=1", "redis://a,http://:hidden@b"}) {
      const auto outcome = parse_redis_urls(list);
      REQUIRE_MESSAGE(outcome.index() == 1, list);
      const auto& text = std::get<std::string>(outcome);
      CHECK(!text.empty());
      CHECK(text.find("hid") == std::string::npos);
      CHECK(text.find("den") == std::string::npos);
    }
  }

} // TEST_SUITE

} // namespace wsgw::transport
