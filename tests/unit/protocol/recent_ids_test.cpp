#include "protocol/recent_ids.hpp"

#include <doctest/doctest.h>

#include <string>

namespace wsgw::protocol {

TEST_SUITE("protocol/recent_ids") {

  TEST_CASE("an id is new once") {
    recent_ids ids{3};
    CHECK(ids.insert("1"));
    CHECK(ids.insert("2"));
    CHECK_FALSE(ids.insert("1"));
    CHECK(ids.size() == 2);
  }

  TEST_CASE("the oldest id is forgotten beyond the capacity") {
    recent_ids ids{2};
    ids.insert("1");
    ids.insert("2");
    ids.insert("3");
    CHECK(ids.size() == 2);
    CHECK_FALSE(ids.insert("2"));
    CHECK_FALSE(ids.insert("3"));
    CHECK(ids.insert("1"));
  }

  TEST_CASE("a duplicate does not make an id younger") {
    recent_ids ids{2};
    ids.insert("1");
    ids.insert("2");
    ids.insert("1");
    ids.insert("3");
    CHECK(ids.insert("1"));
  }

  TEST_CASE("without capacity every id is new") {
    recent_ids ids{0};
    CHECK(ids.insert("1"));
    CHECK(ids.insert("1"));
    CHECK(ids.size() == 0);
  }

  TEST_CASE("a number and the same text in quotes are two ids") {
    recent_ids ids{4};
    CHECK(ids.insert("1"));
    CHECK(ids.insert("\"1\""));
  }

  TEST_CASE("long ids are told apart and recognised") {
    recent_ids ids{8};
    for (const std::size_t size : {63, 64, 65, 66, 100'000}) {
      CHECK(ids.insert(std::string(size, 'x')));
      CHECK_FALSE(ids.insert(std::string(size, 'x')));
    }
    CHECK(ids.insert(std::string(99'999, 'x') + 'y'));
  }

  TEST_CASE("many ids keep the memory at the capacity") {
    recent_ids ids{100};
    for (int i = 0; i < 10'000; ++i)
      CHECK(ids.insert(std::to_string(i)));
    CHECK(ids.size() == 100);
    CHECK_FALSE(ids.insert("9900"));
    CHECK(ids.insert("9899"));
  }

} // TEST_SUITE

} // namespace wsgw::protocol
