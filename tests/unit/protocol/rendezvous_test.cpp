#include "protocol/rendezvous.hpp"

#include <doctest/doctest.h>

#include <array>
#include <map>
#include <vector>

using namespace wsgw::protocol;

namespace {

const std::vector<std::string> four{"a:6379/0", "b:6379/0", "third",
                                    "/run/redis.sock"};

std::string room(int n) { return "dialog:" + std::to_string(n); }

} // namespace

TEST_SUITE("protocol/rendezvous") {
  // Computed by Python: max(names, key=lambda n: int.from_bytes(
  //   hashlib.sha256(f"{room}|{n}".encode()).digest()[:8], "big"))
  TEST_CASE("rooms are where another implementation puts them") {
    const std::map<std::string, std::size_t> expected{
      {"dialog:1", 2},   {"dialog:2", 2},
      {"dialog:3", 1},   {"dialog:10", 2},
      {"dialog:42", 1},  {"user:5", 2},
      {"user:a@b.c", 3}, {"dialog:9223372036854775807", 2}};
    for (const auto& [name, index] : expected)
      CHECK_MESSAGE(choose_server(name, four) == index, name);
  }

  TEST_CASE("rooms are spread evenly") {
    const std::span two{four.data(), 2};
    const std::span three{four.data(), 3};
    std::array<int, 2> of_two{};
    std::array<int, 3> of_three{};
    for (int n = 1; n <= 3000; ++n) {
      ++of_two.at(choose_server(room(n), two));
      ++of_three.at(choose_server(room(n), three));
    }
    CHECK(of_two == std::array{1476, 1524});
    CHECK(of_three == std::array{996, 1020, 984});
  }

  TEST_CASE("the order of the servers does not matter") {
    const std::vector<std::string> reversed{four.rbegin(), four.rend()};
    for (int n = 1; n <= 200; ++n)
      CHECK(reversed[choose_server(room(n), reversed)]
            == four[choose_server(room(n), four)]);
  }

  TEST_CASE("a new server only takes rooms for itself") {
    const std::vector<std::string> before{four.begin(), four.end() - 1};
    for (int n = 1; n <= 500; ++n) {
      const auto now = choose_server(room(n), four);
      if (now != 3)
        CHECK(now == choose_server(room(n), before));
    }
  }

  TEST_CASE("a single server keeps everything") {
    CHECK(choose_server("dialog:1", std::vector<std::string>{"x"}) == 0);
  }
}
