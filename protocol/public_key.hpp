#pragma once

#include <cstdint>
#include <string_view>

namespace wsgw::protocol {

/// What a PEM public key can verify (design D6: the key decides).
enum class key_kind : std::uint8_t {
  unreadable, ///< not a PEM public key
  weak_rsa,   ///< RSA below 2048 bits (RFC 7518 section 3.3)
  rs256,
  es256,
  unsupported, ///< another curve or algorithm
};

key_kind kind_of_public_key(std::string_view pem);

/// True when `text` begins like a PEM file. Such a text is never taken as an
/// HS256 secret: a public key is no secret (RFC 8725 section 2.1).
bool looks_like_pem(std::string_view text);

} // namespace wsgw::protocol
