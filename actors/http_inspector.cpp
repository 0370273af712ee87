#include "actors/http_inspector.hpp"

#include "actors/build_info.hpp"
#include "actors/gather.hpp"
#include "actors/http_status.hpp"
#include "actors/inspection.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace wsgw::actors {

namespace {

using inspection::search;

/// What does not depend on the shards.
protocol::overview_facts facts_of(const hub& shared,
                                  std::chrono::system_clock::time_point now) {
  protocol::overview_facts facts;
  facts.now = now;
  facts.started_at = shared.started_at;
  facts.node = shared.node_id;
  facts.version = build_info::version;
  facts.commit = build_info::commit;
  facts.source = source_facts_of(shared);
  facts.source_since = shared.source().since;
  facts.has_log = shared.log != nullptr;
  facts.draining = shared.draining;
  facts.connections = shared.connections + shared.inbox_connections;
  facts.connection_limit = shared.connection_limit;
  facts.inflight_events = shared.inflight_events;
  facts.marks = inspection::slow_marks_of(shared);
  return facts;
}

/// Reads `room=` or `dialog_id=`.
protocol::result<protocol::room_id>
asked_room(const protocol::query_params& query) {
  const auto room = query.last("room");
  const auto dialog = query.last("dialog_id");
  if (!room && !dialog)
    return protocol::errc::missing_parameter;
  if (!room) {
    const auto found =
      protocol::room_id::make(protocol::room_kind::dialog, *dialog);
    return found ? protocol::result<protocol::room_id>{*found}
                 : protocol::errc::bad_dialog_id;
  }
  const auto found = protocol::room_id::parse(*room);
  return found ? protocol::result<protocol::room_id>{*found}
               : protocol::errc::bad_parameter;
}

/// Asks all shards for their part of a list.
template <class List, class Encode>
void answer_list(const hub& shared, page_request request,
                 List (*part_of_shard)(shard&, const search&,
                                       const protocol::slow_marks&),
                 Encode encode) {
  const auto wanted = search::read(request.target.query);
  if (!wanted) {
    request.respond(error_page(wanted.error(), request.http.id));
    return;
  }
  gathering<List>::start(
    shared.shards,
    [wanted = *wanted, part_of_shard,
     marks = inspection::slow_marks_of(shared)](shard& where) {
      return part_of_shard(where, wanted, marks);
    },
    [wanted = *wanted, encode, respond = std::move(request.respond)](
      std::vector<List> parts, bool complete) {
      respond(json_response(
        encode(inspection::merged(std::move(parts), wanted, complete))));
    });
}

} // namespace

inspector_pages::inspector_pages(hub& shared, const clocks& time)
    : shared_(shared), time_(time) {}

void inspector_pages::overview(page_request request) {
  using part = protocol::shard_facts;
  const auto marks = inspection::slow_marks_of(shared_);
  gathering<part>::start(
    shared_.shards,
    [this, marks, asked = time_.steady()](shard& where) {
      const auto waited = time_.steady() - asked;
      auto facts = inspection::shard_facts_of(where, marks);
      facts.lag = std::chrono::floor<std::chrono::microseconds>(waited);
      return facts;
    },
    [this, respond = std::move(request.respond)](std::vector<part> parts,
                                                 bool complete) {
      auto facts = facts_of(shared_, time_.wall());
      std::sort(parts.begin(), parts.end(),
                [](const auto& a, const auto& b) { return a.shard < b.shard; });
      facts.shards = std::move(parts);
      facts.truncated = !complete;
      respond(json_response(protocol::encode_overview(facts)));
    });
}

void inspector_pages::rooms(page_request request) {
  answer_list(shared_, std::move(request), inspection::rooms_of,
              protocol::encode_rooms);
}

void inspector_pages::sockets(page_request request) {
  answer_list(shared_, std::move(request), inspection::sockets_of,
              protocol::encode_sockets);
}

void inspector_pages::room(page_request request) {
  const auto room = asked_room(request.target.query);
  if (!room) {
    request.respond(error_page(room.error(), request.http.id));
    return;
  }
  using part = std::optional<protocol::room_view>;
  const auto* home = &shared_.shard_of(*room);
  gathering<part>::start(
    shared_.shards,
    [room = *room, home, marks = inspection::slow_marks_of(shared_),
     now = time_.wall()](shard& where) {
      return &where == home ? part{inspection::view_of(where, room, marks, now)}
                            : part{};
    },
    [respond = std::move(request.respond),
     id = request.http.id](const std::vector<part>& parts, bool) {
      for (const auto& found : parts)
        if (found) {
          respond(json_response(protocol::encode_room(*found)));
          return;
        }
      respond(error_page(protocol::errc::unavailable, id,
                         "The room's shard has not answered in time."));
    });
}

} // namespace wsgw::actors
