#include "actors/http_demo.hpp"

#include "actors/config.hpp"
#include "actors/http_access.hpp"
#include "actors/random_text.hpp"
#include "protocol/demo_body.hpp"
#include "protocol/event.hpp"
#include "protocol/ticket.hpp"
#include "protocol/timestamp.hpp"
#include "protocol/token.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace wsgw::actors {

namespace {

using namespace std::chrono_literals;

constexpr std::string_view demo_dialog = "1";
constexpr std::int64_t demo_assistant = 1;
constexpr auto demo_life = 24h;

struct post_prefix {
  std::string_view path;
  protocol::role as;
  protocol::endpoint where;
  std::string_view token; ///< query parameter that a bearer stands for
  std::string_view sender;
};

constexpr std::array prefixes{
  post_prefix{"/api/dialogs/", protocol::role::admin,
              protocol::endpoint::admin_dialog, "token", "manager"},
  post_prefix{"/api/site/dialogs/", protocol::role::site,
              protocol::endpoint::site_dialog, "site_token", "user"},
  post_prefix{"/api/widget/dialogs/", protocol::role::widget,
              protocol::endpoint::widget_dialog, "ticket", "user"},
};

const post_prefix& prefix_of(protocol::role as) {
  return *std::find_if(prefixes.begin(), prefixes.end(),
                       [as](const auto& row) { return row.as == as; });
}

std::string_view query_of(std::string_view target) {
  const auto mark = target.find('?');
  return mark == std::string_view::npos ? std::string_view{}
                                        : target.substr(mark + 1);
}

/// The query with a bearer token in the place of the parameter it stands for.
std::string effective_query(const transport::http_request& request,
                            std::string_view token_name) {
  std::string query{query_of(request.target)};
  if (const auto bearer = bearer_of(request); !bearer.empty()) {
    constexpr std::string_view special = "&%+#";
    query += '&' + std::string{token_name} + '=';
    // Tokens consist of harmless characters; others make it a bad token.
    for (const auto c : bearer)
      query += special.find(c) == std::string_view::npos ? c : '!';
  }
  return query;
}

/// `curl -G -d '{…}'` sends the JSON as a query item without a name and an
/// empty body (the deployment guide's command does).
std::string json_in_query(std::string_view query) {
  while (!query.empty()) {
    const auto end = std::min(query.find('&'), query.size());
    const auto item = "x=" + std::string{query.substr(0, end)};
    const auto decoded = protocol::query_params::parse(item);
    const auto text = decoded.last("x").value_or("");
    if (protocol::parse_post(text))
      return std::string{text};
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return {};
}

transport::http_response refusal_page(const protocol::admission& verdict,
                                      std::string_view request_id) {
  using protocol::errc;
  switch (verdict.outcome) {
  case protocol::admission_outcome::refuse_http:
    return error_page(verdict.http_error, request_id);
  case protocol::admission_outcome::refuse_close:
    break;
  default:
    return error_page(errc::forbidden, request_id,
                      "The demo endpoints do not ask WS_AUTH_URL.");
  }
  const auto code = verdict.refusal.code;
  const auto why = code == 4003   ? errc::forbidden
                   : code == 4004 ? errc::not_found
                                  : errc::unauthorized;
  return error_page(why, request_id, verdict.refusal.reason);
}

} // namespace

demo_pages::demo_pages(hub& shared, const clocks& time)
    : shared_(shared), time_(time),
      // Ids go on rising over a restart, or open pages would take new
      // messages for ones that they have already shown.
      next_id_(static_cast<std::uint64_t>(protocol::unix_seconds(time_.wall())
                                          * 1000)) {}

std::optional<protocol::result<post_route>>
demo_pages::find_post(std::string_view path) {
  constexpr std::string_view suffix = "/messages";
  for (const auto& row : prefixes) {
    if (!path.starts_with(row.path) || !path.ends_with(suffix)
        || path.size() <= row.path.size() + suffix.size())
      continue;
    const auto id = path.substr(row.path.size(),
                                path.size() - row.path.size() - suffix.size());
    auto room = protocol::room_id::make(protocol::room_kind::dialog, id);
    if (!room)
      return protocol::result<post_route>{protocol::errc::bad_dialog_id};
    return protocol::result<post_route>{post_route{row.as, std::move(*room)}};
  }
  return std::nullopt;
}

std::optional<transport::http_response>
demo_pages::check_sender(const transport::http_request& request,
                         const post_route& to) {
  const auto& row = prefix_of(to.as);
  const auto query =
    protocol::query_params::parse(effective_query(request, row.token));
  protocol::admission_request attempt;
  attempt.where = row.where;
  attempt.room = to.room;
  attempt.query = &query;
  if (request.has_header("origin"))
    attempt.origin = std::string{request.header("origin")};
  attempt.now = time_.wall();
  const auto verdict = protocol::decide(shared_.live.now().policy, attempt);
  if (verdict.outcome == protocol::admission_outcome::admitted)
    return std::nullopt;
  shared_.refused.add(verdict.outcome
                          == protocol::admission_outcome::refuse_close
                        ? std::string_view{verdict.refusal.reason}
                        : protocol::word_of(verdict.http_error));
  return refusal_page(verdict, request.id);
}

void demo_pages::post(page_request request, const post_route& to) {
  const auto& http = request.http;
  if (http.body.size() > shared_.config().max_event_bytes / 2) {
    request.respond(error_page(protocol::errc::body_too_large, http.id));
    return;
  }
  const auto body =
    http.body.empty() ? json_in_query(query_of(http.target)) : http.body;
  const auto order = protocol::parse_post(body);
  if (!order) {
    request.respond(error_page(order.error(), http.id,
                               "Expected {\"text\":…} and optionally sender: "
                               "user, assistant, manager or system."));
    return;
  }
  protocol::posted_message message;
  message.id = next_id_++;
  message.sender =
    order->sender.empty() ? prefix_of(to.as).sender : order->sender;
  message.text = order->text;
  message.timestamp = protocol::rfc3339_micro(time_.wall());
  shared_.publish(
    to.room, protocol::encode_message_new(to.room.name(), message),
    [message, id = http.id,
     respond = std::move(request.respond)](const std::string& error) {
      respond(error.empty()
                ? json_response(protocol::encode_posted(message))
                : error_page(protocol::errc::unavailable, id, error));
    });
}

void demo_pages::session(page_request request) {
  const auto now = time_.wall();
  const auto& config = shared_.config();
  protocol::demo_session session;
  session.dialog_id = demo_dialog;
  session.assistant_id = demo_assistant;
  protocol::access_token_order access;
  access.subject = "1";
  access.email = "demo@example.com";
  access.now = now;
  access.ttl = demo_life;
  session.admin_token = protocol::mint_access_token(access, config.secret_key);
  protocol::site_token_order site;
  site.user_id = 1;
  site.assistant_id = demo_assistant;
  site.now = now;
  session.site_token = protocol::mint_site_token(site, config.site_secret);
  protocol::dialog_ticket ticket;
  ticket.dialog_id = demo_dialog;
  ticket.assistant_id = demo_assistant;
  ticket.as = protocol::role::widget;
  ticket.issued_at = now;
  ticket.expires_at = now + demo_life;
  ticket.jti = random_hex(8);
  session.widget_ticket =
    protocol::mint_dialog_ticket(ticket, config.ticket_secret);
  request.respond(json_response(protocol::encode_demo_session(session)));
}

} // namespace wsgw::actors
