#include "protocol/role.hpp"

#include <doctest/doctest.h>

#include <ostream>

namespace wsgw::protocol {

TEST_SUITE("protocol/role") {

  TEST_CASE("roles print as the words of the wire") {
    CHECK(to_string(role::admin) == "admin");
    CHECK(to_string(role::widget) == "widget");
    CHECK(to_string(role::site) == "site");
    CHECK(to_string(role::user) == "user");
  }

  TEST_CASE("a set holds the roles it was made of and no others") {
    const role_set set{role::admin, role::site};
    CHECK(set.contains(role::admin));
    CHECK(set.contains(role::site));
    CHECK_FALSE(set.contains(role::widget));
    CHECK_FALSE(set.contains(role::user));
  }

  TEST_CASE("a new set is empty until a role is inserted") {
    role_set set;
    CHECK(set.empty());
    set.insert(role::widget);
    CHECK_FALSE(set.empty());
    CHECK(set == role_set{role::widget});
  }

  TEST_CASE("the set of all holds every role") {
    for (const auto r : all_roles)
      CHECK(role_set::all().contains(r));
  }

  TEST_CASE("the intersection holds what both sets hold") {
    const role_set a{role::admin, role::widget};
    const role_set b{role::widget, role::site};
    CHECK((a & b) == role_set{role::widget});
    CHECK((a & role_set{role::user}).empty());
  }

} // TEST_SUITE

} // namespace wsgw::protocol
