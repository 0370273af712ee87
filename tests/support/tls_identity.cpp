#include "tests/support/tls_identity.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <unistd.h>

namespace wsgw::tests {

namespace {

using key_ptr = std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)>;
using certificate_ptr = std::unique_ptr<X509, void (*)(X509*)>;

void require(bool is_fine) {
  if (!is_fine)
    throw std::runtime_error("tls_identity: OpenSSL failed");
}

void add_extension(X509* certificate, int kind, const char* value) {
  auto* extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value);
  require(extension != nullptr);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

certificate_ptr self_signed(EVP_PKEY* key) {
  certificate_ptr certificate{X509_new(), X509_free};
  auto* raw = certificate.get();
  X509_set_version(raw, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(raw), 1);
  X509_gmtime_adj(X509_getm_notBefore(raw), -60);
  X509_gmtime_adj(X509_getm_notAfter(raw), 3600);
  auto* name = X509_get_subject_name(raw);
  X509_NAME_add_entry_by_txt(
    name, "CN", MBSTRING_ASC,
    reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
  X509_set_issuer_name(raw, name);
  X509_set_pubkey(raw, key);
  add_extension(raw, NID_basic_constraints, "critical,CA:TRUE");
  add_extension(raw, NID_subject_alt_name, "DNS:localhost");
  require(X509_sign(raw, key, EVP_sha256()) > 0);
  return certificate;
}

} // namespace

tls_identity::tls_identity()
    : context_(SSL_CTX_new(TLS_server_method()), SSL_CTX_free) {
  const key_ptr key{EVP_EC_gen("P-256"), EVP_PKEY_free};
  require(context_ != nullptr && key != nullptr);
  const auto certificate = self_signed(key.get());
  require(SSL_CTX_use_certificate(context_.get(), certificate.get()) == 1
          && SSL_CTX_use_PrivateKey(context_.get(), key.get()) == 1);
  write_file(certificate.get());
}

tls_identity::~tls_identity() {
  std::error_code ignored;
  std::filesystem::remove(file_, ignored);
}

void tls_identity::write_file(X509* certificate) {
  auto name = (std::filesystem::temp_directory_path() / "wsgw-XXXXXX").string();
  auto* file = fdopen(mkstemp(name.data()), "w");
  require(file != nullptr);
  file_ = name;
  PEM_write_X509(file, certificate);
  std::fclose(file);
}

void tls_identity::serve(tcp_server::peer& client,
                         const std::string& answer) const {
  const std::unique_ptr<SSL, void (*)(SSL*)> tls{SSL_new(context_.get()),
                                                 SSL_free};
  SSL_set_fd(tls.get(), client.descriptor());
  if (SSL_accept(tls.get()) != 1)
    return;
  std::string seen;
  char buffer[4096];
  while (seen.find("\r\n\r\n") == std::string::npos) {
    const auto n = SSL_read(tls.get(), buffer, sizeof(buffer));
    if (n <= 0)
      return;
    seen.append(buffer, static_cast<std::size_t>(n));
  }
  SSL_write(tls.get(), answer.data(), static_cast<int>(answer.size()));
}

} // namespace wsgw::tests
