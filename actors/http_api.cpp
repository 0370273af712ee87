#include "actors/http_api.hpp"

#include "actors/http_access.hpp"
#include "actors/http_static.hpp"
#include "protocol/route.hpp"
#include "protocol/status_body.hpp"

#include <array>
#include <utility>

namespace wsgw::actors {

transport::http_response error_page(protocol::errc why,
                                    std::string_view request_id,
                                    std::string_view message) {
  return json_response(protocol::encode_error(why, request_id, message),
                       protocol::http_status_of(why));
}

namespace {

/// What the reference's server says to a handshake without a key.
constexpr std::string_view missing_key_text =
  "Failed to open a WebSocket connection: missing Sec-WebSocket-Key header.\n";

bool asks_for_upgrade(const transport::http_request& request) {
  return request.has_header("upgrade");
}

} // namespace

/// One page: where it is, who may see it, who serves it.
struct http_api::page {
  std::string_view path;
  door guard;
  void (*serve)(http_api&, page_request);
  bool is_post = false; ///< else GET and HEAD

  bool takes(std::string_view method) const {
    return is_post ? method == "POST" : method == "GET" || method == "HEAD";
  }
};

/// Where a request leads.
struct http_api::found {
  const page* get = nullptr;
  std::optional<protocol::result<post_route>> post;
  bool is_ws = false;
  bool is_publish = false;
};

/// All pages that are always where they are.
struct http_api::table {
  using request = page_request;
  static constexpr std::array pages{
    page{"/", door::demo,
         [](http_api&, request r) { static_pages::demo(std::move(r)); }},
    page{"/docs", door::open,
         [](http_api&, request r) { static_pages::docs(std::move(r)); }},
    page{"/js/wsgw.js", door::open,
         [](http_api&, request r) { static_pages::client(std::move(r)); }},
    page{"/health", door::open,
         [](http_api& api, request r) { api.status_.health(std::move(r)); }},
    page{"/ws-health", door::open,
         [](http_api& api, request r) { api.status_.health(std::move(r)); }},
    page{"/live", door::open,
         [](http_api& api, request r) { api.status_.live(std::move(r)); }},
    page{"/ready", door::open,
         [](http_api& api, request r) { api.status_.ready(std::move(r)); }},
    page{"/metrics", door::open,
         [](http_api& api, request r) { api.status_.metrics(std::move(r)); }},
    page{"/api/websocket/stats", door::open,
         [](http_api& api, request r) { api.status_.stats(std::move(r)); }},
    page{"/api/websocket/health", door::open,
         [](http_api& api, request r) {
           api.status_.websocket_health(std::move(r));
         }},
    page{"/api/ws/bridge/health", door::open,
         [](http_api& api, request r) {
           api.status_.bridge_health(std::move(r));
         }},
    page{
      "/api/debug/websocket/status", door::debug,
      [](http_api& api, request r) { api.debug_.pool_status(std::move(r)); }},
    page{"/api/debug/websocket/sync", door::debug,
         [](http_api& api, request r) { api.debug_.sync(std::move(r)); }},
    page{
      "/debug/connections", door::debug,
      [](http_api& api, request r) { api.debug_.connections(std::move(r)); }},
    page{"/debug/v1/explain", door::debug,
         [](http_api& api, request r) { api.explain_.get(std::move(r)); }},
    page{"/debug/actors", door::debug,
         [](http_api& api, request r) { api.debug_.actors(std::move(r)); }},
    page{"/admin/v1/drain", door::debug,
         [](http_api& api, request r) { api.admin_.drain(std::move(r)); },
         true},
    page{"/admin/v1/revoke", door::debug,
         [](http_api& api, request r) { api.admin_.revoke(std::move(r)); },
         true},
    page{"/admin/v1/close", door::debug,
         [](http_api& api, request r) { api.operator_.close(std::move(r)); },
         true},
    page{
      "/admin/v1/drain_room", door::debug,
      [](http_api& api, request r) { api.operator_.drain_room(std::move(r)); },
      true},
    page{"/debug/ui", door::open,
         [](http_api&, request r) { static_pages::inspector(std::move(r)); }},
    page{
      "/debug/v1/overview", door::debug,
      [](http_api& api, request r) { api.inspector_.overview(std::move(r)); }},
    page{"/debug/v1/rooms", door::debug,
         [](http_api& api, request r) { api.inspector_.rooms(std::move(r)); }},
    page{
      "/debug/v1/sockets", door::debug,
      [](http_api& api, request r) { api.inspector_.sockets(std::move(r)); }},
    page{"/debug/v1/room", door::debug,
         [](http_api& api, request r) { api.inspector_.room(std::move(r)); }},
    page{"/debug/v1/duels", door::debug,
         [](http_api& api, request r) { api.duels_.list(std::move(r)); }},
    page{"/api/demo/duel/ticket", door::demo,
         [](http_api& api, request r) { api.duels_.ticket(std::move(r)); }},
    page{"/api/demo/duel", door::demo,
         [](http_api& api, request r) { api.duels_.move(std::move(r)); }, true},
    page{"/duel", door::demo,
         [](http_api&, request r) { static_pages::duel(std::move(r)); }},
    page{"/api/demo/session", door::demo,
         [](http_api& api, request r) { api.demo_.session(std::move(r)); }},
  };
};

const http_api::page* http_api::find_page(std::string_view path) {
  if (path.size() > 1 && path.ends_with('/'))
    path.remove_suffix(1);
  for (const auto& row : table::pages)
    if (row.path == path)
      return &row;
  return nullptr;
}

http_api::http_api(hub& shared, clocks time)
    : shared_(shared), status_(shared, time), debug_(shared, time),
      explain_(shared, time), inspector_(shared, time), admin_(shared),
      operator_(shared), demo_(shared, time), publish_(shared),
      duels_(shared, time) {}

http_api::found http_api::find(std::string_view path) const {
  found result;
  result.is_ws = protocol::is_ws_path(path);
  if (result.is_ws)
    return result;
  result.is_publish = path == publish_page::path && publish_.is_served();
  if (result.is_publish)
    return result;
  result.get = find_page(path);
  if (shared_.config().demo)
    result.post = demo_pages::find_post(path);
  else if (result.get != nullptr && result.get->guard == door::demo)
    result.get = nullptr;
  return result;
}

transport::http_response http_api::counted(transport::http_response response,
                                           protocol::errc why) {
  shared_.refused.add(protocol::word_of(why));
  return response;
}

std::optional<transport::http_response>
http_api::refuse(const transport::http_request& request, const found& where) {
  using protocol::errc;
  const auto error = [&](errc why) {
    return counted(error_page(why, request.id), why);
  };
  if (where.is_publish)
    return publish_.check_sender(request);
  if (where.post) {
    if (!*where.post)
      return error(where.post->error());
    if (request.method == "POST")
      return demo_.check_sender(request, **where.post);
    auto response = error(errc::method_not_allowed);
    response.headers.emplace_back("Allow", "POST");
    return response;
  }
  if (where.get == nullptr)
    return error(errc::not_found);
  if (where.get->guard == door::debug)
    switch (debug_access(request, shared_.config().debug_token)) {
    case access_verdict::granted:
      break;
    case access_verdict::denied:
      return error(errc::forbidden);
    case access_verdict::wrong_bearer: {
      auto response = error(errc::unauthorized);
      response.headers.emplace_back("WWW-Authenticate",
                                    "Bearer error=\"invalid_token\"");
      return response;
    }
    }
  if (where.get->takes(request.method))
    return std::nullopt;
  auto response = error(errc::method_not_allowed);
  response.headers.emplace_back("Allow",
                                where.get->is_post ? "POST" : "GET, HEAD");
  return response;
}

transport::http_response
http_api::without_upgrade(const transport::http_request& request,
                          std::string_view path) {
  using protocol::errc;
  const auto route = protocol::parse_ws_route(path);
  if (route && route->where == protocol::endpoint::widget_test)
    return json_response(std::string{protocol::widget_test_body()});
  if (shared_.config().compat) {
    shared_.refused.add(protocol::word_of(errc::upgrade_required));
    if (!asks_for_upgrade(request))
      return json_response(R"({"detail":"Not Found"})", 404);
    auto response = json_response(std::string{missing_key_text}, 400);
    response.content_type = "text/plain";
    return response;
  }
  const auto hidden = route && hides(route->where);
  const auto why = hidden                      ? errc::not_found
                   : !route                    ? route.error()
                   : asks_for_upgrade(request) ? errc::bad_upgrade
                                               : errc::upgrade_required;
  auto response = counted(error_page(why, request.id), why);
  if (route && !hidden)
    response.status = 400; // protocol-v1 7.5
  return response;
}

std::optional<transport::http_response>
http_api::on_head(const transport::http_request& head) {
  const auto target = protocol::request_target::parse(head.target);
  const auto where = find(target.path);
  return where.is_ws ? without_upgrade(head, target.path) : refuse(head, where);
}

void http_api::on_request(transport::http_request request,
                          transport::reply respond) {
  auto target = protocol::request_target::parse(request.target);
  const auto where = find(target.path);
  if (where.is_ws) {
    respond(without_upgrade(request, target.path));
    return;
  }
  if (auto refusal = refuse(request, where)) {
    respond(std::move(*refusal));
    return;
  }
  page_request page{std::move(request), std::move(target), std::move(respond)};
  if (where.is_publish)
    publish_.post(std::move(page));
  else if (where.post)
    demo_.post(std::move(page), **where.post);
  else
    where.get->serve(*this, std::move(page));
}

transport::http_response http_api::on_bad_request(protocol::errc why,
                                                  std::string_view request_id) {
  return counted(error_page(why, request_id), why);
}

bool http_api::hides(protocol::endpoint where) const {
  return (where == protocol::endpoint::echo && !shared_.config().echo)
         || (where == protocol::endpoint::duel && shared_.duels == nullptr);
}

transport::http_response http_api::error_response(protocol::errc why,
                                                  std::string_view request_id) {
  return error_page(why, request_id);
}

} // namespace wsgw::actors
