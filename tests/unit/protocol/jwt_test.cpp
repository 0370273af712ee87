#include "protocol/base64.hpp"
#include "protocol/jwt.hpp"
#include "protocol/public_key.hpp"
#include "tests/unit/protocol/jwt_forge.hpp"

#include <doctest/doctest.h>
#include <openssl/err.h>

#include <string>

namespace wsgw::protocol {

namespace {

using tests::forge_jwt;
using tests::hs256_header;
using tests::signing_key;

const std::string secret = "a secret of some length, 32 bytes+";
constexpr std::string_view claims = R"({"sub":"1"})";
constexpr std::string_view rs256 = R"({"alg":"RS256","typ":"JWT"})";
constexpr std::string_view es256 = R"({"alg":"ES256","typ":"JWT"})";

const signing_key& rsa() {
  static const auto made = signing_key::rsa(2048);
  return made;
}

const signing_key& ec() {
  static const auto made = signing_key::ec("P-256");
  return made;
}

std::optional<token_error> refusal(const std::string& jwt, const jwt_key& key) {
  const auto result = verify_jwt(jwt, key);
  // What libjwt leaves behind would confuse a TLS link on the same thread.
  CHECK(ERR_peek_error() == 0);
  if (const auto* error = std::get_if<token_error>(&result))
    return *error;
  return std::nullopt;
}

std::string with_header(std::string_view header) {
  return forge_jwt(header, claims, secret);
}

std::string with_last_character_changed(std::string jwt) {
  // Not the very last one: its low bits may be padding.
  auto& c = jwt[jwt.size() - 3];
  c = c == 'A' ? 'B' : 'A';
  return jwt;
}

} // namespace

TEST_SUITE("protocol/jwt") {
  TEST_CASE("a secret verifies HS256 and nothing else") {
    const jwt_key key{secret, {}};
    CHECK_FALSE(refusal(with_header(hs256_header), key));
    CHECK_FALSE(refusal(with_header(R"({"alg":"HS256"})"), key));
    for (const auto* name : {"HS384", "HS512", "RS256", "ES256", "none", "None",
                             "hs256", "HS256 ", ""}) {
      CAPTURE(name);
      CHECK(
        refusal(with_header(R"({"alg":")" + std::string{name} + R"("})"), key)
        == token_error::wrong_algorithm);
    }
  }

  TEST_CASE("an RSA key verifies RS256 and nothing else") {
    const jwt_key key{{}, rsa().public_pem()};
    CHECK_FALSE(refusal(rsa().sign_jwt(rs256, claims), key));
    CHECK(refusal(signing_key::rsa(2048).sign_jwt(rs256, claims), key)
          == token_error::bad_signature);
    CHECK(
      refusal(with_last_character_changed(rsa().sign_jwt(rs256, claims)), key)
      == token_error::bad_signature);
    CHECK(refusal(ec().sign_jwt(es256, claims), key)
          == token_error::wrong_algorithm);
    CHECK(refusal(rsa().sign_jwt(R"({"alg":"RS384"})", claims), key)
          == token_error::wrong_algorithm);
  }

  TEST_CASE("an EC key verifies ES256 and nothing else") {
    const jwt_key key{{}, ec().public_pem()};
    CHECK_FALSE(refusal(ec().sign_jwt(es256, claims), key));
    CHECK(refusal(signing_key::ec("P-256").sign_jwt(es256, claims), key)
          == token_error::bad_signature);
    CHECK(
      refusal(with_last_character_changed(ec().sign_jwt(es256, claims)), key)
      == token_error::bad_signature);
    CHECK(refusal(rsa().sign_jwt(rs256, claims), key)
          == token_error::wrong_algorithm);
  }

  TEST_CASE("a public key is never taken as an HS256 secret") {
    const auto pem = rsa().public_pem();
    const auto jwt = forge_jwt(hs256_header, claims, pem);
    CHECK(refusal(jwt, {{}, pem}) == token_error::wrong_algorithm);
    CHECK(refusal(jwt, {pem, {}}) == token_error::wrong_algorithm);
    CHECK(refusal(jwt, {pem, pem}) == token_error::wrong_algorithm);
    CHECK(refusal(jwt, {secret, pem}) == token_error::bad_signature);
  }

  TEST_CASE("with both keys each serves its own algorithm") {
    const jwt_key key{secret, rsa().public_pem()};
    CHECK_FALSE(refusal(with_header(hs256_header), key));
    CHECK_FALSE(refusal(rsa().sign_jwt(rs256, claims), key));
  }

  TEST_CASE("without a key nothing is accepted, not even alg none") {
    const auto none = base64url_encode(R"({"alg":"none"})") + "."
                      + base64url_encode(claims) + ".";
    CHECK(refusal(none, {}) == token_error::wrong_algorithm);
    CHECK(refusal(none, {secret, {}}) == token_error::wrong_algorithm);
    CHECK(refusal(forge_jwt(hs256_header, claims, ""), {})
          == token_error::wrong_algorithm);
  }

  TEST_CASE("an empty or cut signature is a bad one") {
    const jwt_key key{secret, {}};
    const auto jwt = with_header(hs256_header);
    const auto unsigned_part = jwt.substr(0, jwt.rfind('.') + 1);
    CHECK(refusal(unsigned_part, key) == token_error::bad_signature);
    CHECK(refusal(unsigned_part + "AAAA", key) == token_error::bad_signature);
    CHECK(refusal(jwt.substr(0, jwt.size() - 4), key)
          != std::optional<token_error>{});
  }

  TEST_CASE("what is not built like a JWT is malformed") {
    const jwt_key key{secret, {}};
    const auto jwt = with_header(hs256_header);
    const auto dot = jwt.find('.');
    for (const auto& text :
         {std::string{}, std::string{"."}, std::string{".."},
          std::string{"..."}, std::string{"garbage"}, "." + jwt, jwt + ".",
          jwt + ".x", jwt + "=", jwt + " ", jwt + std::string(1, '\0'),
          jwt.substr(0, dot), jwt.substr(0, dot) + "." + jwt.substr(dot),
          std::string(max_jwt_bytes + 1, 'a')}) {
      CAPTURE(text);
      CHECK(refusal(text, key) == token_error::malformed);
    }
  }

  TEST_CASE("a JWT over 8 KiB is malformed, however well signed") {
    const auto filled = [](std::size_t size) {
      return forge_jwt(
        hs256_header, R"({"sub":")" + std::string(size, 'x') + R"("})", secret);
    };
    CHECK_FALSE(refusal(filled(5900), {secret, {}}));
    CHECK(refusal(filled(6200), {secret, {}}) == token_error::malformed);
  }

  TEST_CASE("odd headers are malformed") {
    for (const auto* header :
         {R"([])", R"({})", R"({"alg":256})", R"({"alg":null})",
          R"({"alg":"HS256","alg":"none"})", R"({"alg":"none","alg":"HS256"})",
          R"({"alg":"HS256","crit":["exp"]})",
          R"({"alg":"HS256","typ":"other"})", R"({"alg":"HS256","typ":7})"}) {
      CAPTURE(header);
      CHECK(refusal(with_header(header), {secret, {}})
            == token_error::malformed);
    }
  }

  TEST_CASE("claims must be one UTF-8 object that names nothing twice") {
    for (const auto* odd :
         {"", "[]", "\"x\"", "{\"sub\":\"\xFF\"}", "{\"sub\":\"\xC0\xAF\"}",
          R"({"sub":"1","sub":"2"})", R"({"sub":"\ud800"})"}) {
      CAPTURE(odd);
      CHECK(refusal(forge_jwt(hs256_header, odd, secret), {secret, {}})
            == token_error::malformed);
    }
  }

  TEST_CASE("a public key file is checked before it is used") {
    CHECK(check_public_key(rsa().public_pem()).empty());
    CHECK(check_public_key(ec().public_pem()).empty());
    for (const auto& pem : {std::string{}, std::string{"garbage"},
                            std::string{"-----BEGIN PUBLIC KEY-----\nAAAA\n"
                                        "-----END PUBLIC KEY-----\n"},
                            signing_key::rsa(1024).public_pem(),
                            signing_key::ec("P-384").public_pem()})
      CHECK_FALSE(check_public_key(pem).empty());
    CHECK(ERR_peek_error() == 0);
  }

  TEST_CASE("a key that fails its check verifies nothing") {
    const auto weak = signing_key::rsa(1024);
    CHECK(refusal(weak.sign_jwt(rs256, claims), {{}, weak.public_pem()})
          == token_error::wrong_algorithm);
  }
}

} // namespace wsgw::protocol
