#pragma once

#include "protocol/duel_ticket.hpp"
#include "tests/support/running_hub.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace wsgw::tests {

inline constexpr std::string_view duel_secret = "duel-secret-of-the-tests-005";

inline std::string duel_payload(const std::string& status, int round) {
  return R"({"duel_id":7,"status":")" + status
         + R"(","updated_at":"2026-04-17 10:00:00","last_round_number":)"
         + std::to_string(round)
         + R"(,"last_round_closed_at":"","event_version":null})";
}

inline std::string duel_update(const std::string& status, int round) {
  return R"({"type":"duel_update","payload":)" + duel_payload(status, round)
         + "}";
}

inline std::string
duel_ticket_of(std::int64_t user,
               std::chrono::seconds since = std::chrono::seconds{0},
               std::string_view secret = duel_secret) {
  static int number = 0;
  protocol::duel_ticket order;
  order.duel_id = 7;
  order.user_id = user;
  order.issued_at = std::chrono::system_clock::now() + since;
  order.expires_at = order.issued_at + std::chrono::seconds{60};
  order.jti = "ticket" + std::to_string(++number);
  return protocol::mint_duel_ticket(order, secret);
}

/// A hub with Redis and the duels' own port; players 1 and 2 play duel 7.
struct duel_hub {
  explicit duel_hub(const environment_map& changes = {})
      : port(free_port()),
        hub(with({{"WEBSOCKET_TICKET_SECRET", std::string{duel_secret}},
                  {"WEBSOCKET_HOST", "127.0.0.1"},
                  {"WEBSOCKET_PORT", std::to_string(port)}},
                 changes)) {
    keep("in_progress", 1);
  }

  void keep(const std::string& status, int round) {
    hub.redis.cli("SET", "ws:duel:7:state",
                  R"({"duel_id":7,"initiator_user_id":1,"opponent_user_id":2,)"
                  R"("status":")"
                    + status + R"(","payload":)" + duel_payload(status, round)
                    + "}");
  }

  /// What a backend does: the state first, then the event.
  void tell(const std::string& status, int round) {
    keep(status, round);
    hub.publish_on("ws:duel:7", duel_update(status, round));
  }

  ws_client enter(const std::string& ticket, const std::string& more = {},
                  const std::string& path = "/",
                  const ws_client::header_list& headers = {}) {
    auto client =
      ws_client::connect(port, path + "?ticket=" + ticket + more, headers);
    CHECK_MESSAGE(client.is_open(), client.status());
    return client;
  }

  /// In, greeted and shown the state.
  ws_client player(std::int64_t user) {
    auto client = enter(duel_ticket_of(user));
    const auto first = client.read_text(patience);
    CHECK(first.value_or("").starts_with(
      R"({"type":"connected","duel_id":7,"server_ts":)"));
    CHECK(client.read_text(patience) == duel_update("in_progress", 1));
    return client;
  }

  std::uint16_t port;
  running_hub hub;
};

/// The frames up to the close, and its code.
inline std::string ending(ws_client& client) {
  std::string all;
  while (const auto frame = client.read(patience)) {
    if (frame->opcode == op_close)
      return all + std::to_string(frame->close_code) + frame->reason;
    all += frame->payload + ' ';
  }
  return all + "no close";
}

} // namespace wsgw::tests
