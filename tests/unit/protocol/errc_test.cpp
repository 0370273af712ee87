#include "protocol/errc.hpp"

#include <doctest/doctest.h>

#include <ostream>
#include <set>
#include <string>

namespace wsgw::protocol {

namespace {

constexpr int last = static_cast<int>(errc::internal_error);

} // namespace

TEST_SUITE("protocol/errc") {

  TEST_CASE("every error has a word of its own that metrics can use") {
    std::set<std::string_view> words;
    for (int i = 1; i <= last; ++i) {
      const auto word = word_of(static_cast<errc>(i));
      CHECK_FALSE(word.empty());
      CHECK(word.find_first_not_of("abcdefghijklmnopqrstuvwxyz_0123456789")
            == std::string_view::npos);
      CHECK(words.insert(word).second);
    }
  }

  TEST_CASE("every error has a sentence and an HTTP error status") {
    for (int i = 1; i <= last; ++i) {
      const auto e = static_cast<errc>(i);
      CAPTURE(word_of(e));
      CHECK(sentence_of(e).ends_with('.'));
      CHECK(http_status_of(e) >= 400);
      CHECK(http_status_of(e) <= 505);
    }
  }

  TEST_CASE("errors carry the statuses of the wire description") {
    CHECK(http_status_of(errc::not_found) == 404);
    CHECK(http_status_of(errc::bad_dialog_id) == 400);
    CHECK(http_status_of(errc::unauthorized) == 401);
    CHECK(http_status_of(errc::body_too_large) == 413);
    CHECK(http_status_of(errc::head_too_large) == 431);
    CHECK(http_status_of(errc::too_many_connections) == 429);
    CHECK(http_status_of(errc::server_overloaded) == 503);
    CHECK(http_status_of(errc::dialog_full) == 503);
  }

  TEST_CASE("an errc is a std::error_code whose message is the word") {
    const std::error_code code = errc::event_not_json;
    CHECK(code.message() == "event_not_json");
    CHECK(code.category().name() == std::string{"wsgw.protocol"});
    CHECK(code == errc::event_not_json);
  }

  TEST_CASE("a number that is no errc reads as an internal error") {
    CHECK(protocol_category().message(0) == "internal_error");
    CHECK(protocol_category().message(last + 1) == "internal_error");
    CHECK(protocol_category().message(-1) == "internal_error");
  }

} // TEST_SUITE

} // namespace wsgw::protocol
