#include "actors/http_debug.hpp"

#include "actors/gather.hpp"
#include "actors/http_status.hpp"
#include "protocol/debug_body.hpp"
#include "protocol/room.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>

namespace wsgw::actors {

namespace {

constexpr std::size_t default_limit = 1000;
constexpr std::size_t most_listed = 100'000;

/// What a list page shows.
struct filter {
  std::string kind; ///< empty: all
  std::string room; ///< empty: all
  std::size_t limit = default_limit;

  bool matches(const actor_info& who) const {
    return (kind.empty() || who.kind == kind)
           && (room.empty() || who.room == room);
  }
};

/// Reads `dialog_id=`; the error is bad_dialog_id.
protocol::result<std::optional<protocol::room_id>>
asked_dialog(const protocol::query_params& query) {
  const auto text = query.last("dialog_id");
  if (!text)
    return std::optional<protocol::room_id>{};
  auto room = protocol::room_id::make(protocol::room_kind::dialog, *text);
  if (!room)
    return protocol::errc::bad_dialog_id;
  return room;
}

/// Reads `kind=`, `dialog_id=` and `limit=`.
protocol::result<filter> read_filter(const protocol::query_params& query) {
  filter result;
  result.kind = query.last("kind").value_or("");
  const auto room = asked_dialog(query);
  if (!room)
    return room.error();
  if (*room)
    result.room = (*room)->text();
  if (const auto limit = query.last("limit")) {
    const auto* end = limit->data() + limit->size();
    const auto read = std::from_chars(limit->data(), end, result.limit);
    if (read.ec != std::errc{} || read.ptr != end || result.limit > most_listed)
      return protocol::errc::bad_parameter;
  }
  return result;
}

protocol::actor_facts facts_of(actor_info info) {
  protocol::actor_facts facts;
  facts.kind = std::move(info.kind);
  facts.id = info.id;
  facts.shard = info.shard;
  facts.mailbox = info.mailbox;
  facts.room = std::move(info.room);
  facts.members = info.members;
  facts.head = std::move(info.head);
  facts.as = info.as;
  facts.conn = std::move(info.conn);
  facts.address = std::move(info.address);
  facts.connected_at = info.connected_at;
  facts.last_seen = info.last_seen;
  facts.speaks = info.speaks;
  facts.sent_seq = info.sent_seq;
  facts.acked_seq = info.acked_seq;
  facts.is_lagging = info.is_lagging;
  facts.outbox_bytes = info.outbox_bytes;
  return facts;
}

/// One shard's part of a list. Runs on its thread.
protocol::actor_list list_shard(shard& where, const filter& wanted) {
  protocol::actor_list part;
  where.actors().for_each([&](const describable& who) {
    actor_info info;
    info.shard = where.index();
    who.describe(info);
    if (!wanted.matches(info))
      return;
    ++part.total;
    if (info.kind == "subscriber")
      ++part.by_role[static_cast<std::size_t>(info.as)];
    if (part.actors.size() < wanted.limit)
      part.actors.push_back(facts_of(std::move(info)));
  });
  return part;
}

protocol::actor_list merged(std::vector<protocol::actor_list> parts,
                            bool complete, std::size_t limit) {
  protocol::actor_list all;
  for (auto& part : parts) {
    all.total += part.total;
    for (std::size_t i = 0; i < all.by_role.size(); ++i)
      all.by_role[i] += part.by_role[i];
    std::move(part.actors.begin(), part.actors.end(),
              std::back_inserter(all.actors));
  }
  if (all.actors.size() > limit)
    all.actors.resize(limit);
  all.truncated = !complete || all.actors.size() < all.total;
  return all;
}

using listed = std::function<void(protocol::actor_list)>;

void list_actors(const hub& shared, const filter& wanted, listed done) {
  gathering<protocol::actor_list>::start(
    shared.shards, [wanted](shard& where) { return list_shard(where, wanted); },
    [limit = wanted.limit, done = std::move(done)](
      std::vector<protocol::actor_list> parts, bool complete) {
      done(merged(std::move(parts), complete, limit));
    });
}

using pools = std::vector<protocol::dialog_pools>;

/// The dialogs of one shard that somebody is in. Runs on its thread.
pools pools_of_shard(shard& where) {
  pools part;
  where.actors().for_each([&](const describable& who) {
    actor_info info;
    who.describe(info);
    const auto room = protocol::room_id::parse(info.room);
    if (info.kind != "dialog" || !room
        || room->kind() != protocol::room_kind::dialog)
      return;
    const auto of = [&](protocol::role r) {
      return info.members[static_cast<std::size_t>(r)];
    };
    part.push_back({std::string{room->name()}, of(protocol::role::admin),
                    of(protocol::role::site) + of(protocol::role::widget)});
    if (part.back().admin + part.back().site == 0)
      part.pop_back();
  });
  return part;
}

void list_pools(const hub& shared,
                std::function<void(const pools&, bool truncated)> done) {
  gathering<pools>::start(
    shared.shards, pools_of_shard,
    [done = std::move(done)](const std::vector<pools>& parts, bool complete) {
      pools all;
      for (const auto& part : parts)
        all.insert(all.end(), part.begin(), part.end());
      // By number: a longer id is a larger one.
      std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
        return std::pair{a.id.size(), a.id} < std::pair{b.id.size(), b.id};
      });
      done(all, !complete);
    });
}

} // namespace

debug_pages::debug_pages(hub& shared, const clocks& time)
    : shared_(shared), time_(time), census_(shared) {}

void debug_pages::pool_status(page_request request) {
  list_pools(shared_, [respond = std::move(request.respond)](const pools& all,
                                                             bool truncated) {
    respond(json_response(protocol::encode_pool_status(all, truncated)));
  });
}

void debug_pages::sync(page_request request) {
  const auto room = asked_dialog(request.target.query);
  if (!room) {
    request.respond(error_page(room.error(), request.http.id));
    return;
  }
  std::optional<std::string> asked;
  if (*room)
    asked = std::string{(*room)->name()};
  list_pools(shared_, [this, asked, respond = std::move(request.respond)](
                        const pools& all, bool truncated) {
    census_.take(time_.steady(), [this, asked, respond, all,
                                  truncated](const protocol::census& people) {
      protocol::sync_facts facts;
      facts.dialogs = all;
      facts.asked = asked;
      facts.source = source_facts_of(shared_);
      facts.stats = stats_facts_of(shared_, people, time_.wall());
      facts.stats.people.truncated = people.truncated || truncated;
      respond(json_response(protocol::encode_sync(facts)));
    });
  });
}

void debug_pages::connections(page_request request) {
  auto wanted = read_filter(request.target.query);
  if (!wanted) {
    request.respond(error_page(wanted.error(), request.http.id));
    return;
  }
  wanted->kind = "subscriber";
  list_actors(
    shared_, *wanted,
    [respond = std::move(request.respond)](const protocol::actor_list& list) {
      respond(json_response(protocol::encode_connections(list)));
    });
}

void debug_pages::actors(page_request request) {
  const auto wanted = read_filter(request.target.query);
  if (!wanted) {
    request.respond(error_page(wanted.error(), request.http.id));
    return;
  }
  list_actors(
    shared_, *wanted,
    [respond = std::move(request.respond)](const protocol::actor_list& list) {
      respond(json_response(protocol::encode_actors(list)));
    });
}

} // namespace wsgw::actors
