#include "actors/token_refresh.hpp"

#include "actors/config.hpp"

#include <algorithm>
#include <array>

namespace wsgw::actors {

namespace {

constexpr std::array<std::string_view, 3> credentials{"token", "site_token",
                                                      "ticket"};

/// Which parameter admission read the credential from.
std::string_view credential_of(protocol::endpoint where,
                               const protocol::query_params& query) {
  switch (where) {
  case protocol::endpoint::site_dialog:
    return "site_token";
  case protocol::endpoint::widget_dialog:
    if (query.last("ticket"))
      return "ticket";
    return query.last("site_token") ? "site_token" : "";
  default:
    return "token";
  }
}

/// True also when the name is escaped.
bool is_credential(std::string_view item) {
  const auto parsed = protocol::query_params::parse(item);
  return std::any_of(credentials.begin(), credentials.end(),
                     [&](auto name) { return parsed.last(name).has_value(); });
}

/// The items of a query that are no credential, still encoded.
std::string without_credentials(std::string_view query) {
  std::string kept;
  while (!query.empty()) {
    const auto end = std::min(query.find('&'), query.size());
    const auto item = query.substr(0, end);
    if (!item.empty() && !is_credential(item))
      kept.append(kept.empty() ? "" : "&").append(item);
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return kept;
}

/// Percent-encodes all but letters, digits and what RFC 3986 leaves alone.
void append_encoded(std::string& out, std::string_view text) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  constexpr std::string_view plain = "-._~";
  for (const auto c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const auto is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (is_letter || (c >= '0' && c <= '9')
        || plain.find(c) != std::string_view::npos) {
      out += c;
      continue;
    }
    out += '%';
    out += hex[byte >> 4U];
    out += hex[byte & 0x0FU];
  }
}

} // namespace

std::shared_ptr<const refresh_context>
remember_handshake(const transport::http_request& request,
                   const protocol::ws_route& route,
                   const protocol::identity& who) {
  const std::string_view target = request.target;
  const auto mark = std::min(target.find('?'), target.size());
  const auto query = target.substr(std::min(mark + 1, target.size()));
  auto context = std::make_shared<refresh_context>();
  context->where = route.where;
  context->room = route.room;
  context->credential =
    credential_of(route.where, protocol::query_params::parse(query));
  context->query = without_credentials(query);
  if (request.has_header("origin"))
    context->origin = std::string{request.header("origin")};
  context->assistant_id = who.assistant_id;
  return context;
}

protocol::admission judge_refresh(const protocol::admission_policy& policy,
                                  const refresh_context& context,
                                  std::string_view token,
                                  std::chrono::system_clock::time_point now) {
  auto query = context.query;
  query.append(query.empty() ? "" : "&").append(context.credential) += '=';
  append_encoded(query, token);
  const auto params = protocol::query_params::parse(query);
  protocol::admission_request request;
  request.where = context.where;
  request.room = context.room;
  request.query = &params;
  request.origin = context.origin;
  request.now = now;
  return protocol::decide(policy, request);
}

protocol::auth_question question_of(const protocol::admission& verdict,
                                    const std::optional<std::string>& origin,
                                    std::string_view ip) {
  protocol::auth_question question;
  question.as = verdict.as;
  question.dialog_id = std::string{verdict.room->name()};
  question.claims_json = verdict.who.claims_json;
  question.assistant_id = verdict.who.assistant_id;
  question.site = verdict.who.site;
  question.origin = origin.value_or("");
  question.ip = ip;
  return question;
}

} // namespace wsgw::actors
