#include "protocol/jwt.hpp"

#include "protocol/base64.hpp"
#include "protocol/public_key.hpp"

#include <jwt.h>
#include <openssl/err.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <optional>
#include <strings.h>

namespace wsgw::protocol {

namespace {

using jwt_ptr = std::unique_ptr<jwt_t, decltype(&jwt_free)>;

/// The decoded parts of a compact JWS.
struct jwt_parts {
  json_object header;
  json_object claims;
  bool is_signed = false;
};

/// A key with the one algorithm it may be used for.
struct chosen_key {
  jwt_alg_t algorithm;
  std::string_view bytes;
};

std::optional<jwt_parts> split(std::string_view jwt) {
  if (jwt.size() > max_jwt_bytes)
    return std::nullopt;
  const auto first = jwt.find('.');
  if (first == std::string_view::npos)
    return std::nullopt;
  const auto second = jwt.find('.', first + 1);
  if (second == std::string_view::npos)
    return std::nullopt;
  const auto part = [](std::string_view text) {
    return base64url_decode(text, base64_padding::forbidden);
  };
  const auto header = part(jwt.substr(0, first));
  const auto claims = part(jwt.substr(first + 1, second - first - 1));
  const auto signature = part(jwt.substr(second + 1));
  if (!header || !claims || !signature)
    return std::nullopt;
  auto header_json = json_object::parse(*header);
  auto claims_json = json_object::parse(*claims);
  if (!header_json || !claims_json)
    return std::nullopt;
  return jwt_parts{std::move(*header_json), std::move(*claims_json),
                   !signature->empty()};
}

/// RFC 7515 4.1.11: `crit` names extensions that must be understood; we know
/// none. libjwt refuses foreign types, so say precisely that it is the form.
bool is_plain_header(const json_object& header) {
  if (header.has("crit") || !header.string("alg"))
    return false;
  if (!header.has("typ"))
    return true;
  const auto type = header.string("typ");
  return type && strcasecmp(type->c_str(), "JWT") == 0;
}

std::optional<chosen_key> choose(std::string_view algorithm,
                                 const jwt_key& key) {
  if (algorithm == "HS256" && !key.hs256_secret.empty()
      && !looks_like_pem(key.hs256_secret))
    return chosen_key{JWT_ALG_HS256, key.hs256_secret};
  if (key.public_key_pem.empty()
      || (algorithm != "RS256" && algorithm != "ES256"))
    return std::nullopt;
  const auto kind = kind_of_public_key(key.public_key_pem);
  if (algorithm == "RS256" && kind == key_kind::rs256)
    return chosen_key{JWT_ALG_RS256, key.public_key_pem};
  if (algorithm == "ES256" && kind == key_kind::es256)
    return chosen_key{JWT_ALG_ES256, key.public_key_pem};
  return std::nullopt;
}

/// The signature alone; `key.bytes` is never empty here, and the algorithm that
/// libjwt used is compared with the one we chose.
bool has_good_signature(std::string_view jwt, const chosen_key& key) {
  jwt_t* decoded = nullptr;
  const int failed =
    jwt_decode(&decoded, std::string{jwt}.c_str(),
               reinterpret_cast<const unsigned char*>(key.bytes.data()),
               static_cast<int>(key.bytes.size()));
  const jwt_ptr owner{failed == 0 ? decoded : nullptr, &jwt_free};
  // TLS links on this thread read the same error queue.
  ERR_clear_error();
  return owner && jwt_get_alg(owner.get()) == key.algorithm;
}

} // namespace

std::variant<json_object, token_error> verify_jwt(std::string_view jwt,
                                                  const jwt_key& key) {
  auto parts = split(jwt);
  if (!parts || !is_plain_header(parts->header))
    return token_error::malformed;
  const auto chosen = choose(*parts->header.string("alg"), key);
  if (!chosen)
    return token_error::wrong_algorithm;
  if (!parts->is_signed || !has_good_signature(jwt, *chosen))
    return token_error::bad_signature;
  return std::move(parts->claims);
}

std::optional<json_object> read_jwt_unverified(std::string_view jwt) {
  auto parts = split(jwt);
  if (!parts)
    return std::nullopt;
  return std::move(parts->claims);
}

std::string sign_jwt(std::string_view claims_json, std::string_view secret) {
  if (secret.empty() || looks_like_pem(secret))
    return {};
  jwt_t* raw = nullptr;
  if (jwt_new(&raw) != 0)
    return {};
  const jwt_ptr jwt{raw, &jwt_free};
  if (jwt_add_grants_json(raw, std::string{claims_json}.c_str()) != 0
      || jwt_set_alg(raw, JWT_ALG_HS256,
                     reinterpret_cast<const unsigned char*>(secret.data()),
                     static_cast<int>(secret.size()))
           != 0)
    return {};
  const std::unique_ptr<char, decltype(&std::free)> text{jwt_encode_str(raw),
                                                         &std::free};
  return text ? std::string{text.get()} : std::string{};
}

} // namespace wsgw::protocol
