#include "actors/http_operator.hpp"

#include "actors/drain.hpp"
#include "actors/gather.hpp"
#include "actors/log.hpp"
#include "protocol/client_address.hpp"
#include "protocol/operator_body.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace wsgw::actors {

namespace {

using protocol::errc;

constexpr std::string_view late_text =
  "A shard has not answered in time; ask again.";

/// Closes one connection if it is on this shard. Runs on its thread.
bool close_on(shard& where, const protocol::close_order& order) {
  auto found = false;
  where.actors().for_each([&](describable& who) {
    actor_info info;
    who.describe(info);
    if (info.kind != "subscriber" || info.conn != order.conn)
      return;
    who.request_close(order.status);
    found = true;
  });
  return found;
}

} // namespace

std::string operator_pages::sender_of(const page_request& request) const {
  return protocol::client_address(shared_.live.now().trusted_proxies,
                                  request.http.peer,
                                  request.http.joined("x-forwarded-for"));
}

void operator_pages::refuse(const page_request& request, errc why,
                            std::string_view message) {
  shared_.refused.add(protocol::word_of(why));
  request.respond(error_page(why, request.http.id, message));
}

void operator_pages::close(page_request request) {
  const auto order = protocol::parse_close_order(request.http.body);
  if (!order) {
    refuse(request, order.error(),
           "Expected {\"conn\":\"7f3a\",\"code\":1012 or 4000-4999,"
           "\"reason\":at most 123 bytes}.");
    return;
  }
  gathering<bool>::start(
    shared_.shards,
    [order = *order](shard& where) { return close_on(where, order); },
    [this, order = *order, request = std::move(request)](
      const std::vector<bool>& parts, bool complete) {
      if (std::find(parts.begin(), parts.end(), true) == parts.end()) {
        refuse(request, complete ? errc::not_found : errc::unavailable,
               complete ? "This node has no such connection." : late_text);
        return;
      }
      shared_.operations.add("close");
      log::info("audit", "Connection closed",
                {{"by", sender_of(request)},
                 {"conn", order.conn},
                 {"code", order.status.code},
                 {"reason", order.status.reason},
                 {"request_id", request.http.id}});
      request.respond(json_response(protocol::encode_closed(1)));
    });
}

void operator_pages::drain_room(page_request request) {
  const auto wanted = protocol::parse_room_drain(request.http.body);
  if (!wanted) {
    refuse(request, wanted.error(),
           "Expected {\"dialog_id\":10} or {\"room\":\"duel:7\"}, and "
           "\"spread\":\"5s\" up to 10m.");
    return;
  }
  using part = std::optional<drain_news>;
  const auto* home = &shared_.shard_of(wanted->room);
  gathering<part>::start(
    shared_.shards,
    [this, home, wanted = *wanted](shard& where) {
      return &where != home ? part{}
                            : part{actors::drain_room(
                              shared_, where, wanted.room, wanted.spread)};
    },
    [this, wanted = *wanted, request = std::move(request)](
      const std::vector<part>& parts, bool) mutable {
      const auto news =
        std::find_if(parts.begin(), parts.end(),
                     [](const auto& each) { return each.has_value(); });
      if (news == parts.end()) {
        refuse(request, errc::unavailable, late_text);
        return;
      }
      const auto [connections, spread] = **news;
      wanted.spread = spread;
      shared_.operations.add("drain_room");
      log::info("audit", "Drain of a room",
                {{"by", sender_of(request)},
                 {"room", wanted.room.text()},
                 {"connections", connections},
                 {"spread_ms", spread.count()},
                 {"request_id", request.http.id}});
      request.respond(
        json_response(protocol::encode_room_drain(wanted, connections), 202));
    });
}

} // namespace wsgw::actors
