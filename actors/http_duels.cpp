#include "actors/http_duels.hpp"

#include "actors/duel_desk.hpp"
#include "actors/gather.hpp"
#include "actors/random_text.hpp"
#include "protocol/duel_body.hpp"
#include "protocol/duel_ticket.hpp"
#include "protocol/json_object.hpp"
#include "protocol/timestamp.hpp"

#include <array>
#include <charconv>
#include <cstdio>
#include <map>
#include <utility>
#include <variant>

namespace wsgw::actors {

namespace {

constexpr std::int64_t default_limit = 100;
constexpr std::int64_t most_listed = 10'000;

/// Reads a number above 0; `fallback` when the parameter is absent. Empty when
/// it is none.
std::optional<std::int64_t> number_of(const protocol::query_params& query,
                                      std::string_view name,
                                      std::optional<std::int64_t> fallback) {
  const auto text = query.last(name);
  if (!text)
    return fallback;
  std::int64_t number = 0;
  const auto* end = text->data() + text->size();
  const auto read = std::from_chars(text->data(), end, number);
  if (read.ec != std::errc{} || read.ptr != end || number <= 0)
    return std::nullopt;
  return number;
}

using heads = std::map<std::int64_t, std::string>;

/// The heads of one shard's duels. Runs on its thread.
heads heads_of_shard(shard& where) {
  heads part;
  where.actors().for_each([&](const describable& who) {
    actor_info info;
    who.describe(info);
    if (info.kind != "dialog" || !info.room.starts_with("duel:"))
      return;
    if (const auto room = protocol::room_id::parse(info.room))
      part.emplace(duel_board::id_of(*room), info.head);
  });
  return part;
}

protocol::duel_facts facts_of(const duel_board::row& row) {
  protocol::duel_facts facts;
  facts.duel_id = row.duel_id;
  facts.status = row.status;
  facts.players = row.players;
  facts.updates = row.updates;
  facts.updated_at = row.updated_at;
  return facts;
}

/// As the old server's signal files have it: `1771234567.250000`.
std::string version_of(std::chrono::system_clock::time_point now) {
  std::array<char, 48> text{};
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(
                    now.time_since_epoch())
                    .count();
  std::snprintf(text.data(), text.size(), "%lld.%06lld",
                static_cast<long long>(us / 1'000'000),
                static_cast<long long>(us % 1'000'000));
  return text.data();
}

} // namespace

duel_pages::duel_pages(hub& shared, const clocks& time)
    : shared_(shared), time_(time) {}

bool duel_pages::refuse(const page_request& request) const {
  if (shared_.duels != nullptr)
    return false;
  request.respond(error_page(protocol::errc::not_found, request.http.id,
                             "There are no duels: WEBSOCKET_TICKET_SECRET is "
                             "not set."));
  return true;
}

void duel_pages::list(page_request request) {
  if (refuse(request))
    return;
  const auto& query = request.target.query;
  const auto only = number_of(query, "duel_id", 0);
  const auto after = number_of(query, "after", 0);
  const auto limit = number_of(query, "limit", default_limit);
  if (!only || !after || !limit || *limit > most_listed) {
    request.respond(error_page(protocol::errc::bad_parameter, request.http.id));
    return;
  }
  const auto& board = shared_.duels->board();
  auto rows = board.rows(*only > 0 ? *only - 1 : *after,
                         static_cast<std::size_t>(*only > 0 ? 1 : *limit));
  auto total = board.size();
  if (*only > 0) {
    std::erase_if(rows, [&](const auto& row) { return row.duel_id != *only; });
    total = rows.size();
  }
  gathering<heads>::start(
    shared_.shards, heads_of_shard,
    [rows = std::move(rows), total, respond = std::move(request.respond)](
      const std::vector<heads>& parts, bool) {
      std::vector<protocol::duel_facts> duels;
      for (const auto& row : rows) {
        duels.push_back(facts_of(row));
        for (const auto& part : parts)
          if (const auto found = part.find(row.duel_id); found != part.end())
            duels.back().head = found->second;
      }
      respond(json_response(protocol::encode_duels(duels, total)));
    });
}

void duel_pages::ticket(page_request request) {
  if (refuse(request))
    return;
  const auto duel = number_of(request.target.query, "duel_id", std::nullopt);
  const auto user = number_of(request.target.query, "user_id", std::nullopt);
  if (!duel || !user) {
    request.respond(error_page(protocol::errc::bad_parameter, request.http.id));
    return;
  }
  const auto& config = shared_.config();
  protocol::duel_ticket order;
  order.duel_id = *duel;
  order.user_id = *user;
  order.issued_at = time_.wall();
  order.expires_at = order.issued_at + config.duel_ticket_ttl;
  order.jti = random_hex(8);
  const auto expires = std::chrono::duration_cast<std::chrono::seconds>(
    order.expires_at.time_since_epoch());
  request.respond(json_response(protocol::encode_duel_ticket(
    protocol::mint_duel_ticket(order, config.duel_secret), expires.count())));
}

void duel_pages::move(page_request request) {
  if (refuse(request))
    return;
  const auto& body = request.http.body;
  const auto object = protocol::json_object::parse(body);
  const auto id = object ? object->integer("duel_id") : std::nullopt;
  const auto state = id ? protocol::parse_duel_state(body, *id) : std::nullopt;
  const auto room = state ? protocol::room_id::make(
                      protocol::room_kind::duel, std::to_string(state->duel_id))
                          : std::nullopt;
  if (!room) {
    request.respond(error_page(protocol::errc::bad_request, request.http.id,
                               "Expected the state of a duel."));
    return;
  }
  const auto respond = [respond = std::move(request.respond),
                        id = request.http.id](std::string_view problem) {
    respond(problem.empty()
              ? json_response(R"({"published":true})")
              : error_page(protocol::errc::unavailable, id, problem));
  };
  auto json = protocol::encode_duel_update(*state, version_of(time_.wall()));
  shared_.duels->put(*state, [this, respond, room = *room,
                              json = std::move(json)](bool is_kept) {
    if (!is_kept)
      return respond("The state cannot be kept.");
    shared_.append(room, json, {}, [respond](const auto& answer) {
      const auto* error = std::get_if<store_error>(&answer);
      respond(error != nullptr ? error->text : std::string{});
    });
  });
}

} // namespace wsgw::actors
