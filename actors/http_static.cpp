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

} // namespace wsgw::actors::static_pages
