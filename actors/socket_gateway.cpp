#include "actors/socket_gateway.hpp"

#include "actors/config.hpp"
#include "actors/http_api.hpp"
#include "actors/log.hpp"
#include "actors/socket_bridge.hpp"
#include "actors/stream_answers.hpp"
#include "actors/token_refresh.hpp"

#include <utility>

namespace wsgw::actors {

namespace {

/// No cursor of ours is longer, and no longer one is worth keeping.
constexpr std::size_t cursor_bytes = 64;

/// Stands for a cursor that cannot be one: it is refused as malformed.
constexpr std::string_view no_cursor = "!";

std::string bounded_cursor(std::string_view given) {
  return std::string{given.size() <= cursor_bytes ? given : no_cursor};
}

protocol::result<protocol::ws_route>
route_of(const transport::upgrade& handshake, std::string_view path) {
  return handshake.is_stream() ? protocol::parse_stream_route(path)
                               : protocol::parse_ws_route(path);
}

protocol::dialect dialect_of(const transport::upgrade& handshake,
                             const protocol::request_target& target,
                             protocol::endpoint where) {
  if (handshake.is_stream())
    return protocol::dialect::sse;
  return protocol::dialect_of(
    where, target.query, handshake.request().joined("sec-websocket-protocol"));
}

std::optional<std::string> origin_of(const transport::http_request& request) {
  if (!request.has_header("origin"))
    return std::nullopt;
  return std::string{request.header("origin")};
}

} // namespace

struct socket_gateway::attempt {
  std::unique_ptr<transport::upgrade> handshake;
  protocol::request_target target;
  protocol::ws_route route;
  protocol::admission verdict;
  std::string address;
  protocol::dialect speaks = protocol::dialect::legacy;
  std::chrono::steady_clock::time_point began =
    std::chrono::steady_clock::now();

  /// What the client has seen, as it says; a legacy client has no cursor.
  std::string cursor() const {
    if (speaks == protocol::dialect::legacy)
      return {};
    // What the browser saw last is newer than what the page was made with.
    const auto last = handshake->request().header("last-event-id");
    if (speaks == protocol::dialect::sse && !last.empty())
      return bounded_cursor(last);
    return bounded_cursor(target.query.last("cursor").value_or(""));
  }
};

/// Takes the backend's answer to the handshake's own loop, exactly once. When
/// the authoriser ends without a word, the answer is that there is none: the
/// handshake, with its socket and timer, must not end on another shard.
class socket_gateway::asked {
public:
  asked(socket_gateway& gate, std::shared_ptr<attempt> a)
      : gate_(gate), loop_(a->handshake->loop()), attempt_(std::move(a)) {}
  asked(const asked&) = delete;
  asked& operator=(const asked&) = delete;
  ~asked() {
    if (!attempt_)
      return;
    protocol::auth_answer none;
    none.refusal =
      protocol::status_of(protocol::close_reason::authorisation_unavailable);
    answer(std::move(none));
  }

