#pragma once

#include "protocol/close_code.hpp"
#include "protocol/route.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace wsgw::protocol {

/// What admission knows about the deployment; read-only after start-up.
struct admission_policy {
  bool compat = false;            ///< WS_COMPAT: the reference's behaviour
  bool production = false;        ///< ENVIRONMENT=production
  bool has_authoriser = false;    ///< WS_AUTH_URL is set
  std::string secret_key;         ///< SECRET_KEY: HS256 only
  std::string jwt_public_key_pem; ///< WS_JWT_PUBLIC_KEY_FILE: RS256 or ES256
  std::string site_secret;        ///< SITE_SECRET
  std::string ticket_secret;      ///< WS_TICKET_SECRET
  /// Lower case; an entry with a port matches nothing (contract 2.3).
  std::vector<std::string> trusted_iframe_hosts;
};

/// One attempt to join, as read from the handshake request.
struct admission_request {
  endpoint where = endpoint::admin_dialog;
  std::optional<room_id> room; ///< empty for L
  const query_params* query = nullptr;
  std::optional<std::string> origin; ///< the Origin header
  std::chrono::system_clock::time_point now;
};

/// Who was let in, as far as the hub knows.
struct identity {
  std::string user_id; ///< `sub`, ticket or token user; may be empty
  std::string claims_json = "null"; ///< verified claims for the authoriser
  std::optional<std::int64_t> assistant_id;
  std::string site; ///< host that the domain rule was applied to; may be empty
  /// When the credential ends; the live connection is closed 4001 then. Never
  /// set in compat: the reference lets live connections outlast their token.
  std::optional<std::chrono::system_clock::time_point> expires_at;
};

enum class admission_outcome : std::uint8_t {
  admitted,       ///< let it in
  ask_authoriser, ///< let it in if the backend agrees
  refuse_close,   ///< 101, then close with `refusal`
  refuse_http,    ///< HTTP error `http_error`, no upgrade
};

struct admission {
  admission_outcome outcome = admission_outcome::refuse_http;
  role as = role::admin;
  std::optional<room_id> room; ///< set when admitted; L gets `user:<sub>`
  identity who;
  close_status refusal;
  errc http_error = errc::not_found;
  /// Origin and parent_origin of a domain refusal as the client sent them, made
  /// printable, for the operations log line WEBSOCKET_4003_ERROR; else empty.
  std::string refused_origin;
  std::optional<std::string> refused_parent_origin;
};

/// Decides one attempt: design D6-D8, contract/replyx.md section 2 (compat),
/// protocol-v1 7.1-7.4. Pure: no clock, no I/O. Tokens never appear in the
/// result except inside `claims_json` (claims, not signature).
admission decide(const admission_policy& policy,
                 const admission_request& request);

} // namespace wsgw::protocol
