#include "tests/support/credentials.hpp"

#include "protocol/ticket.hpp"
#include "protocol/token.hpp"
#include "tests/support/gateway_process.hpp"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <memory>
#include <stdexcept>

namespace wsgw::tests {

namespace {

using std::chrono::system_clock;

std::string base64url(std::string_view bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int size =
    EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                    reinterpret_cast<const unsigned char*>(bytes.data()),
                    static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  for (char& c : text)
    c = c == '+' ? '-' : c == '/' ? '_' : c;
  return text.substr(0, text.find('='));
}

std::string signing_input(std::string_view algorithm, std::string_view claims) {
  const auto header =
    R"({"alg":")" + std::string{algorithm} + R"(","typ":"JWT"})";
  return base64url(header) + "." + base64url(claims);
}

std::string target(std::string_view path, std::uint64_t dialog,
                   std::string_view query) {
  return std::string{path} + std::to_string(dialog) + "?" + std::string{query};
}

} // namespace

std::string access_token(std::string_view subject, std::chrono::seconds ttl) {
  protocol::access_token_order order;
  order.subject = subject;
  order.now = system_clock::now();
  order.ttl = ttl;
  return protocol::mint_access_token(order, secret_key);
}

std::string site_token(const std::vector<std::string>& domains) {
  protocol::site_token_order order;
  order.user_id = 6;
  order.assistant_id = 3;
  order.domains = domains;
  order.now = system_clock::now();
  return protocol::mint_site_token(order, site_secret);
}

std::string ticket(std::string_view dialog_id, protocol::role as,
                   std::chrono::seconds ttl) {
  protocol::dialog_ticket order;
  order.dialog_id = dialog_id;
  order.assistant_id = 3;
  order.as = as;
  order.issued_at = system_clock::now();
  order.expires_at = order.issued_at + ttl;
  order.jti = "00112233445566aa";
  return protocol::mint_dialog_ticket(order, ticket_secret);
}

std::string sign_jwt(std::string_view claims_json, std::string_view secret,
                     std::string_view algorithm) {
  const auto input = signing_input(algorithm, claims_json);
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  HMAC(algorithm == "HS384" ? EVP_sha384() : EVP_sha256(), secret.data(),
       static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(input.data()), input.size(),
       digest, &size);
  return input + "." + base64url({reinterpret_cast<const char*>(digest), size});
}

rsa_key::rsa_key() : key_(EVP_RSA_gen(2048)) {
  if (key_ == nullptr)
    throw std::runtime_error{"cannot make an RSA key"};
}

rsa_key::~rsa_key() { EVP_PKEY_free(static_cast<EVP_PKEY*>(key_)); }

std::string rsa_key::public_pem() const {
  const std::unique_ptr<BIO, decltype(&BIO_free)> out{BIO_new(BIO_s_mem()),
                                                      &BIO_free};
  PEM_write_bio_PUBKEY(out.get(), static_cast<EVP_PKEY*>(key_));
  char* text = nullptr;
  const auto size = BIO_get_mem_data(out.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

std::string rsa_key::sign_jwt(std::string_view claims_json) const {
  const auto input = signing_input("RS256", claims_json);
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{
    EVP_MD_CTX_new(), &EVP_MD_CTX_free};
  EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr,
                     static_cast<EVP_PKEY*>(key_));
  const auto* bytes = reinterpret_cast<const unsigned char*>(input.data());
  std::size_t size = 0;
  EVP_DigestSign(context.get(), nullptr, &size, bytes, input.size());
  std::string signature(size, '\0');
  EVP_DigestSign(context.get(),
                 reinterpret_cast<unsigned char*>(signature.data()), &size,
                 bytes, input.size());
  return input + "." + base64url(signature);
}

std::string unix_time(std::chrono::seconds offset) {
  return std::to_string(system_clock::to_time_t(system_clock::now() + offset));
}

std::string admin_target(std::uint64_t dialog) {
  return target("/ws/dialogs/", dialog, "token=" + access_token());
}

std::string widget_target(std::uint64_t dialog) {
  return target("/ws/widget/dialogs/", dialog,
                "assistant_id=3&ticket="
                  + ticket(std::to_string(dialog), protocol::role::widget));
}

std::string site_target(std::uint64_t dialog) {
  return target("/ws/site/dialogs/", dialog, "site_token=" + site_token());
}

std::string inbox_target(std::string_view user) {
  return "/ws/dialogs?token=" + access_token(user);
}

} // namespace wsgw::tests
