#pragma once

#include "tests/support/tcp_server.hpp"

#include <openssl/ssl.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace wsgw::tests {

/// A fresh key and a self-signed certificate for the name `localhost`, for TLS
/// servers on loopback. Throws std::runtime_error when OpenSSL fails.
class tls_identity {
public:
  tls_identity();
  ~tls_identity();
  tls_identity(const tls_identity&) = delete;
  tls_identity& operator=(const tls_identity&) = delete;

  /// The certificate as a PEM file, as `SSL_CERT_FILE` wants it.
  const std::filesystem::path& file() const { return file_; }

  /// Serves one TLS connection: waits for a request head, then sends `answer`.
  void serve(tcp_server::peer& client, const std::string& answer) const;

private:
  void write_file(X509* certificate);

  std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context_;
  std::filesystem::path file_;
};

} // namespace wsgw::tests
