#include "protocol/audience.hpp"

#include <doctest/doctest.h>

#include <ostream>
#include <set>

namespace wsgw::protocol {

TEST_SUITE("protocol/audience") {

  TEST_CASE("every event type has one row") {
    std::set<std::string_view> types;
    for (const auto& row : event_table) {
      CHECK(types.insert(row.type).second);
      CHECK(&row_of(row.type) == &row);
    }
  }

  TEST_CASE("every event is heard by the inbox that it names") {
    for (const auto& row : event_table)
      CHECK(row.audience.contains(role::user));
  }

  TEST_CASE("typing goes to widget and site and is not kept") {
    for (const auto* type : {"typing_start", "typing_stop"}) {
      const auto& row = row_of(type);
      CHECK((row.kind == durability::ephemeral));
      CHECK((row.audience & role_set{role::admin, role::widget, role::site})
            == role_set{role::widget, role::site});
    }
  }

  TEST_CASE("an unknown type is durable and for everyone") {
    for (const auto* type : {"balance_changed", "", "message:new "}) {
      CHECK((row_of(type).kind == durability::durable));
      CHECK(row_of(type).audience == role_set::all());
    }
  }

  TEST_CASE("_to knows the roles that sit in a dialog") {
    CHECK((receiver_of("admin") == role::admin));
    CHECK((receiver_of("widget") == role::widget));
    CHECK((receiver_of("site") == role::site));
    CHECK((receiver_of("opponent") == role::opponent));
    for (const auto* word : {"user", "Admin", "", "admin "})
      CHECK_FALSE(receiver_of(word).has_value());
  }

} // TEST_SUITE

} // namespace wsgw::protocol
