#include "protocol/token.hpp"

#include "protocol/jwt.hpp"

#include <algorithm>

namespace wsgw::protocol {

namespace {

using time_point = std::chrono::system_clock::time_point;

constexpr std::string_view claim_not_text = "(not a string)";

bool is_clean(std::string_view text) {
  return !text.empty() && std::none_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F;
  });
}

/// `type` as text; something that equals no known type when it is not a string.
std::string type_of(const json_object& claims) {
  if (!claims.has("type"))
    return {};
  return claims.string("type").value_or(std::string{claim_not_text});
}

/// An absent or null `dialog_id` holds a token to nothing.
std::optional<std::string> held_dialog(const json_object& claims) {
  if (!claims.has("dialog_id") || claims.is_null("dialog_id"))
    return std::nullopt;
  return claims.id("dialog_id").value_or(std::string{});
}

/// `nbf`, `iat` and `aud`, which mean the same in every kind of token. Seconds
/// are compared whole, as the reference does.
std::optional<token_error> check_registered(const json_object& claims,
                                            time_point now) {
  const auto not_before = claims.date("nbf");
  if (claims.has("aud") || (claims.has("nbf") && !not_before)
      || (claims.has("iat") && !claims.date("iat")))
    return token_error::bad_claims;
  if (not_before && *not_before > now)
    return token_error::not_yet_valid;
  return std::nullopt;
}

bool is_over(time_point expires_at, time_point now) {
  return std::chrono::floor<std::chrono::seconds>(now) > expires_at;
}

std::vector<std::string> split_domains(std::string_view list) {
  std::vector<std::string> domains;
  while (!list.empty()) {
    const auto comma = std::min(list.find(','), list.size());
    auto entry = list.substr(0, comma);
    list.remove_prefix(std::min(comma + 1, list.size()));
    const auto start = entry.find_first_not_of(" \t\r\n");
    if (start == std::string_view::npos)
      continue;
    entry = entry.substr(start, entry.find_last_not_of(" \t\r\n") - start + 1);
    std::string domain{entry};
    std::transform(domain.begin(), domain.end(), domain.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c;
    });
    domains.push_back(std::move(domain));
  }
  return domains;
}

/// An empty or absent claim means no restriction; one that names no domain, or
/// is not a string, must not turn into "no restriction".
void read_domains(const json_object& claims, site_claims& out) {
  for (const auto* name : {"allowed_domains", "ALLOWED_DOMAINS"}) {
    if (!claims.has(name) || claims.is_null(name))
      continue;
    const auto list = claims.string(name);
    if (list && list->empty())
      continue;
    if (list)
      out.allowed_domains = split_domains(*list);
    out.domains_malformed = out.allowed_domains.empty();
    return;
  }
}

site_claims read_site_claims(const json_object& claims) {
  site_claims out;
  out.user_id = claims.id("user_id").value_or(std::string{});
  out.assistant_id = claims.integer("assistant_id");
  out.type = type_of(claims);
  read_domains(claims, out);
  out.expires_at = claims.date("exp");
  out.dialog_id = held_dialog(claims);
  out.json = claims.compact();
  return out;
}

token_result<access_claims> read_access_claims(const json_object& claims,
                                               time_point now) {
  const auto subject = claims.string("sub");
  const auto expires_at = claims.date("exp");
  const auto email = claims.string("email");
  if (!subject || !is_clean(*subject) || !expires_at
      || (claims.has("email") && !claims.is_null("email") && !email))
    return token_error::bad_claims;
  if (const auto error = check_registered(claims, now))
    return *error;
  if (is_over(*expires_at, now))
    return token_error::expired;
  return access_claims{
    *subject,    email.value_or(std::string{}), type_of(claims),
    *expires_at, held_dialog(claims),           claims.compact()};
}

bool is_optional_integer(const json_object& claims, std::string_view name) {
  return !claims.has(name) || claims.is_null(name) || claims.integer(name);
}

} // namespace

token_result<access_claims>
verify_access_token(std::string_view jwt, const jwt_key& key, time_point now) {
  const auto verified = verify_jwt(jwt, key);
  if (const auto* error = std::get_if<token_error>(&verified))
    return *error;
  return read_access_claims(std::get<json_object>(verified), now);
}

token_result<site_claims>
verify_site_token_ignoring_expiry(std::string_view jwt, std::string_view secret,
                                  time_point now) {
  const auto verified = verify_jwt(jwt, {std::string{secret}, {}});
  if (const auto* error = std::get_if<token_error>(&verified))
    return *error;
  const auto& claims = std::get<json_object>(verified);
  if (const auto error = check_registered(claims, now))
    return *error;
  auto site = read_site_claims(claims);
  const bool bad_user = !site.user_id.empty() && !is_clean(site.user_id);
  if (bad_user || !is_optional_integer(claims, "assistant_id")
      || (claims.has("exp") && !site.expires_at))
    return token_error::bad_claims;
  return site;
}

token_result<site_claims> verify_site_token(std::string_view jwt,
                                            std::string_view secret,
                                            time_point now) {
  auto verified = verify_site_token_ignoring_expiry(jwt, secret, now);
  const auto* site = std::get_if<site_claims>(&verified);
  if (site != nullptr && site->expires_at && is_over(*site->expires_at, now))
    return token_error::expired;
  return verified;
}

token_result<site_claims> read_site_token_unverified(std::string_view jwt) {
  const auto claims = read_jwt_unverified(jwt);
  if (!claims)
    return token_error::malformed;
  return read_site_claims(*claims);
}

} // namespace wsgw::protocol
