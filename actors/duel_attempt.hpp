#pragma once

#include "actors/duel_gateway.hpp"
#include "protocol/dialect.hpp"
#include "protocol/duel_ticket.hpp"
#include "protocol/route.hpp"
#include "transport/event_loop.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace wsgw::actors {

/// One handshake on its way in.
struct duel_gateway::attempt {
  std::unique_ptr<transport::upgrade> handshake;
  std::string address;
  protocol::dialect speaks = protocol::dialect::legacy;
  bool selects_v1 = false; ///< offered as a subprotocol
  std::string cursor;
  std::string text; ///< the ticket as it came; empty: none
  protocol::duel_ticket ticket;
  protocol::role as = protocol::role::initiator;
  std::optional<protocol::room_id> room;
  seat place;
  std::chrono::steady_clock::time_point began =
    std::chrono::steady_clock::now();

  /// No cursor of ours is longer; a longer one is malformed.
  static constexpr std::size_t cursor_bytes = 64;

  /// What the client is, as its handshake says.
  void read() {
    const auto& request = handshake->request();
    const auto query = protocol::request_target::parse(request.target).query;
    const auto offered = request.joined("sec-websocket-protocol");
    speaks = protocol::dialect_of(protocol::endpoint::duel, query, offered);
    selects_v1 = protocol::offers_v1(offered);
    text = query.last("ticket").value_or("");
    if (speaks != protocol::dialect::v1)
      return;
    cursor = query.last("cursor").value_or("");
    if (cursor.size() > cursor_bytes)
      cursor = "!";
  }
};

/// Takes an answer of the desk to the handshake's own loop, exactly once. When
/// the desk ends without a word, the handshake is given up there: it must not
/// end on another shard.
class duel_gateway::slip {
public:
  slip(duel_gateway& gate, shared_attempt a)
      : gate_(gate), loop_(a->handshake->loop()), attempt_(std::move(a)) {}
  slip(const slip&) = delete;
  slip& operator=(const slip&) = delete;
  ~slip() {
    if (attempt_)
      go([&gate = gate_](const shared_attempt& a) {
        gate.give_up(*a, "dropped");
      });
  }

  template <class Next>
  void go(Next next) {
    loop_.post([a = std::move(attempt_), next = std::move(next)] { next(a); });
  }

private:
  duel_gateway& gate_;
  transport::event_loop& loop_;
  shared_attempt attempt_; ///< null once answered
};

} // namespace wsgw::actors
