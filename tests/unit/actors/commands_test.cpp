#include "actors/commands.hpp"
#include "actors/settings_table.hpp"
#include "protocol/duel_ticket.hpp"
#include "protocol/ticket.hpp"
#include "protocol/token.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cstdint>
#include <netinet/in.h>
#include <sstream>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <variant>

using namespace wsgw;
using namespace wsgw::actors;
using namespace std::chrono_literals;

namespace {

const std::chrono::system_clock::time_point now{1'757'163'900s};

startup order_of(action what) {
  startup order;
  order.what.what = what;
  order.config.secret_key = "key of users";
  order.config.site_secret = "key of sites";
  order.config.ticket_secret = "key of tickets";
  return order;
}

/// Exit code and words of `ticket --check`.
std::string checked(startup order, std::string ticket,
                    std::chrono::system_clock::time_point at = now) {
  order.what.what = action::check_ticket;
  order.what.ticket = std::move(ticket);
  std::ostringstream said;
  const auto code = check_ticket(order, at, said, said);
  return std::to_string(code) + ' ' + said.str();
}

/// Listens on a free loopback port and answers one connection with `answer`.
class one_answer {
public:
  explicit one_answer(std::string answer) {
    descriptor_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* where = reinterpret_cast<sockaddr*>(&address);
    REQUIRE(::bind(descriptor_, where, size) == 0);
    REQUIRE(::listen(descriptor_, 1) == 0);
    ::getsockname(descriptor_, where, &size);
    port_ = ntohs(address.sin_port);
    server_ = std::thread{[this, answer = std::move(answer)] {
      const auto peer = ::accept(descriptor_, nullptr, nullptr);
      std::array<char, 512> request{};
      if (::recv(peer, request.data(), request.size(), 0) > 0)
        (void)!::write(peer, answer.data(), answer.size());
      ::close(peer);
    }};
  }
  ~one_answer() {
    server_.join();
    ::close(descriptor_);
  }
  std::uint16_t port() const { return port_; }

private:
  int descriptor_ = -1;
  std::uint16_t port_ = 0;
  std::thread server_;
};

} // namespace

TEST_SUITE("actors/commands") {
  TEST_CASE("a minted access token is one that admission accepts") {
    auto order = order_of(action::mint_access);
    order.what.sub = "1";
    order.what.email = "a@b";
    const auto claims = protocol::verify_access_token(
      mint(order, now), {order.config.secret_key, {}}, now + 59min);
    REQUIRE(std::holds_alternative<protocol::access_claims>(claims));
    CHECK(std::get<protocol::access_claims>(claims).subject == "1");
    CHECK(std::get<protocol::access_claims>(claims).email == "a@b");
  }

  TEST_CASE("a minted site token carries assistant and domains") {
    auto order = order_of(action::mint_site);
    order.what.user_id = 6;
    order.what.assistant_id = 3;
    order.what.domains = {"client.com"};
    const auto claims = protocol::verify_site_token(
      mint(order, now), order.config.site_secret, now + 1000h);
    REQUIRE(std::holds_alternative<protocol::site_claims>(claims));
    CHECK(std::get<protocol::site_claims>(claims).user_id == "6");
    CHECK(std::get<protocol::site_claims>(claims).assistant_id == 3);
    CHECK(std::get<protocol::site_claims>(claims).allowed_domains
          == std::vector<std::string>{"client.com"});
  }

  TEST_CASE("a minted duel ticket is good for its player and its time") {
    auto order = order_of(action::mint_duel_ticket);
    order.config.duel_secret = "key of duels";
    order.config.duel_ticket_ttl = 1min;
    order.what.duel_id = 7;
    order.what.user_id = 3;
    const auto ticket = mint(order, now);
    const auto at = [&](auto when) {
      return protocol::verify_duel_ticket(ticket, "key of duels", when);
    };
    REQUIRE(std::holds_alternative<protocol::duel_ticket>(at(now + 1min)));
    CHECK(std::get<protocol::duel_ticket>(at(now)).duel_id == 7);
    CHECK(std::get<protocol::duel_ticket>(at(now)).user_id == 3);
    CHECK(std::get<protocol::ticket_error>(at(now + 61s))
          == protocol::ticket_error::expired);
    CHECK(mint(order, now) != ticket);
    order.config.duel_secret.clear();
    CHECK(mint(order, now).empty());
  }

  TEST_CASE("a good ticket is checked with 0, what it is and what it says") {
    auto order = order_of(action::mint_duel_ticket);
    order.config.duel_secret = "key of duels";
    order.what.duel_id = 7;
    order.what.user_id = 3;
    const auto duel = checked(order, mint(order, now));
    CHECK(duel.starts_with(
      "0 valid: duel ticket until 2025-09-06T13:10:00.000Z\n"));
    CHECK(duel.find(R"({"duel_id":7,"user_id":3,"iat":1757163900,)")
          != std::string::npos);
    order.what.what = action::mint_ticket;
    order.what.dialog_id = "10";
    CHECK(checked(order, mint(order, now)).starts_with("0 valid: dialog"));
  }

  TEST_CASE("a bad ticket is checked with 1 and the reason") {
    auto order = order_of(action::mint_duel_ticket);
    order.config.duel_secret = "key of duels";
    order.what.duel_id = 7;
    order.what.user_id = 3;
    const auto ticket = mint(order, now);
    CHECK(checked(order, ticket, now + 6min).starts_with("1 refused: expired"));
    CHECK(checked(order, ticket, now - 1min).starts_with("1 refused: future"));
    CHECK(checked(order, "nonsense").starts_with("1 refused: malformed"));
    auto other = order;
    other.config.duel_secret = "another key";
    CHECK(checked(other, ticket) == "1 refused: forged\n");
    order.config.duel_secret.clear();
    order.config.ticket_secret.clear();
    CHECK(checked(order, ticket).starts_with("78 ws-gateway: neither"));
  }

  TEST_CASE("a minted ticket opens its dialog for five minutes") {
    auto order = order_of(action::mint_ticket);
    order.what.dialog_id = "10";
    const auto ticket = mint(order, now);
    const auto at = [&](auto when) {
      return protocol::verify_dialog_ticket(ticket, order.config.ticket_secret,
                                            when);
    };
    REQUIRE(std::holds_alternative<protocol::dialog_ticket>(at(now + 4min)));
    CHECK(std::get<protocol::dialog_ticket>(at(now + 4min)).dialog_id == "10");
    CHECK(std::get<protocol::ticket_error>(at(now + 6min))
          == protocol::ticket_error::expired);
  }

  TEST_CASE("minting without the key says which one is missing") {
    auto order = order_of(action::mint_site);
    order.config.site_secret.clear();
    std::ostringstream out;
    std::ostringstream err;
    CHECK(run_command(order, out, err) == exit_config);
    CHECK(out.str().empty());
    CHECK(err.str().find("SITE_SECRET") != std::string::npos);
  }

  TEST_CASE("a minted token is alone on standard output") {
    auto order = order_of(action::mint_access);
    order.what.sub = "1";
    std::ostringstream out;
    std::ostringstream err;
    CHECK(run_command(order, out, err) == 0);
    const auto text = out.str();
    CHECK(std::count(text.begin(), text.end(), '\n') == 1);
    CHECK(std::count(text.begin(), text.end(), '.') == 2);
    CHECK(err.str().empty());
  }

  TEST_CASE("print-config names every setting and no secret") {
    auto order = order_of(action::print_config);
    order.config.port = 9;
    order.sources["WS_PORT"] = "flag";
    const auto text = settings_as_text(order);
    CHECK(text.find("WS_PORT=9  # flag\n") != std::string::npos);
    CHECK(text.find("SECRET_KEY=***") != std::string::npos);
    CHECK(text.find("key of") == std::string::npos);
    for (const auto& row : settings_table())
      CHECK_MESSAGE(settings_as_markdown().find(row.name) != std::string::npos,
                    row.name);
  }

  TEST_CASE("an early exit goes to the stream that its code asks for") {
    startup order;
    order.stop = early_exit{exit_usage, "usage\n"};
    std::ostringstream out;
    std::ostringstream err;
    CHECK(run_command(order, out, err) == exit_usage);
    CHECK(err.str() == "usage\n");
    CHECK(out.str().empty());
  }

  TEST_CASE("a health check believes only a 200") {
    const auto ask = [](const char* answer) {
      one_answer server{answer};
      settings config;
      config.port = server.port();
      return ask_liveness(config, {}, 3s);
    };
    CHECK(ask("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").empty());
    CHECK(ask("HTTP/1.1 503 Service Unavailable\r\n\r\n")
          == "answered HTTP/1.1 503 Service Unavailable");
    CHECK(ask("") == "no answer in time");
  }

  TEST_CASE("a health check may be given a URL") {
    one_answer server{"HTTP/1.1 200 OK\r\n\r\n"};
    const auto url = "http://localhost:" + std::to_string(server.port());
    CHECK(ask_liveness({}, url + "/ready", 3s).empty());
    for (const auto* wrong :
         {"https://localhost", "localhost:80", "http://", "http://:80/live",
          "http://localhost/live\r\nX: 1"})
      CHECK_MESSAGE(ask_liveness({}, wrong, 3s).starts_with("--url: not"),
                    wrong);
  }

  TEST_CASE("a health check of nobody fails with the reason") {
    std::uint16_t port = 0;
    {
      one_answer server{""};
      port = server.port();
      settings config;
      config.port = port;
      ask_liveness(config, {}, 3s);
    }
    settings config;
    config.port = port;
    CHECK(ask_liveness(config, {}, 3s).find("refused") != std::string::npos);
  }
}
