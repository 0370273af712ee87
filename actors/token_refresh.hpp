#pragma once

#include "actors/settings.hpp"
#include "protocol/admission.hpp"
#include "protocol/authorisation.hpp"
#include "transport/handler.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace wsgw::actors {

/// The handshake of a v1 client without its credential: a `refresh` puts the
/// newer token in its place and goes through the same admission. Immutable.
struct refresh_context {
  protocol::endpoint where = protocol::endpoint::admin_dialog;
  std::optional<protocol::room_id> room; ///< as in the route; empty for L
  /// The parameter that the credential came in: `token`, `site_token` or
  /// `ticket`; empty when the client came without one.
  std::string credential;
  std::string query; ///< the other parameters, still percent-encoded
  std::optional<std::string> origin;
  std::optional<std::int64_t> assistant_id; ///< who it was admitted as
};

/// Keeps what a later `refresh` needs of an admitted handshake.
std::shared_ptr<const refresh_context>
remember_handshake(const transport::http_request& request,
                   const protocol::ws_route& route,
                   const protocol::identity& who);

/// Judges `token` as if the client came with it now. Pure.
protocol::admission judge_refresh(const protocol::admission_policy& policy,
                                  const refresh_context& context,
                                  std::string_view token,
                                  std::chrono::system_clock::time_point now);

/// The question that admission's `ask_authoriser` stands for. `ip` is the
/// client's address.
protocol::auth_question question_of(const protocol::admission& verdict,
                                    const std::optional<std::string>& origin,
                                    std::string_view ip);

} // namespace wsgw::actors
