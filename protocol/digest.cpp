#include "protocol/digest.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include <array>

namespace wsgw::protocol {

namespace {

using sha256_bytes = std::array<unsigned char, SHA256_DIGEST_LENGTH>;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string hex(const sha256_bytes& bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  out.reserve(2 * bytes.size());
  for (const unsigned char b : bytes) {
    out += digits[b >> 4U];
    out += digits[b & 0x0FU];
  }
  return out;
}

} // namespace

std::string sha256_hex(std::string_view bytes) {
  sha256_bytes out{};
  SHA256(bytes_of(bytes), bytes.size(), out.data());
  return hex(out);
}

std::string hmac_sha256_hex(std::string_view key, std::string_view bytes) {
  sha256_bytes out{};
  unsigned length = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes_of(bytes),
       bytes.size(), out.data(), &length);
  return hex(out);
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size()
         && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

} // namespace wsgw::protocol
