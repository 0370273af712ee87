#include "protocol/admission_rules.hpp"
#include "protocol/domain_rule.hpp"
#include "protocol/ticket.hpp"

// The default rules: design D6, protocol-v1 7.2 and 7.4.
namespace wsgw::protocol::rules {

namespace {

/// A token of another kind (a refresh token) opens nothing.
bool is_access(const access_claims& claims) {
  return claims.type.empty() || claims.type == "access";
}

bool is_held_elsewhere(const std::optional<std::string>& dialog_id,
                       const admission_request& request) {
  return dialog_id && *dialog_id != request.room->name();
}

admission admin(const admission_policy& policy,
                const admission_request& request) {
  const auto token = parameter(request, "token");
  if (!token)
    return close_with(request, close_reason::invalid_token);
  const auto verified =
    verify_access_token(*token, key_of(policy), request.now);
  if (const auto* error = std::get_if<token_error>(&verified))
    return close_with(request, *error == token_error::expired
                                 ? close_reason::token_expired
                                 : close_reason::invalid_token);
  const auto& claims = std::get<access_claims>(verified);
  if (!is_access(claims))
    return close_with(request, close_reason::invalid_token);
  if (is_held_elsewhere(claims.dialog_id, request))
    return close_with(request, close_reason::auth_failed);
  return let_in_or_ask(policy, request, identity_of(claims));
}

admission inbox(const admission_policy& policy,
                const admission_request& request) {
  const auto token = parameter(request, "token");
  if (!token)
    return answer_with(request, errc::unauthorized);
  const auto verified =
    verify_access_token(*token, key_of(policy), request.now);
  const auto* claims = std::get_if<access_claims>(&verified);
  // A token for one dialog must not open everything its user receives.
  if (claims == nullptr || !is_access(*claims) || claims->dialog_id)
    return answer_with(request, errc::unauthorized);
  return let_into_inbox(policy, request, identity_of(*claims),
                        errc::unauthorized);
}

/// The domain the site token is used on; fills in `site` when it is allowed.
bool is_domain_allowed(const admission_policy& policy,
                       const admission_request& request,
                       const site_claims& claims, std::string& site) {
  widget_place place{request.origin, std::nullopt};
  if (request.query != nullptr)
    place.parent_origin = request.query->first("parent_origin");
  if (host_of(place.origin.value_or("")).empty())
    return !policy.production;
  site = host_under_rule(place, policy.trusted_iframe_hosts);
  if (claims.domains_malformed)
    return false;
  return claims.allowed_domains.empty()
         || is_within(site, claims.allowed_domains);
}

admission with_site_token(const admission_policy& policy,
                          const admission_request& request,
                          std::string_view token) {
  const auto verified =
    verify_site_token(token, policy.site_secret, request.now);
  if (const auto* error = std::get_if<token_error>(&verified))
    return close_with(request, *error == token_error::expired
                                 ? close_reason::token_expired
                                 : close_reason::site_token_invalid);
  const auto& claims = std::get<site_claims>(verified);
  if (claims.type != "site" || claims.user_id.empty())
    return close_with(request, close_reason::site_token_invalid);
  if (is_held_elsewhere(claims.dialog_id, request))
    return close_with(request, close_reason::auth_failed);
  auto who = identity_of(claims);
  if (!is_domain_allowed(policy, request, claims, who.site))
    return close_for_domain(request,
                            close_reason::domain_not_allowed_for_token);
  return let_in_or_ask(policy, request, std::move(who));
}

admission site(const admission_policy& policy,
               const admission_request& request) {
  const auto token = parameter(request, "site_token");
  if (!token)
    return close_with(request, close_reason::site_token_invalid);
  return with_site_token(policy, request, *token);
}

admission with_ticket(const admission_policy& policy,
                      const admission_request& request, std::string_view text) {
  const auto verified =
    verify_dialog_ticket(text, policy.ticket_secret, request.now);
  if (const auto* error = std::get_if<ticket_error>(&verified))
    return close_with(request, *error == ticket_error::expired
                                 ? close_reason::token_expired
                                 : close_reason::auth_failed);
  const auto& ticket = std::get<dialog_ticket>(verified);
  if (ticket.dialog_id != request.room->name()
      || ticket.as != role_of(request.where))
    return close_with(request, close_reason::auth_failed);
  identity who;
  who.user_id = ticket.user_id;
  who.claims_json = ticket.json;
  who.assistant_id = ticket.assistant_id;
  who.site = host_of(request.origin.value_or(""));
  who.expires_at = ticket.expires_at;
  return let_in_or_ask(policy, request, std::move(who));
}

/// A widget without a credential: only the backend can vouch for it.
admission with_assistant(const admission_policy& policy,
                         const admission_request& request) {
  const auto text = parameter(request, "assistant_id");
  if (!text)
    return answer_with(request, errc::missing_parameter);
  const auto id = parse_integer(*text);
  if (!id || *id < 1)
    return answer_with(request, errc::bad_parameter);
  if (!policy.has_authoriser)
    return close_with(request, close_reason::auth_failed);
  identity who;
  who.assistant_id = id;
  who.site = host_of(request.origin.value_or(""));
  return let_in_or_ask(policy, request, std::move(who));
}

admission widget(const admission_policy& policy,
                 const admission_request& request) {
  if (const auto ticket = parameter(request, "ticket"))
    return with_ticket(policy, request, *ticket);
  if (const auto token = parameter(request, "site_token"))
    return with_site_token(policy, request, *token);
  return with_assistant(policy, request);
}

} // namespace

admission decide_strict(const admission_policy& policy,
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
