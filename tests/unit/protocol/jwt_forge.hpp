#pragma once

#include "protocol/token.hpp"

#include <memory>
#include <ostream>
#include <string>
#include <string_view>

namespace wsgw::protocol {

inline std::ostream& operator<<(std::ostream& out, token_error error) {
  constexpr std::string_view words[] = {"malformed",     "wrong_algorithm",
                                        "bad_signature", "expired",
                                        "not_yet_valid", "bad_claims"};
  return out << words[static_cast<std::size_t>(error)];
}

} // namespace wsgw::protocol

namespace wsgw::tests {

inline constexpr std::string_view hs256_header =
  R"({"alg":"HS256","typ":"JWT"})";

/// Signs any header and claims with HMAC-SHA256, whatever the header says:
/// tokens that no honest issuer makes.
std::string forge_jwt(std::string_view header, std::string_view claims,
                      std::string_view secret);

/// A key pair that signs JWTs with SHA-256: RS256 or ES256.
class signing_key {
public:
  static signing_key rsa(unsigned bits);
  static signing_key ec(const char* curve);

  std::string public_pem() const;
  std::string sign_jwt(std::string_view header, std::string_view claims) const;

private:
  struct key;
  explicit signing_key(std::shared_ptr<key> k) : key_(std::move(k)) {}
  std::shared_ptr<key> key_;
};

} // namespace wsgw::tests