  void answer(protocol::auth_answer word) {
    loop_.post([&gate = gate_, a = std::move(attempt_),
                word = std::move(word)] { gate.answered(a, word); });
  }

private:
  socket_gateway& gate_;
  transport::event_loop& loop_;
  std::shared_ptr<attempt> attempt_; ///< null once answered
};

socket_gateway::socket_gateway(hub& shared, http_api& api)
    : shared_(shared), api_(api), seats_(shared), duels_(shared) {}

std::optional<transport::http_response>
socket_gateway::on_head(const transport::http_request& head) {
  return is_for_stream(head) ? answer_stream_path(head) : api_.on_head(head);
}

bool socket_gateway::is_stream(const transport::http_request& head) const {
  return asks_for_stream(head);
}

void socket_gateway::on_request(transport::http_request request,
                                transport::reply respond) {
  if (is_for_stream(request))
    return respond(answer_stream_path(request));
  api_.on_request(std::move(request), std::move(respond));
}

transport::http_response
socket_gateway::on_bad_request(protocol::errc why,
                               std::string_view request_id) {
  return api_.on_bad_request(why, request_id);
}

void socket_gateway::on_upgrade(std::unique_ptr<transport::upgrade> handshake) {
  auto target = protocol::request_target::parse(handshake->request().target);
  auto route = route_of(*handshake, target.path);
  if (!route || api_.hides(route->where)) {
    refuse(*handshake, route ? protocol::errc::not_found : route.error());
    return;
  }
  if (route->where == protocol::endpoint::duel)
    return duels_.arrive(std::move(handshake));
  if (shared_.draining) {
    refuse_overload(std::move(handshake), protocol::errc::draining,
                    std::chrono::seconds{1});
    return;
  }
  auto address = protocol::client_address(
    shared_.live.now().trusted_proxies, handshake->request().peer,
    handshake->request().joined("x-forwarded-for"));
  if (!within_attempt_limit(handshake, address, route->where))
    return;
  if (!route->as) {
    open_special(std::move(handshake), route->where);
    return;
  }
  auto a = std::make_shared<attempt>();
  a->speaks = dialect_of(*handshake, target, route->where);
  a->handshake = std::move(handshake);
  a->target = std::move(target);
  a->route = std::move(*route);
  a->address = std::move(address);
  decide(std::move(a));
}

bool socket_gateway::within_attempt_limit(
  std::unique_ptr<transport::upgrade>& handshake, const std::string& address,
  protocol::endpoint where) {
  // The reference limits A, S and W only.
  if (shared_.config().compat && where == protocol::endpoint::inbox)
    return true;
  if (shared_.try_attempt(address))
    return true;
  log::repeated_warning(
    "rate_limit", "handshake", "Rate limit exceeded for IP " + address,
    {{"limit", shared_.config().rate_limit_per_ip},
     {"window_ms", shared_.config().rate_limit_window.count()}});
  refuse_overload(std::move(handshake), protocol::errc::too_many_connections,
                  shared_.attempt_retry_after(address));
  return false;
}

void socket_gateway::decide(std::shared_ptr<attempt> a) {
  protocol::admission_request request;
  request.where = a->route.where;
  request.room = a->route.room;
  request.query = &a->target.query;
  request.origin = origin_of(a->handshake->request());
  request.now = std::chrono::system_clock::now();
  a->verdict = protocol::decide(shared_.live.now().policy, request);
  if (!a->verdict.refused_origin.empty())
    log_forbidden(a->verdict);
  switch (a->verdict.outcome) {
  case protocol::admission_outcome::refuse_http:
    refuse(*a->handshake, a->verdict.http_error);
    return;
  case protocol::admission_outcome::refuse_close:
    accept_and_close(std::move(a->handshake), a->verdict.refusal);
    return;
  case protocol::admission_outcome::ask_authoriser:
    ask_authoriser(std::move(a));
    return;
  case protocol::admission_outcome::admitted:
    place(std::move(a));
    return;
  }
}

void socket_gateway::ask_authoriser(std::shared_ptr<attempt> a) {
  auto question =
    question_of(a->verdict, origin_of(a->handshake->request()), a->address);
  auto done = [slip = std::make_shared<asked>(*this, std::move(a))](
                protocol::auth_answer answer) {
    slip->answer(std::move(answer));
  };
  caf::anon_send(shared_.authoriser,
                 messages::authorise{std::move(question), std::move(done)});
}

void socket_gateway::answered(const std::shared_ptr<attempt>& a,
                              const protocol::auth_answer& answer) {
  if (shared_.draining) {
    refuse_overload(std::move(a->handshake), protocol::errc::draining,
                    std::chrono::seconds{1});
    return;
  }
  if (!answer.allow) {
    accept_and_close(std::move(a->handshake), answer.refusal);
    return;
  }
  if (!answer.user_id.empty())
    a->verdict.who.user_id = answer.user_id;
  place(a);
}

void socket_gateway::place(std::shared_ptr<attempt> a) {
  auto& home = shared_.shard_of(*a->verdict.room);
  auto& handshake = *a->handshake;
  handshake.move_to(home.loop(), [this, a = std::move(a)](
                                   std::unique_ptr<transport::upgrade> moved) {
    a->handshake = std::move(moved);
    open(a);
  });
}

void socket_gateway::open(const std::shared_ptr<attempt>& a) {
  if (shared_.draining) {
    refuse_overload(std::move(a->handshake), protocol::errc::draining,
                    std::chrono::seconds{1});
    return;
  }
  auto reserved = seats_.reserve(*a->verdict.room, a->verdict.as);
  if (const auto* why = std::get_if<protocol::errc>(&reserved)) {
    refuse_overload(std::move(a->handshake), *why, std::chrono::seconds{5});
    return;
  }
  const auto& request = a->handshake->request();
  auto admission = a->speaks == protocol::dialect::v1
                     ? remember_handshake(request, a->route, a->verdict.who)
                     : nullptr;
  auto who = std::make_shared<passport>(
    passport{a->route.where, a->verdict.as, *a->verdict.room,
             protocol::connection_id{shared_.next_connection.fetch_add(1)},
             std::move(a->verdict.who.user_id), std::move(a->address),
             a->verdict.who.expires_at, std::get<seat>(std::move(reserved)),
             a->speaks, a->cursor(), std::move(admission)});
  const auto wanted = limits_for(*a->handshake);
  shared_.shard_of(*a->verdict.room)
    .counters()
    .handshakes.add(std::chrono::steady_clock::now() - a->began);
  a->handshake->accept(
    wanted, std::make_shared<socket_bridge>(shared_, std::move(who)));
}

} // namespace wsgw::actors
