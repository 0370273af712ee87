#pragma once

#include "protocol/duel_ticket.hpp"
#include "tests/support/fake_duel_desk.hpp"
#include "tests/support/gateway_fixture.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

namespace wsgw::tests {

inline constexpr std::string_view duel_key = "a secret of duels";

inline actors::settings with_duels(std::size_t bad_tickets = 20) {
  auto config = gateway_fixture::strict();
  config.duel_secret = duel_key;
  config.rate_limit_per_ip = 0;
  config.bad_ticket_limit = bad_tickets;
  return config;
}

/// A gate to duel 7, with a desk that knows it.
struct duel_gate : gateway_fixture {
  explicit duel_gate(actors::settings config = with_duels())
      : gateway_fixture(std::move(config)) {
    sys.shared().duels = &desk;
    desk.keep("in_progress", duel_payload("in_progress", 1));
  }
  ~duel_gate() { sys.shared().duels = nullptr; }

  /// A ticket of `user` that lives from `since` on.
  std::string ticket(std::int64_t user, std::string jti,
                     std::chrono::seconds since = std::chrono::seconds{0},
                     std::string_view secret = duel_key) {
    protocol::duel_ticket order;
    order.duel_id = 7;
    order.user_id = user;
    order.issued_at = std::chrono::system_clock::now() + since;
    order.expires_at = order.issued_at + std::chrono::seconds{60};
    order.jti = std::move(jti);
    return protocol::mint_duel_ticket(order, secret);
  }

  record enter(const std::string& with, const std::string& more = {},
               transport::header_list headers = {}) {
    return arrive("/ws/duels?ticket=" + with + more, "192.0.2.7",
                  std::move(headers));
  }

  std::uint64_t bad(const std::string& reason) {
    const auto counts = sys.shared().bad_tickets.snapshot();
    const auto found = counts.find(reason);
    return found == counts.end() ? 0 : found->second;
  }

  fake_duel_desk desk;
};

inline bool is_in(const gateway_fixture::record& shake) {
  return shake->socket && !shake->socket->closed
         && !shake->socket->texts.empty()
         && shake->socket->texts[0].starts_with(R"({"type":"connected")");
}

/// The error and the code that a socket got instead of a greeting.
inline std::string farewell(const gateway_fixture::record& shake) {
  REQUIRE(shake->socket);
  REQUIRE(shake->socket->closed);
  std::string all;
  for (const auto& text : shake->socket->texts)
    all += text + ' ';
  return all + std::to_string(shake->socket->closed->code);
}

inline std::string legacy_error(const std::string& word) {
  return R"({"type":"error","message":")" + word + "\"} 1000";
}

} // namespace wsgw::tests
