#pragma once

#include "actors/duel_gateway.hpp"
#include "actors/http_api.hpp"
#include "transport/handler.hpp"

#include <optional>
#include <string_view>

namespace wsgw::actors {

/// The listener on WEBSOCKET_PORT: any path is the endpoint of duels, and
/// nothing else is there (contract/duels.md section 4). Thread-safe.
class duel_door final : public transport::request_handler {
public:
  /// A longer head is refused 413.
  static constexpr std::size_t head_bytes = 4096;

  duel_door(hub& shared, http_api& api, duel_gateway& gate)
      : shared_(shared), api_(api), gate_(gate) {}

  std::optional<transport::http_response>
  on_head(const transport::http_request& head) override;
  bool is_stream(const transport::http_request&) const override {
    return false;
  }
  void on_request(transport::http_request request,
                  transport::reply respond) override;
  void on_upgrade(std::unique_ptr<transport::upgrade> handshake) override;
  transport::http_response on_bad_request(protocol::errc why,
                                          std::string_view request_id) override;

private:
  transport::http_response refusal(const transport::http_request& request);

  hub& shared_;
  http_api& api_;
  duel_gateway& gate_;
};

} // namespace wsgw::actors
