#include "actors/http_admin.hpp"

#include "actors/drain.hpp"
#include "actors/gather.hpp"
#include "actors/log.hpp"
#include "protocol/admin_body.hpp"

#include <numeric>
#include <utility>

namespace wsgw::actors {

namespace {

bool matches(const actor_info& who, const protocol::revocation& wanted) {
  using by = protocol::revocation::by;
  switch (wanted.what) {
  case by::user:
    return who.user_id == wanted.name;
  case by::room:
    return who.room == wanted.name;
  case by::connection:
    return who.conn == wanted.name;
  }
  return false;
}

/// Closes what matches on one shard. Runs on its thread.
std::size_t revoke_on(shard& where, const protocol::revocation& wanted) {
  const auto status = protocol::status_of(protocol::close_reason::revoked);
  std::size_t closed = 0;
  where.actors().for_each([&](describable& who) {
    actor_info info;
    who.describe(info);
    if (info.kind != "subscriber" || !matches(info, wanted))
      return;
    who.request_close(status);
    ++closed;
  });
  return closed;
}

} // namespace

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
  gathering<std::size_t>::start(
    shared_.shards,
    [wanted = *wanted](shard& where) { return revoke_on(where, wanted); },
    [respond = std::move(request.respond), id = request.http.id](
      const std::vector<std::size_t>& parts, bool complete) {
      const auto closed =
        std::accumulate(parts.begin(), parts.end(), std::size_t{0});
      log::info("main", "connections revoked", {{"closed", closed}});
      respond(complete ? json_response(protocol::encode_revoked(closed))
                       : error_page(protocol::errc::unavailable, id,
                                    "A shard has not answered in time; ask "
                                    "again."));
    });
}

} // namespace wsgw::actors
