#include "actors/redis_log.hpp"

#include "actors/redis_log_reply.hpp"

#include <chrono>
#include <memory>
#include <utility>

namespace wsgw::actors {

namespace {

using transport::redis_reply;
using transport::redis_state;

/// Somebody may load the library by hand, or make room for it.
constexpr std::chrono::seconds prepare_again_after{2};

redis_reply failure(std::string text) {
  return {redis_reply::failure{std::move(text)}};
}

/// Counts what went wrong, and passes it on.
template <class T>
store_result<T> counted(log_counters& counts, store_result<T> result) {
  if (std::holds_alternative<store_error>(result))
    counts.errors.fetch_add(1, std::memory_order_relaxed);
  return result;
}

} // namespace

redis_log::redis_log(
  transport::shard_loop& loop, const transport::redis_endpoint& server,
  const settings& config, log_counters& counts,
  std::function<void(const transport::redis_status&)> on_state,
  transport::redis_timing timing)
    : loop_(loop), limits_{config.log_maxlen, config.log_ttl,
                           config.redis_load_functions},
      max_event_bytes_(config.max_event_bytes), counts_(counts),
      on_state_(std::move(on_state)),
      link_(
        loop, server, [this](const auto& status) { on_link(status); }, timing),
      library_(link_, limits_) {}

void redis_log::start() { link_.start(); }

void redis_log::stop() {
  link_.stop();
  retry_.reset();
  stage_ = stage::down;
  reason_ = "link down";
  release_waiting();
}

// -- the store ----------------------------------------------------------------

void redis_log::open(const protocol::room_id& room,
                     std::function<void(store_result<protocol::cursor>)> done) {
  submit({"FCALL", "wsgw_cursor", "1", room.text(),
          std::to_string(limits_.maxlen), std::to_string(limits_.ttl.count())},
         [this, done = std::move(done)](const redis_reply& reply) {
           done(counted(counts_, read_cursor(reply)));
         });
}

void redis_log::read(
  const protocol::room_id& room, std::uint64_t after, std::size_t count,
  std::function<void(store_result<protocol::log_page>)> done) {
  counts_.reads.fetch_add(1, std::memory_order_relaxed);
  submit({"FCALL_RO", "wsgw_read", "1", room.text(), std::to_string(after),
          std::to_string(count)},
         [this, done = std::move(done)](redis_reply reply) {
           done(counted(counts_, read_log_page(reply, max_event_bytes_)));
         });
}

void redis_log::renew(
  const protocol::room_id& room, std::string epoch,
  std::function<void(store_result<protocol::cursor>)> done) {
  submit({"FCALL", "wsgw_renew", "1", room.text(), std::move(epoch)},
         [this, done = std::move(done)](const redis_reply& reply) {
           done(counted(counts_, read_cursor(reply)));
         });
}

void redis_log::publish(const protocol::room_id& room, std::string json,
                        std::string idempotency_key,
                        std::function<void(store_result<appended>)> done) {
  counts_.appends.fetch_add(1, std::memory_order_relaxed);
  submit({"FCALL", "wsgw_publish", "1", room.text(), std::move(json),
          std::move(idempotency_key)},
         [this, done = std::move(done)](const redis_reply& reply) {
           done(counted(counts_, read_appended(reply)));
         });
}

// -- commands -----------------------------------------------------------------

void redis_log::submit(std::vector<std::string> words,
                       std::function<void(redis_reply)> done) {
  std::size_t bytes = 0;
  for (const auto& each : words)
    bytes += each.size();
  const auto others = bytes_.fetch_add(bytes, std::memory_order_relaxed);
  // A single large event passes when nothing else waits.
  if (commands_.fetch_add(1, std::memory_order_relaxed) >= max_commands
      || (others != 0 && others + bytes > max_bytes)) {
    commands_.fetch_sub(1, std::memory_order_relaxed);
    bytes_.fetch_sub(bytes, std::memory_order_relaxed);
    return done(failure("link down"));
  }
  const auto work =
    std::make_shared<job>(job{std::move(words), std::move(done), bytes, false});
  loop_.post([this, work] { send(std::move(*work)); });
}

void redis_log::send(job work) {
  switch (stage_) {
  case stage::down:
    return answer(work, failure("link down"));
  case stage::unusable:
    return answer(work, failure(reason_));
  case stage::preparing:
    return waiting_.push_back(std::move(work));
  case stage::ready:
    break;
  }
  const auto shared = std::make_shared<job>(std::move(work));
  link_.command(shared->words, timed(counts_.commands, shared->words,
                                     [this, shared](redis_reply reply) {
                                       on_reply(*shared, std::move(reply));
                                     }));
}

void redis_log::on_reply(job& work, redis_reply reply) {
  // FUNCTION FLUSH, or a restart without persistence: nothing was done.
  if (!is_function_missing(reply) || std::exchange(work.was_sent, true))
    return answer(work, std::move(reply));
  waiting_.push_back(std::move(work));
  if (stage_ == stage::ready)
    prepare();
}

void redis_log::answer(job& work, redis_reply reply) {
  commands_.fetch_sub(1, std::memory_order_relaxed);
  bytes_.fetch_sub(work.bytes, std::memory_order_relaxed);
  work.done(std::move(reply));
}

// -- the link -----------------------------------------------------------------

void redis_log::on_link(const transport::redis_status& status) {
  if (status.state == redis_state::ready)
    return prepare();
  retry_.reset();
  enter(stage::down, status.state, status.reason);
  release_waiting();
}

void redis_log::prepare() {
  enter(stage::preparing, redis_state::connecting, {});
  library_.prepare([this](const auto& problem) { on_prepared(problem); });
}

void redis_log::on_prepared(const std::string& problem) {
  if (problem.empty()) {
    enter(stage::ready, redis_state::ready, {});
    return release_waiting();
  }
  retry_ = loop_.after(prepare_again_after, [this] {
    if (stage_ == stage::unusable)
      library_.prepare([this](const auto& text) { on_prepared(text); });
  });
  if (stage_ != stage::unusable || reason_ != problem)
    enter(stage::unusable, redis_state::down, problem);
  release_waiting();
}

void redis_log::release_waiting() {
  for (auto& each : std::exchange(waiting_, {}))
    send(std::move(each));
}

void redis_log::enter(stage next, redis_state shown, std::string reason) {
  stage_ = next;
  reason_ = std::move(reason);
  if (on_state_)
    on_state_({shown, reason_});
}

} // namespace wsgw::actors
