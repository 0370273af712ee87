#include "transport/http_text.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>

using namespace wsgw::transport;

TEST_SUITE("transport/http_text") {
  TEST_CASE("only keys of sixteen bytes are keys") {
    CHECK(is_websocket_key("dGhlIHNhbXBsZSBub25jZQ=="));
    CHECK(is_websocket_key("AAAAAAAAAAAAAAAAAAAAAA=="));
    CHECK_FALSE(is_websocket_key(""));
    CHECK_FALSE(is_websocket_key("AAAAAAAAAAAAAAAAAAAAAB=="));
    CHECK_FALSE(is_websocket_key("AAAAAAAAAAAAAAAAAAAAAAA="));
    CHECK_FALSE(is_websocket_key("AAAAAAAAAAAAAAAAAAAA"));
    CHECK_FALSE(is_websocket_key("AAAAAAAAAA AAAAAAAAAAA=="));
  }

  TEST_CASE("a list holds whole tokens in any case") {
    CHECK(list_has("keep-alive, Upgrade", "upgrade"));
    CHECK(list_has("\tUPGRADE ", "upgrade"));
    CHECK_FALSE(list_has("upgrades, up", "upgrade"));
    CHECK_FALSE(list_has("", "upgrade"));
    CHECK_FALSE(list_has(" , ,", "upgrade"));
  }

  TEST_CASE("request ids are kept when sane and otherwise made") {
    CHECK(request_id_for("aZ09._-") == "aZ09._-");
    CHECK(request_id_for(std::string(64, 'a')) == std::string(64, 'a'));
    std::set<std::string> made;
    for (const auto* bad : {"", "a b", "a\"b", "\xC3\xA9"})
      made.insert(request_id_for(bad));
    made.insert(request_id_for(std::string(65, 'a')));
    CHECK(made.size() == 5);
    for (const auto& id : made) {
      CHECK(id.size() == 16);
      CHECK(id.find_first_not_of("0123456789abcdef") == std::string::npos);
    }
  }

  TEST_CASE("a 204 has neither body nor length") {
    response_form form;
    form.request_id = "id";
    const auto text = response_text({204, "", "dropped", {}}, form);
    CHECK(text.rfind("HTTP/1.1 204 No Content\r\n", 0) == 0);
    CHECK(text.find("Content-Length") == std::string::npos);
    CHECK(text.find("Content-Type:") == std::string::npos);
    CHECK(text.substr(text.size() - 4) == "\r\n\r\n");
  }

  TEST_CASE("a kept HTTP/1.0 connection is announced") {
    response_form form;
    form.keep_alive = true;
    form.explicit_keep_alive = true;
    CHECK(response_text({}, form).find("Connection: keep-alive\r\n")
          != std::string::npos);
  }
}
