#pragma once

#include "actors/duel_gateway.hpp"
#include "actors/hub.hpp"
#include "actors/seating.hpp"
#include "protocol/admission.hpp"
#include "protocol/authorisation.hpp"
#include "transport/handler.hpp"

#include <memory>
#include <optional>
#include <string>

namespace wsgw::actors {

class http_api;

/// Between transport and actors: decides about every handshake and turns an
/// admitted socket into a subscriber on its room's shard. Plain HTTP goes to
/// `http_api`. Thread-safe: called on every shard's thread.
class socket_gateway final : public transport::request_handler {
public:
  socket_gateway(hub& shared, http_api& api);

  std::optional<transport::http_response>
  on_head(const transport::http_request& head) override;
  bool is_stream(const transport::http_request& head) const override;
  void on_request(transport::http_request request,
                  transport::reply respond) override;
  void on_upgrade(std::unique_ptr<transport::upgrade> handshake) override;
  transport::http_response on_bad_request(protocol::errc why,
                                          std::string_view request_id) override;

  /// For the listener that duels have to themselves.
  duel_gateway& duels() { return duels_; }

private:
  /// One handshake on its way through admission.
  struct attempt;
  class asked;

  void refuse(transport::upgrade& handshake, protocol::errc why);
  void refuse_overload(std::unique_ptr<transport::upgrade> handshake,
                       protocol::errc why, std::chrono::milliseconds retry);
  void accept_and_close(std::unique_ptr<transport::upgrade> handshake,
                        const protocol::close_status& status);
  void open_special(std::unique_ptr<transport::upgrade> handshake,
                    protocol::endpoint where);
  bool within_attempt_limit(std::unique_ptr<transport::upgrade>& handshake,
                            const std::string& address,
                            protocol::endpoint where);
  void decide(std::shared_ptr<attempt> a);
  void ask_authoriser(std::shared_ptr<attempt> a);
  void answered(const std::shared_ptr<attempt>& a,
                const protocol::auth_answer& answer);
  void place(std::shared_ptr<attempt> a);
  void open(const std::shared_ptr<attempt>& a);
  void log_forbidden(const protocol::admission& verdict) const;
  void log_refused(const transport::http_request& request, std::uint16_t code,
                   std::string_view why) const;
  transport::connection_limits limits() const;
  /// With what the answer to this handshake says besides.
  transport::connection_limits
  limits_for(const transport::upgrade& handshake) const;
  transport::http_response
  answer_stream_path(const transport::http_request& request);

  hub& shared_;
  http_api& api_;
  seating seats_;
  duel_gateway duels_;
};

} // namespace wsgw::actors
