#include "actors/http_admin.hpp"

#include "actors/drain.hpp"
#include "actors/log.hpp"
#include "actors/revocation.hpp"
#include "protocol/admin_body.hpp"

#include <optional>
#include <utility>

namespace wsgw::actors {

admin_pages::admin_pages(hub& shared) : shared_(shared) {
  answer_revocations(shared);
}

void admin_pages::drain(page_request request) {
  log::info("main", "drain requested", {{"peer", request.http.peer}});
  const auto news = begin_drain(shared_);
  request.respond(
    json_response(protocol::encode_drain(news.connections, news.spread), 202));
}

void admin_pages::revoke(page_request request) {
  const auto wanted = protocol::parse_revocation(request.http.body);
  if (!wanted) {
    request.respond(error_page(wanted.error(), request.http.id,
                               "Expected one of {\"user_id\":…}, "
                               "{\"room\":\"dialog:10\"}, {\"conn\":…}."));
    return;
  }
  revoke_everywhere(
    shared_, *wanted,
    [respond = std::move(request.respond),
     id = request.http.id](const std::optional<protocol::revoked>& all) {
      respond(all ? json_response(protocol::encode(*all))
                  : error_page(protocol::errc::unavailable, id,
                               "A shard has not answered in time; ask "
                               "again."));
    });
}

} // namespace wsgw::actors
