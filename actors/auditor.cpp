#include "actors/auditor.hpp"

#include "actors/audit_repair.hpp"
#include "actors/gather.hpp"
#include "actors/log.hpp"

#include <algorithm>
#include <unordered_set>

namespace wsgw::actors {

namespace {

constexpr auto rooms_topic = "audit_rooms";
constexpr auto renew_topic = "audit_renew";

using messages::audit_part;

/// The log and the bus can be asked only then; what they say while Redis
/// comes back is not the whole truth.
bool is_redis_ready(const hub& shared) {
  const auto source = shared.source();
  return source.source == source_status::kind::redis
         && source.now == source_status::state::ready;
}

std::unordered_set<protocol::room_id> rooms_in(std::string_view text) {
  const auto list = protocol::parse_room_list(text);
  return {list.begin(), list.end()};
}

} // namespace

void auditor_state::start(hub& hub_ref, shard& home_ref) {
  shared = &hub_ref;
  home = &home_ref;
  judge = audit_judge{patience_for(shared->config().audit_interval)};
  listed.emplace(home->actors(), *this);
  arm();
}

void auditor_state::describe(actor_info& out) const {
  out.kind = "auditor";
  out.id = self->id();
  out.shard = home->index();
  out.mailbox = mailbox_length(*self);
}

void auditor_state::arm() {
  // On the shard's thread, between two messages.
  timer = home->loop().after(shared->config().audit_interval, [this] {
    arm();
    begin_run();
  });
}

// -- a run --------------------------------------------------------------------

void auditor_state::begin_run() {
  if (waiting != 0)
    judge.forget();
  waiting = 0;
  evidence = {};
  ++run;
  if (shared->draining)
    return;
  waiting = 1;
  // Each slice for two runs: a fault shows in both.
  const audit_scope scope{run / 2 % slices, slices, suspects};
  gathering<shard_facts>::start(
    shared->shards,
    [scope](shard& where) { return collect_facts(where, scope); },
    [to = auditor_actor{self}, run = run](std::vector<shard_facts> facts,
                                          bool is_complete) {
      caf::anon_send(
        to, audit_part{run, audit_part::shards{std::move(facts), is_complete}});
    });
}

void auditor_state::take(audit_part& part) {
  if (part.run != run || waiting == 0)
    return;
  std::visit([this](auto& what) { add(what); }, part.what);
  if (--waiting == 0)
    finish();
}

void auditor_state::add(audit_part::shards& part) {
  evidence.shards = std::move(part.facts);
  evidence.is_complete = part.is_complete;
  std::size_t most = 1;
  for (const auto& each : evidence.shards)
    most = std::max(most, each.total_rooms);
  slices = (most + rooms_per_run - 1) / rooms_per_run;
  if (is_redis_ready(*shared))
    ask_rooms();
}

std::vector<protocol::room_id> auditor_state::choose_sample() const {
  std::vector<protocol::room_id> chosen;
  std::vector<protocol::room_id> others;
  for (const auto& facts : evidence.shards)
    for (const auto& each : facts.rooms)
      (suspects.contains(each.room.text()) ? chosen : others)
        .push_back(each.room);
  // Others in turn; each pair of runs goes on where the last one ended.
  const auto begin = others.empty() ? 0 : run / 2 * sample % others.size();
  for (std::size_t i = 0; i < others.size() && chosen.size() < sample; ++i)
    chosen.push_back(others[(begin + i) % others.size()]);
  return chosen;
}

void auditor_state::ask_rooms() {
  auto rooms = choose_sample();
  if (shared->log != nullptr)
    for (const auto& room : rooms) {
      ++waiting;
      shared->log->open(
        room, [to = auditor_actor{self}, run = run,
               name = room.text()](store_result<protocol::cursor> at) {
          caf::anon_send(
            to, audit_part{run, audit_part::log_head{name, std::move(at)}});
        });
    }
  std::erase_if(rooms, [](const auto& room) {
    return room.kind() != protocol::room_kind::dialog;
  });
  if (shared->nodes == nullptr || rooms.empty())
    return;
  for (const auto& room : rooms)
    evidence.asked_nodes.insert(room.text());
  ++waiting;
  shared->nodes->ask(rooms_topic, protocol::encode_room_list(rooms), patience,
                     [to = auditor_actor{self}, run = run](node_answers all) {
                       caf::anon_send(to, audit_part{run, std::move(all)});
                     });
}

void auditor_state::add(audit_part::log_head& part) {
  if (const auto* at = std::get_if<protocol::cursor>(&part.at))
    evidence.log.emplace(std::move(part.room), *at);
}

void auditor_state::add(node_answers& part) {
  if (!part.error.empty() || !part.silent.empty())
    return;
  auto& nodes = evidence.nodes.emplace();
  for (const auto& each : part.answers) {
    auto rooms = protocol::parse_audited_rooms(each.json);
    if (!rooms) {
      evidence.nodes.reset();
      return;
    }
    nodes.push_back(std::move(*rooms));
  }
}

void auditor_state::finish() {
  const auto found = judge.judge(evidence);
  suspects = judge.suspects();
  evidence = {};
  ++shared->audits;
  act_on(found);
}

void auditor_state::act_on(const std::vector<audit_finding>& found) {
  std::vector<protocol::room_id> stale;
  for (const auto& each : found) {
    const auto kind = to_string(each.kind);
    if (each.is_new) {
      shared->mismatches.add(kind);
      log::warning(
        "audit", "mismatch",
        {{"kind", kind}, {"room", each.room}, {"facts", each.facts}});
    }
    if (auto room = protocol::room_id::parse(each.room);
        room && each.kind == mismatch::presence)
      stale.push_back(std::move(*room));
    auto& where = *shared->shards[each.shard];
    where.loop().post([shared = shared, &where, each] {
      if (repair(*shared, where, each))
        shared->repairs.add(to_string(each.kind));
    });
  }
  // The fault may be theirs.
  if (!stale.empty() && shared->nodes != nullptr)
    shared->nodes->ask(renew_topic, protocol::encode_room_list(stale), patience,
                       [](const node_answers&) {});
}

auditor_actor::behavior_type
auditor(auditor_actor::stateful_pointer<auditor_state> self, hub* shared,
        shard* home) {
  auto& state = self->state;
  state.start(*shared, *home);
  return {[&state](audit_part& part) { state.take(part); }};
}

// -- for other nodes ----------------------------------------------------------

void answer_audits(hub& shared) {
  if (shared.nodes == nullptr)
    return;
  using part = std::vector<protocol::audited_room>;
  shared.nodes->respond(rooms_topic, [&shared](const std::string& text,
                                               node_bus::reply reply) {
    gathering<part>::start(
      shared.shards,
      [rooms = rooms_in(text), has_log = shared.log != nullptr](shard& where) {
        return rooms_of(where, rooms, has_log);
      },
      [reply = std::move(reply)](std::vector<part> parts, bool complete) {
        part all;
        for (auto& each : parts)
          all.insert(all.end(), each.begin(), each.end());
        if (complete)
          reply(protocol::encode(all));
      });
  });
  shared.nodes->respond(
    renew_topic, [&shared](const std::string& text, node_bus::reply reply) {
      for (auto* where : shared.shards)
        where->loop().post(
          [where, rooms = rooms_in(text)] { renew_presence(*where, rooms); });
      reply({});
    });
}

} // namespace wsgw::actors
