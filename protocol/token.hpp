#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace wsgw::protocol {

enum class token_error : std::uint8_t {
  malformed,       ///< not a JWT
  wrong_algorithm, ///< not the algorithm that the key decides
  bad_signature,
  expired,
  not_yet_valid, ///< nbf in the future
  bad_claims,    ///< a claim is missing or has a wrong type
};

/// Claims of a user's access token (contract/replyx.md 2.1).
struct access_claims {
  std::string subject; ///< not empty, no control characters
  std::string email;
  std::string type; ///< "access", "refresh" or empty when absent
  std::chrono::system_clock::time_point expires_at;
  /// The token is held to this dialog; empty text (which no dialog has) when
  /// the claim is neither a string nor an integer.
  std::optional<std::string> dialog_id;
  std::string json; ///< all claims, compact
};

/// Claims of a site token (contract/replyx.md 2.3).
struct site_claims {
  std::string user_id; ///< empty when absent
  std::optional<std::int64_t> assistant_id;
  std::string type;
  std::vector<std::string> allowed_domains; ///< trimmed, lower case
  bool domains_malformed = false;           ///< claim present but not a string
  std::optional<std::chrono::system_clock::time_point> expires_at;
  std::optional<std::string> dialog_id;
  std::string json;
};

/// The key decides the algorithm (design D6): a secret means HS256 and nothing
/// else; a PEM public key means RS256 or ES256 by its type.
struct jwt_key {
  std::string hs256_secret;
  std::string public_key_pem;
};

template <class Claims>
using token_result = std::variant<Claims, token_error>;

/// Verifies signature, `exp` (required), `nbf`, `aud` (must be absent), `sub`
/// (string, required). `expired` is reported only for a good signature.
token_result<access_claims>
verify_access_token(std::string_view jwt, const jwt_key& key,
                    std::chrono::system_clock::time_point now);

/// Verifies the signature with `secret`; `exp` is honoured when present.
token_result<site_claims>
verify_site_token(std::string_view jwt, std::string_view secret,
                  std::chrono::system_clock::time_point now);

/// The same without `exp`, as the reference does (compat only).
token_result<site_claims>
verify_site_token_ignoring_expiry(std::string_view jwt, std::string_view secret,
                                  std::chrono::system_clock::time_point now);

/// Reads the claims without any verification (compat's domain step only).
token_result<site_claims> read_site_token_unverified(std::string_view jwt);

/// Empty, or what is wrong with a PEM file as a JWT public key.
std::string check_public_key(std::string_view pem);

/// Mints tokens for tests, demos and operators. Both functions return an empty
/// string when the secret is empty or is a PEM key.
struct access_token_order {
  std::string subject;
  std::string email;
  std::chrono::system_clock::time_point now;
  std::chrono::seconds ttl{3600};
};
std::string mint_access_token(const access_token_order& order,
                              std::string_view secret);

struct site_token_order {
  std::int64_t user_id = 0;
  std::optional<std::int64_t> assistant_id;
  std::vector<std::string> domains;
  std::chrono::system_clock::time_point now;
  std::optional<std::chrono::seconds> ttl;
};
std::string mint_site_token(const site_token_order& order,
                            std::string_view secret);

} // namespace wsgw::protocol
