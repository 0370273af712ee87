#include "protocol/admission_rules.hpp"
#include "protocol/domain_rule.hpp"

#include <algorithm>
#include <array>
#include <limits>

// WS_COMPAT: what the reference does, weak points included
// (contract/replyx.md 2.1-2.4; its measured table is the test). Where the
// reference reads its database, the authoriser is asked if there is one.
namespace wsgw::protocol::rules {

namespace {

/// The reference does not end live connections when their token expires.
identity without_expiry(identity who) {
  who.expires_at.reset();
  return who;
}

/// A user is found by a numeric `sub`, else by the e-mail claim.
bool names_a_user(const access_claims& claims) {
  const std::string_view sub = claims.subject;
  const bool is_number =
    !sub.empty() && std::all_of(sub.begin(), sub.end(), [](char c) {
      return c >= '0' && c <= '9';
    });
  return is_number || !claims.email.empty();
}

/// `type` is not looked at: a refresh token works as well.
std::optional<identity> user_of(const admission_policy& policy,
                                const admission_request& request,
                                std::string_view token) {
  const auto verified = verify_access_token(token, key_of(policy), request.now);
  const auto* claims = std::get_if<access_claims>(&verified);
  if (claims == nullptr || !names_a_user(*claims))
    return std::nullopt;
  return without_expiry(identity_of(*claims));
}

admission admin(const admission_policy& policy,
                const admission_request& request) {
  const auto token = parameter(request, "token");
  if (!token)
    return let_in(request, {});
  auto who = user_of(policy, request, *token);
  if (!who)
    return close_with(request, close_reason::invalid_token);
  return let_in_or_ask(policy, request, std::move(*who));
}

admission inbox(const admission_policy& policy,
                const admission_request& request) {
  const auto token = parameter(request, "token");
  auto who = token ? user_of(policy, request, *token) : std::nullopt;
  if (!who)
    return answer_with(request, errc::forbidden);
  return let_into_inbox(policy, request, std::move(*who), errc::forbidden);
}

bool is_integer(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+'))
    text.remove_prefix(1);
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return c >= '0' && c <= '9';
  });
}

admission widget(const admission_policy& policy,
                 const admission_request& request) {
  const auto text = parameter(request, "assistant_id");
  if (!text || !is_integer(*text))
    return answer_with(request, errc::forbidden);
  const auto id = parse_integer(*text);
  using int32 = std::numeric_limits<std::int32_t>;
  // The reference's column is 32 bits wide: such an id cannot be found.
  if (!id || *id < int32::min() || *id > int32::max())
    return close_with(request, close_reason::assistant_not_found);
  identity who;
  who.assistant_id = id;
  who.site = host_of(request.origin.value_or(""));
  return let_in_or_ask(policy, request, std::move(who));
}

admission site_without_token(const admission_policy& policy,
                             const admission_request& request,
                             std::string host) {
  constexpr std::array<std::string_view, 2> blocked{"malicious-site.com",
                                                    "spam-domain.net"};
  const bool is_blocked =
    std::any_of(blocked.begin(), blocked.end(), [&host](auto name) {
      return host.find(name) != std::string::npos;
    });
  if (is_blocked || (host.empty() && policy.production))
    return close_for_domain(request, close_reason::domain_not_allowed);
  identity who;
  who.site = std::move(host);
  return let_in(request, std::move(who));
}

/// The first step goes by claims whose signature nobody has checked.
bool passes_domain_step(const admission_policy& policy,
                        const admission_request& request,
                        std::string_view token, std::string& site) {
  widget_place place{request.origin, std::nullopt};
  if (request.query != nullptr)
    place.parent_origin = request.query->first("parent_origin");
  if (host_of(place.origin.value_or("")).empty())
    return true;
  const auto read = read_site_token_unverified(token);
  const auto* claims = std::get_if<site_claims>(&read);
  if (claims == nullptr || claims->domains_malformed)
    return false;
  site = host_under_rule(place, policy.trusted_iframe_hosts);
  return claims->allowed_domains.empty()
         || is_within(site, claims->allowed_domains);
}

admission site(const admission_policy& policy,
               const admission_request& request) {
  const auto token = parameter(request, "site_token");
  if (!token)
    return site_without_token(policy, request,
                              host_of(request.origin.value_or("")));
  std::string host;
  if (!passes_domain_step(policy, request, *token, host))
    return close_for_domain(request,
                            close_reason::domain_not_allowed_for_token);
  // The second step's verdict counts only when a good token names no user.
  const auto verified =
    verify_site_token_ignoring_expiry(*token, policy.site_secret, request.now);
  const auto* claims = std::get_if<site_claims>(&verified);
  if (claims != nullptr && claims->type == "site" && claims->user_id.empty())
    return close_with(request, close_reason::site_token_invalid);
  auto who =
    claims != nullptr ? without_expiry(identity_of(*claims)) : identity{};
  who.site = std::move(host);
  return let_in_or_ask(policy, request, std::move(who));
}

} // namespace

admission decide_compat(const admission_policy& policy,
                        const admission_request& request) {
  switch (request.where) {
  case endpoint::site_dialog:
    return site(policy, request);
  case endpoint::widget_dialog:
    return widget(policy, request);
  case endpoint::inbox:
    return inbox(policy, request);
  default:
    return admin(policy, request);
  }
}

} // namespace wsgw::protocol::rules
