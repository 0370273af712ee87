#include "protocol/close_code.hpp"

#include <doctest/doctest.h>

#include <ostream>

namespace wsgw::protocol {

TEST_SUITE("protocol/close_code") {

  TEST_CASE("the table is in the order of the enumeration and complete") {
    for (std::size_t i = 0; i < close_table.size(); ++i)
      CHECK(static_cast<std::size_t>(close_table[i].reason) == i);
    CHECK(close_table.back().reason == close_reason::revoked);
  }

  TEST_CASE("every reason text fits a close frame") {
    for (const auto& row : close_table) {
      CAPTURE(row.text);
      CHECK(row.text.size() <= 123);
    }
  }

  TEST_CASE("only codes that may be sent are in the table") {
    for (const auto& row : close_table) {
      CAPTURE(row.code);
      const bool is_standard = row.code >= 1000 && row.code <= 1013
                               && row.code != 1004 && row.code != 1005
                               && row.code != 1006;
      const bool is_private = row.code >= 4000 && row.code <= 4999;
      CHECK((is_standard || is_private));
    }
  }

  TEST_CASE("a reason gives the code and text of the wire description") {
    CHECK(status_of(close_reason::heartbeat_timeout)
          == close_status{1001, "Heartbeat timeout"});
    CHECK(status_of(close_reason::dialog_full)
          == close_status{1013, "Too many connections for this dialog"});
    CHECK(status_of(close_reason::domain_not_allowed_for_token)
          == close_status{4003, "Domain not allowed for this token"});
    CHECK(status_of(close_reason::slow_consumer)
          == close_status{4010, "Slow consumer"});
    CHECK(status_of(close_reason::revoked) == close_status{4011, "Revoked"});
    CHECK(status_of(close_reason::log_unavailable)
          == close_status{1013, "Event log unavailable"});
  }

  TEST_CASE("rows of one code ask for the same kind of reconnect") {
    for (const auto& a : close_table)
      for (const auto& b : close_table)
        if (a.code == b.code)
          CHECK(a.policy == b.policy);
  }

} // TEST_SUITE

} // namespace wsgw::protocol
