#pragma once

#include "actors/duel_questions.hpp"
#include "actors/hub.hpp"
#include "transport/event_loop.hpp"
#include "transport/http_client.hpp"

namespace wsgw::actors {

/// Duels whose states the backend tells: `GET <WEBSOCKET_STATE_URL>?duel_id=7`
/// with the bearer WEBSOCKET_STATE_TOKEN. Tickets are used up at another desk.
/// Callbacks run on the loop's thread.
class backend_duels final : public duel_desk {
public:
  /// `backend` works on `loop`, as this does. All outlive this.
  backend_duels(const hub& shared, transport::event_loop& loop,
                transport::http_client& backend, duel_desk& tickets);

  void state(std::int64_t duel_id, state_done then) override;
  void use_ticket(std::string jti, std::chrono::milliseconds ttl,
                  use_done then) override;
  void look_up(std::string jti, use_done then) override;

private:
  void ask(std::int64_t duel_id);
  void answered(std::int64_t duel_id,
                const transport::http_client_response& response);

  const hub& shared_;
  transport::event_loop& loop_;
  transport::http_client& backend_;
  duel_desk& tickets_;
  duel_questions questions_; ///< loop thread only
};

} // namespace wsgw::actors
