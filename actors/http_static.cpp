#include "actors/http_static.hpp"

#include "protocol/pages.hpp"

#include <string>
#include <utility>

namespace wsgw::actors::static_pages {

namespace {

transport::http_response html(std::string_view text) {
  transport::http_response response;
  response.content_type = "text/html; charset=utf-8";
  response.body = text;
  return response;
}

} // namespace

void docs(page_request request) {
  request.respond(html(protocol::docs_page()));
}

void client(page_request request) {
  const auto tag = protocol::client_module_tag();
  transport::http_response response;
  response.content_type = "text/javascript; charset=utf-8";
  response.headers = {{"ETag", std::string{tag}},
                      {"Cache-Control", "no-cache"},
                      {"Access-Control-Allow-Origin", "*"},
                      {"Cross-Origin-Resource-Policy", "cross-origin"}};
  if (request.http.header("if-none-match").find(tag) != std::string_view::npos)
    response.status = 304;
  else
    response.body = protocol::client_module();
  request.respond(std::move(response));
}

void demo(page_request request) {
  request.respond(html(protocol::demo_page()));
}

void duel(page_request request) {
  request.respond(html(protocol::duel_page()));
}

void inspector(page_request request) {
  auto response = html(protocol::inspector_page());
  // Nothing but its own style and script, known by their hashes, may run; it
  // talks to nobody but this hub and stands in nobody's frame.
  response.headers = {
    {"Content-Security-Policy",
     "default-src 'none'; " + std::string{protocol::inspector_page_sources()}
       + "; img-src data:; connect-src 'self'; base-uri 'none'; "
         "form-action 'none'; frame-ancestors 'none'; "
         "require-trusted-types-for 'script'"},
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cache-Control", "no-cache"}};
  request.respond(std::move(response));
}

} // namespace wsgw::actors::static_pages
