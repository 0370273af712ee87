#pragma once

#include "protocol/admission.hpp"
#include "protocol/ticket.hpp"
#include "tests/unit/protocol/jwt_forge.hpp"

#include <chrono>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>

namespace wsgw::protocol {

inline std::ostream& operator<<(std::ostream& out, admission_outcome outcome) {
  constexpr std::string_view words[] = {"admitted", "ask_authoriser",
                                        "refuse_close", "refuse_http"};
  return out << words[static_cast<std::size_t>(outcome)];
}

} // namespace wsgw::protocol

namespace wsgw::tests {

/// One deployment with all secrets, and credentials for it, good and bad.
struct admission_case {
  using time_point = std::chrono::system_clock::time_point;

  protocol::admission_policy policy;
  time_point now{std::chrono::seconds{1'757'163'900}};

  admission_case() {
    policy.secret_key = "the secret key";
    policy.site_secret = "the site secret";
    policy.ticket_secret = "the ticket secret";
    policy.trusted_iframe_hosts = {"replyx.ru", "www.replyx.ru",
                                   "localhost:3000"};
  }

  /// Decides one request for dialog 10 (for no room on L).
  protocol::admission
  decide(protocol::endpoint where, std::string_view query,
         std::optional<std::string> origin = std::nullopt) const {
    const auto parsed = protocol::query_params::parse(query);
    protocol::admission_request request;
    request.where = where;
    if (where != protocol::endpoint::inbox)
      request.room = protocol::room_id::parse("dialog:10");
    request.query = &parsed;
    request.origin = std::move(origin);
    request.now = now;
    return protocol::decide(policy, request);
  }

  /// `outcome`, close code and reason, or HTTP error, as one comparable word.
  std::string verdict(protocol::endpoint where, std::string_view query,
                      std::optional<std::string> origin = std::nullopt) const {
    const auto result = decide(where, query, std::move(origin));
    switch (result.outcome) {
    case protocol::admission_outcome::admitted:
      return "admitted";
    case protocol::admission_outcome::ask_authoriser:
      return "ask";
    case protocol::admission_outcome::refuse_close:
      return std::to_string(result.refusal.code) + " " + result.refusal.reason;
    case protocol::admission_outcome::refuse_http:
      break;
    }
    return "http " + std::string{protocol::word_of(result.http_error)};
  }

  std::string access(std::string_view claims) const {
    return forge_jwt(hs256_header, claims, policy.secret_key);
  }

  std::string site(std::string_view claims) const {
    return forge_jwt(hs256_header, claims, policy.site_secret);
  }

  /// A widget's ticket for dialog 10, made now, with `claims` added.
  std::string ticket(std::string_view claims) const {
    const auto json =
      R"({"iat":1757163900,"jti":"00",)" + std::string{claims} + "}";
    return protocol::sign_ticket(json, policy.ticket_secret);
  }
};

} // namespace wsgw::tests
