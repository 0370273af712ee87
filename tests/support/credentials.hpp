#pragma once

#include "protocol/role.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wsgw::tests {

/// A good access token of user `subject` (SECRET_KEY of gateway_process.hpp).
std::string access_token(std::string_view subject = "1",
                         std::chrono::seconds ttl = std::chrono::hours{1});

/// A good site token of user 6; no domains means no domain restriction.
std::string site_token(const std::vector<std::string>& domains = {});

/// A good ticket for one dialog and role.
std::string ticket(std::string_view dialog_id, protocol::role as,
                   std::chrono::seconds ttl = std::chrono::minutes{5});

/// Signs any claims with an HMAC, for tokens that no honest issuer makes.
/// `algorithm` goes into the header; HS384 really signs with SHA-384, all
/// others with SHA-256.
std::string sign_jwt(std::string_view claims_json, std::string_view secret,
                     std::string_view algorithm = "HS256");

/// An RSA key pair, and JWTs signed with it (RS256).
class rsa_key {
public:
  rsa_key();
  rsa_key(const rsa_key&) = delete;
  rsa_key& operator=(const rsa_key&) = delete;
  ~rsa_key();

  std::string public_pem() const;
  std::string sign_jwt(std::string_view claims_json) const;

private:
  void* key_; ///< EVP_PKEY
};

/// Now plus `offset`, in Unix seconds, as text for a claim.
std::string unix_time(std::chrono::seconds offset);

/// Request targets with good credentials for strict mode.
std::string admin_target(std::uint64_t dialog);
std::string widget_target(std::uint64_t dialog);
std::string site_target(std::uint64_t dialog);
/// The inbox of one user.
std::string inbox_target(std::string_view user = "1");

} // namespace wsgw::tests
