#pragma once

#include "protocol/json_object.hpp"
#include "protocol/token.hpp"

#include <string>
#include <string_view>
#include <variant>

namespace wsgw::protocol {

/// Longest accepted JWT; longer ones are malformed.
inline constexpr std::size_t max_jwt_bytes = 8192;

/// Checks structure, algorithm and signature of a compact JWS (RFC 7515) and
/// returns its claims; says nothing about what the claims mean. Of the headers,
/// `crit` and a `typ` other than JWT are refused. Thread-safe.
std::variant<json_object, token_error> verify_jwt(std::string_view jwt,
                                                  const jwt_key& key);

/// Returns the claims of something that has the structure of a JWT. Proves
/// nothing.
std::optional<json_object> read_jwt_unverified(std::string_view jwt);

/// Signs claims with HS256; empty when the secret is empty or looks like a PEM
/// key, or `claims_json` is not a JSON object.
std::string sign_jwt(std::string_view claims_json, std::string_view secret);

} // namespace wsgw::protocol
