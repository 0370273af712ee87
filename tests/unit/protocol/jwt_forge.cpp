#include "tests/unit/protocol/jwt_forge.hpp"

#include "protocol/base64.hpp"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <stdexcept>

namespace wsgw::tests {

namespace {

using protocol::base64url_encode;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string signing_input(std::string_view header, std::string_view claims) {
  return base64url_encode(header) + "." + base64url_encode(claims);
}

/// JOSE wants r and s, 32 bytes each (RFC 7518 section 3.4), not DER.
std::string raw_ecdsa(const std::string& der) {
  const unsigned char* at = bytes_of(der);
  ECDSA_SIG* sig = d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size()));
  if (sig == nullptr)
    throw std::runtime_error{"no ECDSA signature"};
  std::string raw(64, '\0');
  auto* out = reinterpret_cast<unsigned char*>(raw.data());
  BN_bn2binpad(ECDSA_SIG_get0_r(sig), out, 32);
  BN_bn2binpad(ECDSA_SIG_get0_s(sig), out + 32, 32);
  ECDSA_SIG_free(sig);
  return raw;
}

} // namespace

struct signing_key::key {
  explicit key(EVP_PKEY* p) : pkey(p) {
    if (p == nullptr)
      throw std::runtime_error{"cannot make a key"};
  }
  key(const key&) = delete;
  key& operator=(const key&) = delete;
  ~key() { EVP_PKEY_free(pkey); }

  EVP_PKEY* pkey;
};

std::string forge_jwt(std::string_view header, std::string_view claims,
                      std::string_view secret) {
  const auto input = signing_input(header, claims);
  unsigned char mac[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       bytes_of(input), input.size(), mac, &size);
  return input + "."
         + base64url_encode({reinterpret_cast<const char*>(mac), size});
}

signing_key signing_key::rsa(unsigned bits) {
  return signing_key{std::make_shared<key>(EVP_RSA_gen(bits))};
}

signing_key signing_key::ec(const char* curve) {
  return signing_key{std::make_shared<key>(EVP_EC_gen(curve))};
}

std::string signing_key::public_pem() const {
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_PUBKEY(bio, key_->pkey);
  char* data = nullptr;
  const auto size = BIO_get_mem_data(bio, &data);
  std::string pem{data, static_cast<std::size_t>(size)};
  BIO_free(bio);
  return pem;
}

std::string signing_key::sign_jwt(std::string_view header,
                                  std::string_view claims) const {
  const auto input = signing_input(header, claims);
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  std::size_t size = 0;
  EVP_DigestSignInit(context, nullptr, EVP_sha256(), nullptr, key_->pkey);
  EVP_DigestSign(context, nullptr, &size, bytes_of(input), input.size());
  std::string signature(size, '\0');
  EVP_DigestSign(context, reinterpret_cast<unsigned char*>(signature.data()),
                 &size, bytes_of(input), input.size());
  signature.resize(size);
  EVP_MD_CTX_free(context);
  if (EVP_PKEY_get_base_id(key_->pkey) == EVP_PKEY_EC)
    signature = raw_ecdsa(signature);
  return input + "." + base64url_encode(signature);
}

} // namespace wsgw::tests
