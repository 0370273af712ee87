#include "actors/redis_duels.hpp"

#include "actors/duel_questions.hpp"
#include "actors/log.hpp"
#include "protocol/rendezvous.hpp"
#include "transport/redis_link.hpp"
#include "transport/shard_loop.hpp"

#include <algorithm>
#include <future>
#include <utility>

namespace wsgw::actors {

namespace {

using clock = duel_questions::clock;
using transport::redis_reply;

/// What the demo puts is gone after a day.
constexpr auto demo_life_ms = "86400000";

std::string room_of(std::int64_t duel_id) {
  return "duel:" + std::to_string(duel_id);
}

std::string key_of(std::int64_t duel_id) {
  return "ws:" + room_of(duel_id) + ":state";
}

std::string ticket_key(const std::string& jti) {
  return "ws:duel:ticket:" + jti;
}

/// True when the command was not done; says why.
bool has_failed(const redis_reply& reply) {
  const auto* error = reply.error();
  if (error != nullptr && error->text != "link down")
    log::repeated_warning("duels " + error->text, "redis", "duels refused",
                          {{"reason", error->text}});
  return error != nullptr;
}

} // namespace

/// One server. Everything on its loop's thread.
class redis_duels::link {
public:
  link(duel_board& board, transport::shard_loop& loop,
       const transport::redis_endpoint& server)
      : loop_(loop), questions_(board), commands_(loop, server, {}) {}

  transport::shard_loop& loop() const { return loop_; }

  void start() { commands_.start(); }

  void stop() {
    commands_.stop();
    questions_.drop();
  }

  void state(std::int64_t duel_id, state_done then) {
    if (questions_.add(duel_id, std::move(then), clock::now()))
      get(duel_id);
  }

  void command(const std::vector<std::string>& words,
               transport::redis_client::callback done) {
    commands_.command(words, std::move(done));
  }

private:
  void get(std::int64_t duel_id) {
    commands_.command(
      {"GET", key_of(duel_id)},
      [this, duel_id](const redis_reply& reply) { answered(duel_id, reply); });
  }

  void answered(std::int64_t duel_id, const redis_reply& reply) {
    state_answer answer;
    if (const auto* text = std::get_if<std::string>(&reply.value))
      answer = read_state(*text, duel_id);
    else if (!has_failed(reply))
      answer.what = state_answer::result::unknown;
    if (questions_.answered(duel_id, std::move(answer), clock::now()))
      // Not from within the answer of a link that has just gone.
      loop_.post([this, duel_id] { get(duel_id); });
  }

  transport::shard_loop& loop_;
  duel_questions questions_;
  transport::redis_client commands_;
};

redis_duels::redis_duels(const std::vector<transport::redis_endpoint>& servers,
                         const std::vector<redis_fleet::place>& places) {
  for (const auto& each : servers) {
    labels_.push_back(each.label());
    links_.push_back(std::make_unique<link>(
      board(), *places[links_.size() % places.size()].loop, each));
  }
}

redis_duels::~redis_duels() = default;

void redis_duels::start() {
  for (const auto& each : links_)
    each->loop().post([&each] { each->start(); });
}

void redis_duels::stop() {
  for (const auto& each : links_) {
    std::promise<void> stopped;
    each->loop().post([&each, &stopped] {
      each->stop();
      stopped.set_value();
    });
    stopped.get_future().wait();
  }
}

redis_duels::link& redis_duels::of(std::string_view name) const {
  return *links_[links_.size() == 1 ? 0
                                    : protocol::choose_server(name, labels_)];
}

void redis_duels::state(std::int64_t duel_id, state_done then) {
  auto& where = of(room_of(duel_id));
  where.loop().post([&where, duel_id, then = std::move(then)]() mutable {
    where.state(duel_id, std::move(then));
  });
}

void redis_duels::use_ticket(std::string jti, std::chrono::milliseconds ttl,
                             use_done then) {
  auto& where = of("ticket:" + jti);
  const auto kept = std::max<std::int64_t>(1, ttl.count());
  where.loop().post(
    [&where, kept, jti = std::move(jti), then = std::move(then)] {
      where.command(
        {"SET", ticket_key(jti), "1", "NX", "PX", std::to_string(kept)},
        [then](const redis_reply& reply) {
          then(has_failed(reply) ? use::unreachable
               : std::holds_alternative<std::string>(reply.value)
                 ? use::fresh
                 : use::used_before);
        });
    });
}

void redis_duels::look_up(std::string jti, use_done then) {
  auto& where = of("ticket:" + jti);
  where.loop().post([&where, jti = std::move(jti), then = std::move(then)] {
    where.command({"EXISTS", ticket_key(jti)},
                  [then](const redis_reply& reply) {
                    const auto* count = std::get_if<std::int64_t>(&reply.value);
                    then(has_failed(reply)                ? use::unreachable
                         : count != nullptr && *count > 0 ? use::used_before
                                                          : use::fresh);
                  });
  });
}

void redis_duels::put(const duel_state& state, std::function<void(bool)> then) {
  auto& where = of(room_of(state.duel_id));
  where.loop().post([&where, state, then = std::move(then)] {
    where.command(
      {"SET", key_of(state.duel_id), protocol::encode_duel_state(state), "PX",
       demo_life_ms},
      [then](const redis_reply& reply) { then(!has_failed(reply)); });
  });
}

} // namespace wsgw::actors
