#include "protocol/public_key.hpp"

#include "protocol/token.hpp"

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/pem.h>

#include <array>
#include <memory>

namespace wsgw::protocol {

namespace {

using bio_ptr = std::unique_ptr<BIO, decltype(&BIO_free)>;
using key_ptr = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

key_kind kind_of(const EVP_PKEY* key) {
  if (EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA)
    return EVP_PKEY_get_bits(key) < 2048 ? key_kind::weak_rsa : key_kind::rs256;
  if (EVP_PKEY_get_base_id(key) != EVP_PKEY_EC)
    return key_kind::unsupported;
  std::array<char, 64> curve{};
  std::size_t length = 0;
  if (EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME,
                                     curve.data(), curve.size(), &length)
      != 1)
    return key_kind::unsupported;
  return std::string_view{curve.data(), length} == SN_X9_62_prime256v1
           ? key_kind::es256
           : key_kind::unsupported;
}

} // namespace

key_kind kind_of_public_key(std::string_view pem) {
  const bio_ptr bio{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())),
                    &BIO_free};
  if (pem.empty() || !bio)
    return key_kind::unreadable;
  const key_ptr key{PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr),
                    &EVP_PKEY_free};
  const auto kind = key ? kind_of(key.get()) : key_kind::unreadable;
  // TLS links on this thread read the same error queue.
  ERR_clear_error();
  return kind;
}

bool looks_like_pem(std::string_view text) {
  const auto start = text.find_first_not_of(" \t\r\n");
  return start != std::string_view::npos
         && text.substr(start).starts_with("-----BEGIN ");
}

std::string check_public_key(std::string_view pem) {
  switch (kind_of_public_key(pem)) {
  case key_kind::rs256:
  case key_kind::es256:
    return {};
  case key_kind::weak_rsa:
    return "the RSA key is shorter than 2048 bits";
  case key_kind::unsupported:
    return "the key is neither RSA nor EC on the curve P-256";
  case key_kind::unreadable:
    break;
  }
  return "not a PEM public key (-----BEGIN PUBLIC KEY-----)";
}

} // namespace wsgw::protocol
