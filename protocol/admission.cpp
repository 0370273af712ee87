#include "protocol/admission.hpp"

#include "protocol/admission_rules.hpp"

#include <algorithm>
#include <charconv>

namespace wsgw::protocol {

namespace rules {

namespace {

/// For a log line: short, one line, ASCII.
std::string printable(std::string_view text) {
  constexpr std::size_t longest = 256;
  std::string out{text.substr(0, longest)};
  std::replace_if(
    out.begin(), out.end(), [](char c) { return c < 0x20 || c > 0x7E; }, '?');
  return out;
}

admission outcome_for(const admission_request& request,
                      admission_outcome outcome) {
  admission result;
  result.outcome = outcome;
  result.as = role_of(request.where);
  return result;
}

} // namespace

std::optional<std::string_view> parameter(const admission_request& request,
                                          std::string_view name) {
  if (request.query == nullptr)
    return std::nullopt;
  const auto value = request.query->last(name);
  return value && !value->empty() ? value : std::nullopt;
}

role role_of(endpoint where) {
  switch (where) {
  case endpoint::site_dialog:
    return role::site;
  case endpoint::widget_dialog:
    return role::widget;
  case endpoint::inbox:
    return role::user;
  default:
    return role::admin;
  }
}

admission close_with(const admission_request& request, close_reason reason) {
  auto result = outcome_for(request, admission_outcome::refuse_close);
  result.refusal = status_of(reason);
  return result;
}

admission close_for_domain(const admission_request& request,
                           close_reason reason) {
  auto result = close_with(request, reason);
  result.refused_origin = printable(request.origin.value_or(""));
  if (request.query != nullptr)
    if (const auto parent = request.query->first("parent_origin"))
      result.refused_parent_origin = printable(*parent);
  return result;
}

admission answer_with(const admission_request& request, errc error) {
  auto result = outcome_for(request, admission_outcome::refuse_http);
  result.http_error = error;
  return result;
}

admission let_in(const admission_request& request, identity who) {
  auto result = outcome_for(request, admission_outcome::admitted);
  result.room = request.room;
  result.who = std::move(who);
  return result;
}

admission let_in_or_ask(const admission_policy& policy,
                        const admission_request& request, identity who) {
  auto result = let_in(request, std::move(who));
  if (policy.has_authoriser)
    result.outcome = admission_outcome::ask_authoriser;
  return result;
}

admission let_into_inbox(const admission_policy& policy,
                         const admission_request& request, identity who,
                         errc unfit) {
  auto room = room_id::make(room_kind::user, who.user_id);
  if (!room)
    return answer_with(request, unfit);
  auto result = let_in_or_ask(policy, request, std::move(who));
  result.room = std::move(room);
  return result;
}

jwt_key key_of(const admission_policy& policy) {
  return {policy.secret_key, policy.jwt_public_key_pem};
}

identity identity_of(const access_claims& claims) {
  identity who;
  who.user_id = claims.subject;
  who.claims_json = claims.json;
  who.expires_at = claims.expires_at;
  return who;
}

identity identity_of(const site_claims& claims) {
  identity who;
  who.user_id = claims.user_id;
  who.claims_json = claims.json;
  who.assistant_id = claims.assistant_id;
  who.expires_at = claims.expires_at;
  return who;
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
  if (text.starts_with('+') && !text.starts_with("+-"))
    text.remove_prefix(1);
  std::int64_t value = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end)
    return std::nullopt;
  return value;
}

} // namespace rules

admission decide(const admission_policy& policy,
                 const admission_request& request) {
  using namespace rules;
  const bool is_dialog = request.where == endpoint::admin_dialog
                         || request.where == endpoint::site_dialog
                         || request.where == endpoint::widget_dialog;
  if (!is_dialog && request.where != endpoint::inbox)
    return answer_with(request, errc::not_found);
  const bool has_dialog =
    request.room && request.room->kind() == room_kind::dialog;
  if (is_dialog && !has_dialog)
    return answer_with(request,
                       policy.compat ? errc::forbidden : errc::bad_dialog_id);
  return policy.compat ? decide_compat(policy, request)
                       : decide_strict(policy, request);
}

} // namespace wsgw::protocol
